from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0008_transfers_and_readings"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="set_back_to",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                help_text="The stage that a machine is at again, though the order had been further.",
                max_length=12,
            ),
        ),
    ]
