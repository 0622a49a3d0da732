"""Product models with their published versions and price lists, and shipping methods."""

from config.demo.catalogue.machines import CURRENCY, Machine, machines, to_engine
from configurator.engine.parse import model_from_dict
from configurator.models import ModelVersion, Option, OptionGroup, PriceList, ProductModel, Rule
from configurator.selectors.prices import read_price_book
from configurator.services.price_lists import create_price_list
from configurator.services.publishing import check_model_version, publish_model_version
from shop.models import ShippingMethod

DRAWINGS = {"compact": "compact", "atelier": "tower", "bench": "bench"}
# code, name, working days on the way, price in cents
SHIPPING_METHODS = (
    ("standard", "Standard delivery", 4, 1900),
    ("express", "Express delivery", 2, 4900),
    ("collect", "Collect at our workshop", 0, 0),
)
ACTOR = "demo"
# Findings that are meant: machine → kind of finding → why.
SHARED_RULES = {
    "redundant_rule": "The three machines share their rules; parts of the others break this one.",
    "never_applies": "The three machines share their rules; this one is for parts of the others.",
}
ACCEPTED = {
    "compact": SHARED_RULES,
    "atelier": SHARED_RULES,
    "bench": SHARED_RULES
    | {
        "dead_option": "Bench lists every part of the data and says why these fit nothing in it.",
    },
}


def load_machines() -> int:
    """Publish each machine that is not on sale as the catalogue describes it."""
    for position, machine in enumerate(machines()):
        product, _ = ProductModel.objects.update_or_create(
            slug=machine.slug,
            defaults={
                "name": machine.name,
                "tagline": machine.tagline,
                "description": machine.description,
                "drawing": DRAWINGS[machine.kind],
                "position": position,
            },
        )
        publish(product, machine)
    return len(machines())


def publish(product: ProductModel, machine: Machine) -> None:
    """Put the machine on sale as described, by a new price list or version where it differs."""
    wanted = model_from_dict(to_engine(machine)).sha256
    live = product.versions.published().first()
    if live is not None and live.ir_sha256 == wanted:
        _price(live, machine)
        return
    last = product.versions.order_by("-number").first()
    version = ModelVersion.objects.create(
        product_model=product,
        number=1 if last is None else last.number + 1,
        defaults=machine.defaults,
    )
    _write_groups(version, machine)
    _write_rules(version, machine)
    _price(version, machine)
    check_model_version(version_id=version.pk, actor=ACTOR, accept=ACCEPTED[machine.slug])
    publish_model_version(version_id=version.pk, actor=ACTOR)


def _write_groups(version: ModelVersion, machine: Machine) -> None:
    groups = OptionGroup.objects.bulk_create(
        OptionGroup(version=version, code=group.code, name=group.name, position=position)
        for position, group in enumerate(machine.groups)
    )
    by_code = {group.code: group for group in groups}
    counted = [group for group in machine.groups if group.quantity_for]
    for group in counted:
        by_code[group.code].quantity_for = by_code[str(group.quantity_for)]
    OptionGroup.objects.bulk_update([by_code[group.code] for group in counted], ["quantity_for"])
    Option.objects.bulk_create(
        Option(
            group=by_code[group.code],
            code=option.code,
            name=option.name,
            facts=option.facts,
            attributes=option.attributes,
            part_number=option.part_number or "",
            is_service=option.is_service,
            position=position,
        )
        for group in machine.groups
        for position, option in enumerate(group.options)
    )


def _write_rules(version: ModelVersion, machine: Machine) -> None:
    Rule.objects.bulk_create(
        Rule(version=version, position=position, **rule)
        for position, rule in enumerate(to_engine(machine)["rules"])
    )


def _price(version: ModelVersion, machine: Machine) -> None:
    """Write a price list, unless the newest one says the same."""
    counted = {group.code for group in machine.groups if group.quantity_for}
    prices = {key: price for key, price in machine.prices().items() if key[0] not in counted}
    newest = PriceList.objects.filter(version=version, currency=CURRENCY).first()
    if newest is not None:
        book = read_price_book(newest)
        if (book.base_minor, dict(book.option_minor)) == (machine.base_price_minor, prices):
            return
    create_price_list(
        version=version,
        currency=CURRENCY,
        base_minor=machine.base_price_minor,
        option_minor=prices,
    )


def load_shipping_methods() -> int:
    """How a machine travels."""
    ShippingMethod.objects.bulk_create(
        [
            ShippingMethod(
                code=code,
                name=name,
                transit_days=transit_days,
                price_minor=price_minor,
                currency=CURRENCY,
                position=position,
            )
            for position, (code, name, transit_days, price_minor) in enumerate(SHIPPING_METHODS)
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "transit_days", "price_minor", "currency", "position"],
    )
    return len(SHIPPING_METHODS)
