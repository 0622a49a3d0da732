"""What the drawing of the machine shows, from the chosen options."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from configurator.engine.ir import NONE, Model, Option
from configurator.engine.price import quantity_of
from configurator.models import ModelVersion
from configurator.selectors.versions import engine_model

LONG_CARD_MM = 270  # from here on cards carry three fans
SLOTS_DRAWN = 4


@dataclass(frozen=True, slots=True)
class Drawing:
    """The context of components/machine.html."""

    kind: str
    cooler: str
    graphics: int
    memory_modules: int
    drives: int
    fans: int
    monitor: bool
    highlight: str
    title: str


def drawing(version: ModelVersion, chosen: Mapping[str, str], *, highlight: str = "") -> Drawing:
    """Draw the groups that a computer has; a group that the model lacks is simply not drawn.

    `chosen` maps group codes to option codes; the group `highlight` is drawn in signal.
    """
    model = engine_model(version)
    parts = {group: model.options_by_code[group][option] for group, option in chosen.items()}
    card = parts.get("graphics")
    return Drawing(
        kind=version.product_model.drawing,
        cooler=_cooler(parts.get("cooler")),
        graphics=_card_fans(card),
        memory_modules=min(SLOTS_DRAWN, _pieces(model, chosen, parts, "memory", "modules")),
        drives=sum(_is_fitted(parts.get(group)) for group in ("drive", "second_drive")),
        fans=_pieces(model, chosen, parts, "fans", "fans_in_pack"),
        monitor=_is_fitted(parts.get("monitor")),
        highlight=highlight,
        title=_title(parts),
    )


def _is_fitted(option: Option | None) -> bool:
    if option is None:
        return False
    return bool(option.attributes.get("fitted", option.code != NONE))


def _number(option: Option, attribute: str) -> int:
    value = option.attributes.get(attribute)
    return value if isinstance(value, int) else 0


def _cooler(option: Option | None) -> str:
    if option is None:
        return "air"
    kind = option.attributes.get("kind")
    return kind if kind in {"air", "water"} else "air" if kind == "boxed" else "none"


def _card_fans(card: Option | None) -> int:
    if card is None or not _is_fitted(card):
        return 0
    return 3 if _number(card, "length_mm") >= LONG_CARD_MM else 2


def _pieces(
    model: Model, chosen: Mapping[str, str], parts: Mapping[str, Option], group: str, each: str
) -> int:
    if group not in parts or not _is_fitted(parts[group]):
        return 0
    return quantity_of(model, chosen, group) * _number(parts[group], each)


def _title(parts: Mapping[str, Option]) -> str:
    """What a screen reader says: the parts that one would see."""
    seen = [parts[group].name for group in ("case", "cooler", "graphics") if group in parts]
    return _("The machine: %(parts)s") % {"parts": ", ".join(seen)}
