from django.db import models
from django.db.models import F, Q

from configurator.models.product_model import ModelVersion

SEPARATOR = "-"


class SubAssembly(models.Model):
    """Another product model taken into a version, and the version it was copied from.

    Its groups and rules are the version's own from then on: those whose codes begin with its
    `prefix`. This row says where they came from.
    """

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="assemblies")
    code = models.SlugField(max_length=20, help_text="What the codes of its groups begin with.")
    name = models.CharField(max_length=40, help_text="What the names of its groups begin with.")
    of_version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="taken_into"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="sub_assembly_code_once"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[-a-zA-Z0-9_]+$"), name="sub_assembly_code_is_word"
            ),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="sub_assembly_has_name"),
            models.CheckConstraint(
                condition=~Q(version=F("of_version")), name="sub_assembly_not_of_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.name}"

    @property
    def prefix(self) -> str:
        return self.code + SEPARATOR
