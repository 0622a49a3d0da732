from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from config.audit.models import Stateful
from production.models.part import Part


class BillOfMaterial(Stateful):
    """The 150% bill of a made or phantom part: every line that some configuration needs.

    A released bill and everything in it is frozen; a change is a new revision.
    """

    class Status(models.TextChoices):
        DRAFT = "draft"
        RELEASED = "released"
        SUPERSEDED = "superseded"

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        "draft": frozenset({"released"}),
        "released": frozenset({"superseded"}),
    }

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="bills")
    revision = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    # Set on the top bill of a product model: which machine this part is.
    product_slug = models.SlugField(max_length=40, blank=True)
    note = models.CharField(
        max_length=300, blank=True, default="", db_default="", help_text="Why it was made."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    released_at = models.DateTimeField(null=True, blank=True, editable=False)
    released_by = models.CharField(
        max_length=120, blank=True, default="", db_default="", editable=False
    )

    class Meta:
        verbose_name_plural = "bills of material"
        permissions = [("release_billofmaterial", "Can release a draft bill of material")]
        constraints = [
            models.UniqueConstraint(fields=["part", "revision"], name="bill_revision_once"),
            models.UniqueConstraint(
                fields=["part"], condition=Q(status="released"), name="bill_one_released_per_part"
            ),
            models.UniqueConstraint(
                fields=["product_slug"],
                condition=Q(status="released") & ~Q(product_slug=""),
                name="bill_one_released_per_product",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part.part_number} rev {self.revision}"


class BomLine(models.Model):
    """One line: a fixed component, or "whatever is chosen in this option group"."""

    class Operation(models.TextChoices):
        KITTING = "kitting"
        BUILD = "build"
        TEST = "test"
        BOX = "box"

    bill = models.ForeignKey(BillOfMaterial, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField(default=0)
    component = models.ForeignKey(
        Part, null=True, blank=True, on_delete=models.PROTECT, related_name="used_in"
    )
    component_group = models.SlugField(
        max_length=40, blank=True, help_text="Option group whose chosen part is the component."
    )
    quantity_per = models.TextField(
        default="1", help_text="How many for one: an expression, e.g. 2 or memory_quantity.count."
    )
    condition = models.TextField(
        blank=True, default="", help_text='An expression, e.g. graphics != "none"; empty: always.'
    )
    operation = models.CharField(max_length=8, choices=Operation, default=Operation.BUILD)
    scrap_factor = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        default=0,
        db_default=0,
        help_text="Share that is lost in making: 0.02 takes 2 % more, rounded up.",
    )
    setup_quantity = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Lost once a job, however many pieces it takes."
    )
    effective_from = models.DateField(null=True, blank=True, help_text="First day; empty: always.")
    effective_until = models.DateField(null=True, blank=True, help_text="Last day; empty: open.")
    # Of the lines of one bill with the same name exactly one is used: the applicable one with the
    # lowest priority. The others that apply are its approved alternates.
    alternates = models.SlugField(max_length=40, blank=True, default="", db_default="")
    priority = models.PositiveSmallIntegerField(default=1, db_default=1)
    note = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        ordering = ["position", "pk"]
        indexes = [
            models.Index(
                fields=["effective_from"],
                name="bom_line_comes_into_use",
                condition=Q(effective_from__isnull=False),
            ),
            models.Index(
                fields=["effective_until"],
                name="bom_line_goes_out_of_use",
                condition=Q(effective_until__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(scrap_factor__gte=0) & Q(scrap_factor__lt=1),
                name="bom_line_scrap_factor_is_a_share",
            ),
            models.CheckConstraint(
                condition=Q(effective_from__isnull=True)
                | Q(effective_until__isnull=True)
                | Q(effective_until__gte=F("effective_from")),
                name="bom_line_effective_until_after_from",
            ),
            models.CheckConstraint(
                condition=Q(component__isnull=False, component_group="")
                | (Q(component__isnull=True) & ~Q(component_group="")),
                name="bom_line_component_or_group",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bill}: {self.component or self.component_group}"


class InstructionStep(models.Model):
    """One thing to do, told to whoever does the operation, where its condition holds."""

    bill = models.ForeignKey(BillOfMaterial, on_delete=models.CASCADE, related_name="steps")
    operation = models.CharField(max_length=8, choices=BomLine.Operation)
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(
        max_length=400,
        help_text="{group} is the name of what is chosen there, {group.attribute} a value of it.",
    )
    condition = models.TextField(blank=True, help_text="An expression; empty: always.")

    class Meta:
        ordering = ["operation", "position", "pk"]

    def __str__(self) -> str:
        return self.text[:60]


class CheckItem(models.Model):
    """One thing to be tested, where its condition holds: yes or no, or a measured value."""

    bill = models.ForeignKey(BillOfMaterial, on_delete=models.CASCADE, related_name="checks")
    code = models.SlugField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(max_length=200)
    condition = models.TextField(blank=True, help_text="An expression; empty: always.")
    unit = models.CharField(max_length=12, blank=True, help_text="Empty: yes or no.")
    at_least = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    at_most = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["bill", "code"], name="check_item_code_once"),
            models.CheckConstraint(
                condition=~Q(unit="") | Q(at_least__isnull=True, at_most__isnull=True),
                name="check_item_limits_have_a_unit",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class BillsStamp(models.Model):
    """Which state of the released bills is the present one: one row, moved by triggers.

    It moves when a bill is released or superseded, and when a part changes what an explosion
    asks of it; numbers come from a sequence, so that no state ever has the number of another.
    """

    number = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.number)


class BomSnapshot(models.Model):
    """The exploded bill of one frozen configuration: the as-ordered record. Append-only.

    One for every configuration and state of the released bills (`bills_stamp`): an order that is
    paid after a bill has changed gets a new one, an order that was paid before keeps its own.
    Shapes: `production.bom` (`lines`: ExplodedLine; `steps`: Step; `checks`: Check).
    """

    sha256 = models.CharField(max_length=64, primary_key=True, help_text="Of hash and stamp.")
    configuration_sha256 = models.CharField(max_length=64)
    bills_stamp = models.CharField(max_length=40, blank=True)
    lines = models.JSONField()
    steps = models.JSONField(default=list)
    checks = models.JSONField(default=list)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["configuration_sha256", "bills_stamp"], name="snapshot_once_per_state"
            )
        ]

    def __str__(self) -> str:
        return self.sha256[:12]
