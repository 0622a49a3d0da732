import json

from django.db import migrations, models
from django.db.migrations.state import StateApps


def quantity_text(data: dict) -> str:
    """{"of_attribute": "power_supply.cables", "times": 2} → power_supply.cables * 2"""
    if "fixed" in data:
        return str(data["fixed"])
    of = f"{data['of_group']}.count" if "of_group" in data else data["of_attribute"]
    times = data.get("times", 1)
    return of if times == 1 else f"{of} * {times}"


def condition_text(data: list) -> str:
    return " and ".join(_claim(item) for item in data)


def _claim(data: dict) -> str:
    if "any_of" in data:
        return f"({' or '.join(map(_claim, data['any_of']))})"
    right = data["right"] if "right" in data else _literal(data["value"])
    return f"{data['left']} {data['op']} {right}"


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return f"({', '.join(map(_literal, value))})"
    return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False)


def write_as_text(apps: StateApps, schema_editor: object) -> None:
    lines = apps.get_model("production", "BomLine").objects.all()
    changed = []
    for line in lines.iterator():
        line.quantity_per = quantity_text(json.loads(line.quantity_per))
        line.condition = condition_text(json.loads(line.condition))
        changed.append(line)
    lines.bulk_update(changed, ["quantity_per", "condition"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("production", "0004_stock_origins_and_counts")]

    operations = [
        migrations.AlterField(
            "bomline",
            "quantity_per",
            models.TextField(
                default="1",
                help_text="How many for one: an expression, e.g. 2 or memory_quantity.count.",
            ),
        ),
        migrations.AlterField(
            "bomline",
            "condition",
            models.TextField(
                blank=True,
                default="",
                help_text='An expression, e.g. graphics != "none"; empty: always.',
            ),
        ),
        migrations.RunPython(write_as_text),
        migrations.AlterField(
            "instructionstep",
            "text",
            models.CharField(
                max_length=400,
                help_text="{group} is the name of what is chosen there, {group.attribute} a value of it.",
            ),
        ),
    ]
