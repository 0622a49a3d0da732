"""Reading: product models, prices, frozen configurations, and when a machine could ship."""

from configurator.selectors.configurations import (
    ChosenOption,
    chosen_in,
    chosen_options,
    configuration_by_code,
    parts_in,
    parts_of,
    price_lines,
)
from configurator.selectors.drawing import Drawing, drawing
from configurator.selectors.home import ListedModel, listed_models, warm_up
from configurator.selectors.moving import Changed, Moved, moved
from configurator.selectors.prices import (
    current_price_list,
    evaluation,
    price_book,
    read_price_book,
)
from configurator.selectors.shipping import (
    ShipEstimate,
    Supply,
    estimate,
    plant_load,
    ship_days,
    ship_estimate,
    supplies,
)
from configurator.selectors.versions import (
    OptionDetail,
    engine_model,
    model_by_sha256,
    option_details,
    published_version,
)

__all__ = [
    "Changed",
    "ChosenOption",
    "Drawing",
    "ListedModel",
    "Moved",
    "OptionDetail",
    "ShipEstimate",
    "Supply",
    "chosen_in",
    "chosen_options",
    "configuration_by_code",
    "current_price_list",
    "drawing",
    "engine_model",
    "estimate",
    "evaluation",
    "listed_models",
    "model_by_sha256",
    "moved",
    "option_details",
    "parts_in",
    "parts_of",
    "plant_load",
    "price_book",
    "price_lines",
    "published_version",
    "read_price_book",
    "ship_days",
    "ship_estimate",
    "supplies",
    "warm_up",
]
