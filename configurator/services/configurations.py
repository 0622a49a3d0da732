"""Freezing: the one way from choices to something that can be ordered."""

import base64
import hashlib
import json
from collections.abc import Mapping

from django.db import transaction

from configurator.engine.atoms import atoms_of, verdict
from configurator.engine.classes import ClassReader
from configurator.engine.ir import Model
from configurator.engine.price import total_minor
from configurator.engine.told import chosen_options, told
from configurator.errors import (
    ImpossibleConfiguration,
    IncompleteConfiguration,
    StaleVersion,
    UnknownGroup,
    UnknownOption,
    engine_errors_translated,
)
from configurator.models import Configuration, ModelVersion, PriceList
from configurator.selectors import current_price_list, engine_model, price_book

SHARE_CODE_LENGTHS = range(8, 13)  # 40 bits; a longer one only when two hashes begin alike


@transaction.atomic
def freeze_configuration(
    *,
    version: ModelVersion,
    choices: Mapping[str, str],
    price_list: PriceList | None = None,
) -> Configuration:
    """Make a complete, valid set of choices immutable, priced and addressable.

    The same content gives the same row. Prices are those of `price_list`, by default the list
    that is valid now. Raises UnknownGroup, UnknownOption, IncompleteConfiguration,
    ImpossibleConfiguration, MissingPrice, and StaleVersion when the version is not on sale.
    """
    if version.status != ModelVersion.Status.PUBLISHED:
        raise StaleVersion(f"{version} is {version.get_status_display().lower()}, not on sale")
    if not ModelVersion.objects.published().filter(pk=version.pk).exists():
        raise StaleVersion(f"{version} is not on sale now: its time is yet to come, or over")
    model = engine_model(version)
    check_choices(model, choices)
    prices = price_list or current_price_list(version)
    if prices.version_id != version.pk:
        raise StaleVersion(f"price list {prices} is not one of {version}")
    with engine_errors_translated():
        total = total_minor(model, choices, price_book(prices))
    sha256 = configuration_sha256(version.ir_sha256, prices, choices)
    row = {
        "version": version,
        "price_list": prices,
        "choices": dict(sorted(choices.items())),
        "total_minor": total,
        "currency": prices.currency,
    }
    return _insert_once(sha256, row)


def check_choices(model: Model, choices: Mapping[str, str]) -> None:
    """Complete, known, and no rule broken; else the error that says which."""
    for group, option in choices.items():
        if group not in model.options_by_code:
            raise UnknownGroup(f"{model.code} has no group {group!r}")
        if option not in model.options_by_code[group]:
            raise UnknownOption(f"{group} has no option {option!r}")
    if missing := [group.name for group in model.groups if group.code not in choices]:
        raise IncompleteConfiguration(f"Nothing is chosen for: {', '.join(missing)}")
    options = chosen_options(model, choices)
    read = ClassReader(options)
    broken = [
        told(rule, options, model)
        for rule in model.rules
        if rule.severity == "block" and verdict(atoms_of(rule), read) is False
    ]
    if broken:
        raise ImpossibleConfiguration(" ".join(broken), sentences=broken)


def configuration_sha256(ir_sha256: str, price_list: PriceList, choices: Mapping[str, str]) -> str:
    """Identity: what may be ordered, at which prices, and what was chosen."""
    content = {
        "model": ir_sha256,
        "version": price_list.version_id,
        "prices": price_list.pk,
        "choices": dict(choices),
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def share_code(sha256: str, length: int) -> str:
    """The first letters of the hash in base32, lower case: safe in a URL and when read aloud."""
    return base64.b32encode(bytes.fromhex(sha256)).decode().lower()[:length]


def _insert_once(sha256: str, row: Mapping[str, object]) -> Configuration:
    """Insert unless it exists: two racing requests get the same row, and neither fails."""
    for length in SHARE_CODE_LENGTHS:
        found = Configuration.objects.filter(sha256=sha256).first()
        if found is not None:
            return found
        made = Configuration(sha256=sha256, share_code=share_code(sha256, length), **row)
        Configuration.objects.bulk_create([made], ignore_conflicts=True)
    return Configuration.objects.get(sha256=sha256)
