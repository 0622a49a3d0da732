"""What is on sale: versions of product models, as the engine and as a page read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from configurator.engine.ir import Model, model_from_dict
from configurator.errors import UnknownProduct
from configurator.models import ModelVersion, Option
from configurator.selectors.circuits import equip

KEPT_VERSIONS = 24  # the largest model takes a few megabytes


def published_version(slug: str) -> ModelVersion:
    """What customers may configure now under this name, without its heavy IR.

    Raises UnknownProduct.
    """
    try:
        return ModelVersion.objects.published().defer("ir").get(product_model__slug=slug)
    except ModelVersion.DoesNotExist:
        raise UnknownProduct(f"We do not sell anything under the name {slug!r}") from None


def engine_model(version: ModelVersion) -> Model:
    """The version's options and rules as the engine reads them. The version must be checked."""
    equip(version.ir_sha256)
    return model_by_sha256(version.ir_sha256)


@lru_cache(maxsize=KEPT_VERSIONS)
def model_by_sha256(sha256: str) -> Model:
    """The sha256 is of the content itself, so what is cached can never be stale."""
    data = ModelVersion.objects.filter(ir_sha256=sha256).values_list("ir", flat=True).first()
    if data is None:
        raise UnknownProduct(f"No product model has been checked as {sha256 or 'nothing'}")
    return model_from_dict(data)


@dataclass(frozen=True, slots=True)
class OptionDetail:
    """What a page tells of an option beside what the engine knows."""

    name: str
    facts: str
    part_number: str


def option_details(version: ModelVersion) -> Mapping[tuple[str, str], OptionDetail]:
    """(group, option) → name, key facts, part number, of all options."""
    return _details_by_pk(version.pk, version.ir_sha256)


@lru_cache(maxsize=KEPT_VERSIONS)
def _details_by_pk(pk: int, sha256: str) -> Mapping[tuple[str, str], OptionDetail]:
    rows = Option.objects.filter(group__version=pk).values_list(
        "group__code", "code", "name", "facts", "part_number"
    )
    return {(group, code): OptionDetail(*rest) for group, code, *rest in rows}
