from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from production.models.part import Part


class BillOfMaterial(models.Model):
    """The 150% bill of a made or phantom part: every line that some configuration needs."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        RELEASED = "released"

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="bills")
    revision = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    # Set on the top bill of a product model: which machine this part is.
    product_slug = models.SlugField(max_length=40, blank=True)

    class Meta:
        verbose_name_plural = "bills of material"
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
    quantity_per = models.JSONField(
        default=dict, help_text='{"fixed": 1}, {"of_group": "memory_quantity"}, …'
    )
    condition = models.JSONField(
        default=list, blank=True, help_text="Comparisons over the choices; all must hold."
    )
    operation = models.CharField(max_length=8, choices=Operation, default=Operation.BUILD)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(component__isnull=False, component_group="")
                | (Q(component__isnull=True) & ~Q(component_group="")),
                name="bom_line_component_or_group",
            )
        ]

    def __str__(self) -> str:
        return f"{self.bill}: {self.component or self.component_group}"


class BomSnapshot(models.Model):
    """The exploded bill of one frozen configuration: the as-ordered record. Append-only.

    `lines`: list of {path, level, part_number, quantity, kind, operation, parent}.
    """

    configuration_sha256 = models.CharField(max_length=64, primary_key=True)
    lines = models.JSONField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.configuration_sha256[:12]
