import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("suppliers", "0003_buying_sums"),
    ]

    operations = [
        migrations.AddField(
            model_name="purchaseorderline",
            name="later_on",
            field=models.DateField(blank=True, help_text="That later day.", null=True),
        ),
        migrations.AddField(
            model_name="purchaseorderline",
            name="later_quantity",
            field=models.PositiveIntegerField(
                db_default=0,
                default=0,
                help_text="Of what is still to come, so many on a later day.",
            ),
        ),
        migrations.AddConstraint(
            model_name="purchaseorderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("later_on__isnull", True), ("later_quantity", 0)),
                    models.Q(
                        ("later_on__gt", models.F("promised_on")),
                        ("later_quantity__gt", 0),
                        (
                            "later_quantity__lt",
                            django.db.models.expressions.CombinedExpression(
                                models.F("quantity"), "-", models.F("received_quantity")
                            ),
                        ),
                    ),
                    _connector="OR",
                ),
                name="purchase_order_line_comes_in_two_parts",
            ),
        ),
    ]
