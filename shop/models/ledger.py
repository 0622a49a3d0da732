from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from shop.models.order import Order


class LedgerTransaction(models.Model):
    """One business fact in the books. Its entries sum to zero per currency (a deferred trigger)."""

    # None for what belongs to no single order: a payout, a fee of the account.
    order = models.ForeignKey(
        Order,
        on_delete=models.PROTECT,
        related_name="ledger_transactions",
        null=True,
        blank=True,
    )
    key = models.CharField(max_length=120, unique=True, help_text="What makes it happen once.")
    memo = models.CharField(max_length=200)
    posted_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["posted_at"], name="ledger_posted")]

    def __str__(self) -> str:
        return self.memo


class LedgerEntry(models.Model):
    """A debit (above zero) or a credit (below). Append-only."""

    class Account(models.TextChoices):
        STRIPE_CLEARING = "stripe_clearing"
        CUSTOMER_PREPAYMENTS = "customer_prepayments"  # owed to customers until we ship
        REVENUE = "revenue"
        SURPLUS_PAYMENTS = "surplus_payments"  # owed back
        REFUNDS = "refunds"  # given back after the machine was shipped
        FEES = "fees"  # what Stripe keeps
        DISPUTES = "disputes"  # what banks have taken back
        BANK = "bank"  # what Stripe has paid out

    transaction = models.ForeignKey(
        LedgerTransaction, on_delete=models.PROTECT, related_name="entries"
    )
    account = models.CharField(max_length=24, choices=Account)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="ledger_entry_not_zero")
        ]
