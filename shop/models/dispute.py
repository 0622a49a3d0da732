from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from config.audit.models import Stateful
from config.outbox.work_item import WorkItem
from shop.models.payment import Payment


class Dispute(Stateful):
    """A customer's bank takes a payment back, or asks about it first (an inquiry).

    As Stripe told it when it was last read. What it is about stays as it was (a trigger, made in
    a migration); its status only moves forward. Money that moved is in `BalanceRecord`.
    """

    class Status(models.TextChoices):
        """Stripe's own words; `warning_` is an inquiry, for which no money has moved."""

        WARNING_NEEDS_RESPONSE = "warning_needs_response", "inquiry to answer"
        WARNING_UNDER_REVIEW = "warning_under_review", "inquiry answered"
        WARNING_CLOSED = "warning_closed", "inquiry closed"
        NEEDS_RESPONSE = "needs_response", "to answer"
        UNDER_REVIEW = "under_review", "answered, the bank decides"
        APPEAL_NEEDS_RESPONSE = "appeal_needs_response", "appeal to answer"
        APPEAL_UNDER_REVIEW = "appeal_under_review", "appealed, the bank decides"
        PREVENTED = "prevented", "prevented"
        WON = "won", "won"
        LOST = "lost", "lost"

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        "warning_needs_response": frozenset(
            {"warning_under_review", "warning_closed", "needs_response", "under_review",
             "prevented", "won", "lost"}
        ),
        "warning_under_review": frozenset(
            {"warning_closed", "needs_response", "under_review", "prevented", "won", "lost"}
        ),
        "needs_response": frozenset({"under_review", "prevented", "won", "lost"}),
        "under_review": frozenset({"won", "lost"}),
        "lost": frozenset({"appeal_needs_response", "appeal_under_review", "won"}),
        "appeal_needs_response": frozenset({"appeal_under_review", "won", "lost"}),
        "appeal_under_review": frozenset({"won", "lost"}),
    }  # fmt: skip
    # The bank waits for our word, until `evidence_due_at`.
    TO_ANSWER: ClassVar[frozenset[str]] = frozenset(
        {"warning_needs_response", "needs_response", "appeal_needs_response"}
    )
    # It came to nothing for the customer; all others stand against the payment.
    OVER: ClassVar[frozenset[str]] = frozenset({"warning_closed", "prevented", "won"})
    ENDED: ClassVar[frozenset[str]] = OVER | {"lost"}

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    status = models.CharField(max_length=24, choices=Status, default=Status.NEEDS_RESPONSE)
    stripe_id = models.CharField(max_length=120, unique=True)
    charge_id = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=60, help_text='"fraudulent", "product_not_received", …')
    opened_at = models.DateTimeField(help_text="When it came up at Stripe.")
    evidence_due_at = models.DateTimeField(null=True, blank=True)
    # What the bank keeps of it now, and what Stripe keeps for its trouble.
    taken_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When we read the outcome.")
    last_synced_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="dispute_above_zero")
        ]

    def __str__(self) -> str:
        return f"{self.payment.order.number} dispute {self.pk}"

    @property
    def is_to_answer(self) -> bool:
        return self.status in self.TO_ANSWER

    @property
    def is_inquiry(self) -> bool:
        return self.status.startswith("warning_")

    @property
    def has_ended(self) -> bool:
        return self.status in self.ENDED


class DisputeAnswer(Stateful):
    """What we tell the bank: our evidence, or that we accept the loss. A bank listens once.

    To accept a loss takes a second person; evidence goes out at once.
    """

    class Kind(models.TextChoices):
        EVIDENCE = "evidence", "evidence"
        ACCEPT = "accept", "acceptance of the loss"

    class Status(models.TextChoices):
        REQUESTED = "requested", "waits for a second person"
        APPROVED = "approved", "being sent"  # see `DisputeCall`
        SENT = "sent", "sent"
        REFUSED = "refused", "refused"
        WITHDRAWN = "withdrawn", "withdrawn"

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        "requested": frozenset({"approved", "withdrawn"}),
        "approved": frozenset({"sent", "refused"}),
    }

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="answers")
    kind = models.CharField(max_length=12, choices=Kind)
    status = models.CharField(max_length=12, choices=Status, default=Status.REQUESTED)
    evidence = models.JSONField(default=dict, help_text="Stripe's fields of evidence, as sent.")
    reason = models.CharField(max_length=300, blank=True, help_text="Why; staff read it.")
    idempotency_key = models.CharField(max_length=120, unique=True)
    failure = models.CharField(max_length=300, blank=True, help_text="The cashier's last word.")
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    approved_by = models.CharField(max_length=120, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        permissions = [("approve_disputeanswer", "Can approve that a loss is accepted")]
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"],
                condition=Q(status__in=["requested", "approved"]),
                name="dispute_answer_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["requested", "withdrawn"]) | ~Q(approved_by=""),
                name="dispute_answer_goes_out_approved",
            ),
            models.CheckConstraint(
                condition=Q(kind="evidence") | ~Q(approved_by=F("asked_by")),
                name="dispute_loss_accepted_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.dispute}"


class DisputeCall(WorkItem):
    """Telling Stripe an answer. Exists once the answer is approved, and only then."""

    answer = models.OneToOneField(DisputeAnswer, on_delete=models.PROTECT, related_name="call")

    class Meta(WorkItem.Meta):
        pass

    def __str__(self) -> str:
        return f"sending {self.answer}"
