from django.db import models
from django.db.models import Q

from configurator.models.product_model import ModelVersion


class Rule(models.Model):
    """What must hold between options. Every rule that applies must hold; OR lives inside one."""

    class Severity(models.TextChoices):
        BLOCK = "block"
        WARN = "warn"

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="rules")
    code = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    sentence = models.CharField(
        max_length=300, help_text="What the customer reads; {case.max_gpu_length_mm} is filled in."
    )
    severity = models.CharField(max_length=8, choices=Severity, default=Severity.BLOCK)
    constraint = models.JSONField(help_text="As configurator.engine.ir reads it.")
    when = models.JSONField(default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="rule_code_once"),
            models.CheckConstraint(condition=~Q(sentence=""), name="rule_has_sentence"),
        ]

    def __str__(self) -> str:
        return self.name
