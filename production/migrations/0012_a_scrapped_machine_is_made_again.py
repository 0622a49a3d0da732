import django.db.models.deletion
from django.db import migrations, models

from config.promises import foreign_key


class Migration(migrations.Migration):
    dependencies = [
        ("production", "0011_who_releases_bills"),
        ("shop", "0009_a_machine_may_be_set_back"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="assemblyjob",
            name="job_once_per_unit",
        ),
        migrations.AddField(
            model_name="assemblyjob",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                help_text="The job whose machine was scrapped; this one is made instead.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="production.assemblyjob",
            ),
        ),
        migrations.AddConstraint(
            model_name="assemblyjob",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "scrapped"), _negated=True),
                fields=("order_line", "unit"),
                name="job_once_per_unit",
            ),
        ),
        # A job stands in for one of the same machine of the same order.
        *foreign_key(
            name="job_replaces_one_of_its_unit",
            table="production_assemblyjob",
            columns="replaces_id, order_line_id, unit",
            to_table="production_assemblyjob",
            to_columns="id, order_line_id, unit",
        ),
    ]
