from django.db import models
from django.db.models import Q

from configurator.models.product_model import ModelVersion


class OptionGroup(models.Model):
    """One question: which processor? Exactly one option answers it."""

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="groups")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    quantity_for = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="quantities",
        help_text='The group whose parts this one counts; its options carry an integer "count".',
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="option_group_code_once")
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.name}"


class Option(models.Model):
    """One answer. "None" is an option like any other, without a part."""

    group = models.ForeignKey(OptionGroup, on_delete=models.CASCADE, related_name="options")
    code = models.SlugField(max_length=80)
    name = models.CharField(max_length=160)
    facts = models.CharField(max_length=200, blank=True, help_text="Key facts in one line.")
    attributes = models.JSONField(default=dict, help_text="What rules may ask of it, with units.")
    part_number = models.CharField(
        max_length=60, blank=True, db_index=True, help_text="The part that production takes for it."
    )
    is_service = models.BooleanField(
        default=False,
        help_text="Work or a promise of ours (a warranty): it may cost money, but needs no part.",
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["group", "code"], name="option_code_once"),
            models.CheckConstraint(condition=~Q(name=""), name="option_has_name"),
            models.CheckConstraint(
                condition=Q(is_service=False) | Q(part_number=""), name="option_service_has_no_part"
            ),
        ]

    def __str__(self) -> str:
        return self.name
