from django.db import models

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
    manufacturer = models.CharField(max_length=80, blank=True)
    mpn = models.CharField(max_length=80, blank=True, help_text="The manufacturer's part number.")
    category = models.CharField(max_length=40, blank=True, db_index=True)
    is_tracked = models.BooleanField(
        default=True, help_text="Shown to the customer as a part of the machine."
    )

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
        return level.on_hand - level.allocated if level else 0


class SupplyProfile(models.Model):
    """How a part can be bought, as suppliers writes it down. No row: nobody sells it."""

    part = models.OneToOneField(
        Part, on_delete=models.CASCADE, primary_key=True, related_name="supply_profile"
    )
    lead_days = models.PositiveSmallIntegerField(
        null=True, help_text="Working days from purchase order to our door; empty: unknown."
    )
    supplier_name = models.CharField(max_length=80, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.part_id}: {self.lead_days} days"
