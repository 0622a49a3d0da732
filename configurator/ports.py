"""What the configurator asks of those who sell and those who build, without importing them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from configurator.engine.ir import Model


@dataclass(frozen=True, slots=True)
class Offered:
    """One option with the part that production is to take for it."""

    group: str
    option: str
    name: str
    part_number: str


@dataclass(frozen=True, slots=True)
class Unbuildable:
    """Why an option could be sold but not built; without group and option it is about all."""

    message: str
    group: str = ""
    option: str = ""


class Builder(Protocol):
    def __call__(
        self, *, product_slug: str, offered: Sequence[Offered], model: Model
    ) -> Sequence[Unbuildable]:
        """Name what of these options could not be built as the product's bill stands now.

        The model says what of them can be ordered together.
        """


@dataclass(frozen=True, slots=True)
class Held:
    """How many carts and unpaid orders hold one configuration."""

    carts: int
    orders: int


class Demand(Protocol):
    def __call__(self, *, product_slug: str) -> Mapping[int, Held]:
        """Key of each configuration of the product that somebody holds, unpaid → by how many."""


def builder() -> Builder:
    """The implementation that settings name (CONFIGURATOR_BUILDER, a dotted path)."""
    return cast("Builder", import_string(settings.CONFIGURATOR_BUILDER))


def demand() -> Demand:
    """The implementation that settings name (CONFIGURATOR_DEMAND, a dotted path)."""
    return cast("Demand", import_string(settings.CONFIGURATOR_DEMAND))


def builds_anything(
    *, product_slug: str, offered: Sequence[Offered], model: Model
) -> Sequence[Unbuildable]:
    """A builder for a shop without bills of material: whatever is sold is made somehow."""
    return ()
