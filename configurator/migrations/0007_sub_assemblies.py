import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

# Where groups came from belongs to what was checked.
ORIGIN_IS_FROZEN = """
CREATE TRIGGER configurator_subassembly_frozen
    BEFORE INSERT OR UPDATE OR DELETE ON configurator_subassembly
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_checked_version()
"""


class Migration(migrations.Migration):
    dependencies = [("configurator", "0006_history_stays")]

    operations = [
        migrations.CreateModel(
            name="SubAssembly",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.SlugField(
                        help_text="What the codes of its groups begin with.", max_length=20
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="What the names of its groups begin with.", max_length=40
                    ),
                ),
                (
                    "of_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_into",
                        to="configurator.modelversion",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assemblies",
                        to="configurator.modelversion",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "code"), name="sub_assembly_code_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(code__regex="^[-a-zA-Z0-9_]+$"),
                        name="sub_assembly_code_is_word",
                    ),
                    models.CheckConstraint(
                        condition=Q(name__regex=r"\S"), name="sub_assembly_has_name"
                    ),
                    models.CheckConstraint(
                        condition=~Q(version=F("of_version")), name="sub_assembly_not_of_itself"
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            ORIGIN_IS_FROZEN,
            "DROP TRIGGER configurator_subassembly_frozen ON configurator_subassembly",
        ),
    ]
