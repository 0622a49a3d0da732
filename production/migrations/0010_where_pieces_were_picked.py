import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("production", "0009_checks_are_planned_afresh"),
    ]

    operations = [
        migrations.AddField(
            model_name="scanevent",
            name="bin",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="The bin itself, or the one that pieces were picked from.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="production.bin",
            ),
        ),
        migrations.AlterField(
            model_name="scanevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("pick", "Pick"),
                    ("by_hand", "By Hand"),
                    ("part", "Part"),
                    ("serial", "Serial"),
                    ("job", "Job"),
                    ("bin", "Bin"),
                    ("action", "Action"),
                    ("check", "Check"),
                    ("tracking", "Tracking"),
                    ("unknown", "Unknown"),
                ],
                db_default="unknown",
                default="unknown",
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="serialunit",
            index=models.Index(
                django.db.models.functions.text.Upper("serial"), name="serial_by_number"
            ),
        ),
    ]
