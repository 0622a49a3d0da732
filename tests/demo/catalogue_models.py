"""The demo's machines as engine models and price books, built once."""

from functools import cache

from config.demo.catalogue.machines import CURRENCY, machine, machines, to_engine
from configurator.engine.ir import Model
from configurator.engine.parse import model_from_dict
from configurator.engine.price import PriceBook

SLUGS = tuple(product.slug for product in machines())


@cache
def model(slug: str) -> Model:
    return model_from_dict(to_engine(machine(slug)))


@cache
def book(slug: str) -> PriceBook:
    product = machine(slug)
    return PriceBook(
        currency=CURRENCY, base_minor=product.base_price_minor, option_minor=product.prices()
    )
