from django.db import models
from django.db.models import Q

# Where the code of a category is not the word for one of its parts.
NOUNS = {"cpu": "processor", "graphics": "graphics card", "fans": "fan"}


class Part(models.Model):
    """Something that is bought, made, or only named in a bill (a phantom)."""

    class Kind(models.TextChoices):
        BUY = "buy"
        MAKE = "make"
        PHANTOM = "phantom"

    part_number = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.BUY)
    unit = models.CharField(max_length=10, default="each")
    revision = models.CharField(
        max_length=10, blank=True, default="", db_default="", help_text="Of the drawing, e.g. B."
    )
    is_serial_tracked = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Every piece has a serial number, captured when it is built in.",
    )
    is_stocked = models.BooleanField(
        default=False,
        db_default=False,
        help_text="A made part that may lie on the shelf: taken before it is made.",
    )
    low_level_code = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="The deepest level on which a released bill uses it.",
    )
    standard_cost_minor = models.BigIntegerField(
        null=True, blank=True, help_text="Of one, until a receipt says better; empty: unknown."
    )
    manufacturer = models.CharField(max_length=80, blank=True)
    mpn = models.CharField(max_length=80, blank=True, help_text="The manufacturer's part number.")
    category = models.CharField(max_length=40, blank=True, db_index=True)
    is_tracked = models.BooleanField(
        default=True, help_text="Shown to the customer as a part of the machine."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_stocked=False) | Q(kind="make"),
                name="part_only_made_parts_are_stocked",
            ),
            models.CheckConstraint(
                condition=Q(standard_cost_minor__isnull=True) | Q(standard_cost_minor__gte=0),
                name="part_cost_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_number} {self.name}"

    @property
    def noun(self) -> str:
        """What one calls it in a sentence: "power supply"; small things by their name."""
        if not (self.is_tracked and self.category):
            return self.name
        return NOUNS.get(self.category, self.category.replace("_", " "))

    @property
    def free_quantity(self) -> int:
        """On the shelf and nobody's. Join `stock_level` when asking of many."""
        level = getattr(self, "stock_level", None)
        return level.free if level else 0


class SupplyProfile(models.Model):
    """How a part can be bought, as suppliers writes it down. No row: nobody sells it."""

    part = models.OneToOneField(
        Part, on_delete=models.CASCADE, primary_key=True, related_name="supply_profile"
    )
    lead_days = models.PositiveSmallIntegerField(
        null=True, help_text="Working days from purchase order to our door; empty: unknown."
    )
    supplier_name = models.CharField(max_length=80, blank=True)
    price_minor = models.BigIntegerField(null=True, help_text="For one, in the house's currency.")
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.part_id}: {self.lead_days} days"
