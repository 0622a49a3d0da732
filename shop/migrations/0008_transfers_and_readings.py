import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.models import F, Q

from config.promises import append_only

# A record is never rewritten; this once it learns what came before there was a column for it.
BACKFILL = """
ALTER TABLE shop_balancerecord DISABLE TRIGGER shop_balancerecord_append_only;
UPDATE shop_balancerecord SET intent_id = payment_intent_id
  FROM shop_payment WHERE shop_payment.id = payment_id AND payment_intent_id IS NOT NULL;
ALTER TABLE shop_balancerecord ENABLE TRIGGER shop_balancerecord_append_only
"""

FACTS = "payment_id, amount_minor, currency, idempotency_key, requested_by"
MORE_FACTS = f"{FACTS}, needs_second_person, way, replaces_id, paid_on, reference"


def keep(facts: str) -> str:
    """Of a refund these columns stay as they were; the rest moves."""
    old = ", ".join(f"OLD.{name.strip()}" for name in facts.split(","))
    new = ", ".join(f"NEW.{name.strip()}" for name in facts.split(","))
    return f"""
CREATE OR REPLACE FUNCTION refund_keeps_its_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR ({old}) IS DISTINCT FROM ({new}) THEN
        RAISE EXCEPTION 'the facts of a refund stay: % refused', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("shop", "0007_disputes")]

    operations = [
        migrations.CreateModel(
            name="BalanceReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(unique=True)),
                ("movement_count", models.PositiveIntegerField()),
                (
                    "difference_count",
                    models.PositiveIntegerField(help_text="Found in this stretch."),
                ),
                (
                    "read_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
            options={
                "ordering": ["-ends_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(begins_at__lt=F("ends_at")),
                        name="balance_reading_has_a_length",
                    )
                ],
            },
        ),
        append_only("shop_balancereading"),
        migrations.AddField(
            model_name="balancerecord",
            name="intent_id",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="refund",
            name="way",
            field=models.CharField(
                choices=[("stripe", "the way it came"), ("transfer", "by bank transfer")],
                default="stripe",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="replaces",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replacements",
                to="shop.refund",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="paid_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="refund",
            name="reference",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddIndex(
            model_name="ledgertransaction",
            index=models.Index(fields=["posted_at"], name="ledger_posted"),
        ),
        migrations.AddIndex(
            model_name="balancerecord",
            index=models.Index(fields=["happened_at"], name="balance_record_happened"),
        ),
        migrations.AddIndex(
            model_name="balancerecord",
            index=models.Index(fields=["intent_id"], name="balance_record_intent"),
        ),
        migrations.AddIndex(
            model_name="balancerecord",
            index=models.Index(fields=["source_id"], name="balance_record_source"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=Q(way="stripe", paid_on=None, reference="")
                | Q(
                    way="transfer",
                    replaces__isnull=False,
                    paid_on__isnull=False,
                    needs_second_person=True,
                )
                & ~Q(reference=""),
                name="refund_by_transfer_is_evidenced",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                condition=~Q(status="withdrawn"),
                fields=("replaces",),
                name="refund_replaced_once",
            ),
        ),
        migrations.RunSQL(keep(MORE_FACTS), keep(FACTS)),
    ]
