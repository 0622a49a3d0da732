"""Which layers of the machine's drawing a configuration needs."""

from collections.abc import Iterable
from typing import Any

from configurator.models import ModelVersion
from configurator.selectors import ChosenOption, engine_model

BIG_CARD_W = 250  # cards beyond this have three fans
MOST_MODULES = 4  # slots that are drawn


def drawing_of(version: ModelVersion, chosen: Iterable[ChosenOption]) -> dict[str, Any]:
    """The context of `components/machine.html`. Unknown groups and attributes draw nothing."""
    model = engine_model(version)
    fitted = {one.group: one for one in chosen if one.quantity}

    def ask(group: str, attribute: str) -> Any:
        if group not in fitted:
            return None
        option = model.options_by_code[group][fitted[group].option]
        return option.attributes.get(attribute)

    def pieces(group: str, attribute: str) -> int:
        each = ask(group, attribute)
        return each * fitted[group].quantity if isinstance(each, int) else 0

    has_card = "graphics" in fitted and bool(fitted["graphics"].part_number)
    is_big = (ask("graphics", "tdp_w") or 0) > BIG_CARD_W
    drives = [group for group in ("drive", "second_drive") if pieces(group, "fitted")]
    return {
        "kind": version.product_model.drawing,
        "cooler": ask("cooler", "kind") or ("air" if "cooler" in fitted else "none"),
        "graphics": (3 if is_big else 2) if has_card else 0,
        "memory_modules": min(pieces("memory", "modules"), MOST_MODULES),
        "drives": len(drives),
        "fans": pieces("fans", "fans_in_pack"),
        "monitor": bool(ask("monitor", "fitted")),
        "title": version.product_model.name,
    }
