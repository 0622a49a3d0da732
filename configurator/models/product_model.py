from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from config.audit.models import Stateful


class ProductModel(models.Model):
    """Something that can be configured: a compact desktop, a workstation."""

    class Drawing(models.TextChoices):
        COMPACT = "compact"
        TOWER = "tower"
        BENCH = "bench"

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    tagline = models.CharField(max_length=160)
    description = models.TextField(blank=True)
    drawing = models.CharField(max_length=20, choices=Drawing, default=Drawing.TOWER)
    position = models.PositiveSmallIntegerField(default=0)
    is_listed = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    def published(self) -> "ModelVersionQuerySet":
        """What customers may configure now: one version a product model.

        That is the published one whose date came last. So the one before it stays on sale until
        that very moment, and nobody need do anything when it comes.
        """
        valid = {"status": ModelVersion.Status.PUBLISHED, "valid_from__lte": timezone.now()}
        newer = ModelVersion.objects.filter(
            product_model=OuterRef("product_model"), valid_from__gt=OuterRef("valid_from"), **valid
        )
        return self.filter(~Exists(newer), **valid).select_related("product_model")


class ModelVersion(Stateful):
    """One edition of a product model's options and rules. Immutable once it is checked.

    A published one is on sale from `valid_from` until that of the next.
    """

    class Status(models.TextChoices):
        DRAFT = "draft"
        CHECKED = "checked"
        PUBLISHED = "published"
        RETIRED = "retired"

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        "draft": frozenset({"checked"}),
        "checked": frozenset({"draft", "published"}),
        # Back to checked only before its date; the database holds it.
        "published": frozenset({"checked", "retired"}),
    }

    product_model = models.ForeignKey(
        ProductModel, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    valid_from = models.DateTimeField(null=True, blank=True)
    defaults = models.JSONField(default=dict, help_text="Group code → option code.")
    # The engine's own form of groups, options and rules, made when the version is checked.
    ir = models.JSONField(null=True, blank=True, editable=False)
    ir_sha256 = models.CharField(max_length=64, blank=True, editable=False)

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product_model", "number"], name="model_version_numbered_once"
            ),
            models.UniqueConstraint(
                fields=["product_model", "valid_from"],
                condition=Q(status="published"),
                name="model_version_one_from_a_moment_on",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | (Q(ir__isnull=False) & ~Q(ir_sha256="")),
                name="model_version_checked_has_ir",
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(valid_from__isnull=False),
                name="model_version_published_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_model} v{self.number}"
