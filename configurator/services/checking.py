"""Everything that must be true of a version before it goes on sale, gathered as one proof.

Reading only: `publishing` writes down what came of it. What can be built follows one rule: an
option with a part number needs that part and a line of the bill that takes it. An option without
one must be free (then there is nothing to build: "none"), a quantity, or marked as a service.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings

from configurator.engine.check import Finding, Progress, check_model, malformed
from configurator.engine.errors import EngineError, ModelFormatError
from configurator.engine.ir import Model, model_from_dict
from configurator.engine.price import PriceBook
from configurator.models import AcceptedFinding, ModelVersion, Option, PriceList
from configurator.ports import Offered, builder
from configurator.selectors.prices import read_price_book
from configurator.services.compiling import model_data

PLACE = re.compile(r"\.(groups|rules|options)\[(\d+)\]")
FIRST_STEP, LAST_STEP = "Reading", "Prices and bills"
ENGINE_STEPS = 4


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as it is reported. `accepted` is why staff say that it is meant, "" if nobody did.

    `group`, `option` and `rule` are the codes of what is to be changed.
    """

    kind: str
    where: str
    message: str
    is_blocking: bool
    is_acceptable: bool = False
    group: str = ""
    option: str = ""
    rule: str = ""
    accepted: str = ""
    accepted_by: str = ""

    @property
    def stands_in_the_way(self) -> bool:
        return self.is_blocking and not self.accepted

    @property
    def sentence(self) -> str:
        """The place and what is wrong there, in one line."""
        return f"{self.where}: {self.message}" if self.where else self.message

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found in a version. `model` is None when it could not even be read."""

    model: Model | None
    findings: tuple[Told, ...]

    @property
    def problems(self) -> list[str]:
        """What stands in the way of publishing, a line each."""
        return [told.sentence for told in self.findings if told.stands_in_the_way]


def prove(
    version: ModelVersion, *, at: datetime | None = None, progress: Progress | None = None
) -> Proof:
    """Check the version's tables as they are now, for a sale from `at` (now) on."""
    steps = ENGINE_STEPS + 2

    def tell(name: str, number: int) -> None:
        if progress is not None:
            progress(name, number, steps)

    tell(FIRST_STEP, 1)
    data = model_data(version)
    try:
        model = model_from_dict(data)
    except EngineError as error:
        return Proof(None, (_unreadable(version, data, error),))
    report = check_model(model, progress=lambda name, number, _: tell(name, number + 1))
    tell(LAST_STEP, steps)
    found = [_told(finding) for finding in report.findings]
    # What is not in the shop may be there to be taken into others: it needs a bill when it is sold.
    is_for_sale = at is not None or version.product_model.is_listed
    found += _unpriced(version, model, at)
    found += _unbuildable(version, model, is_for_sale=is_for_sale)
    accepted = {(row.kind, row.where): row for row in version.accepted.all()}
    findings = [_with_acceptance(told, accepted) for told in found]
    return Proof(model, tuple(sorted(findings, key=lambda told: not told.stands_in_the_way)))


def _told(finding: Finding) -> Told:
    return Told(
        kind=finding.kind,
        where=finding.where,
        message=finding.message,
        is_blocking=finding.is_blocking,
        is_acceptable=finding.is_acceptable,
        group=finding.group,
        option=finding.option,
        rule=finding.rule,
    )


def _with_acceptance(told: Told, accepted: Mapping[tuple[str, str], AcceptedFinding]) -> Told:
    row = accepted.get((told.kind, told.where)) or accepted.get((told.kind, ""))
    if row is None or not told.is_acceptable:
        return told
    return replace(told, accepted=row.reason, accepted_by=row.actor)


def _unreadable(version: ModelVersion, data: Mapping[str, object], error: EngineError) -> Told:
    """The strict reader names places by number; staff know them by code."""
    if not isinstance(error, ModelFormatError):
        return Told("malformed", version.product_model.slug, error.message, is_blocking=True)
    told = _told(malformed(error))
    codes: dict[str, str] = {}
    here: Any = data
    for name, number in PLACE.findall(error.where):
        here = here[name][int(number)]
        codes[name] = here["code"]
    return replace(
        told,
        message=f"{error.what}; expected {error.expected}, got {error.got}",
        group=told.group or codes.get("groups", ""),
        option=told.option or codes.get("options", ""),
        rule=told.rule or codes.get("rules", ""),
    )


def _unpriced(version: ModelVersion, model: Model, at: datetime | None) -> Iterator[Told]:
    """No list in the shop's currency by then, or options that it leaves out."""
    currency = settings.SHOP_CURRENCY
    lists = PriceList.objects.filter(version=version, currency=currency)
    if at is not None:
        lists = lists.filter(valid_from__lte=at)
    newest = lists.first()
    if newest is None:
        by_then = "" if at is None else " that is valid by then"
        message = f"there is no price list in {currency}{by_then}"
        yield Told("no_price", version.product_model.slug, message, is_blocking=True)
        return
    book: PriceBook = read_price_book(newest)
    for group in model.groups:
        for option in group.options if group.quantity_for is None else ():
            if (group.code, option.code) not in book.option_minor:
                yield Told(
                    "no_price",
                    f"{group.code}.{option.code}",
                    f"{option.name} has no price in {newest}",
                    is_blocking=True,
                    group=group.code,
                    option=option.code,
                )


def _unbuildable(version: ModelVersion, model: Model, *, is_for_sale: bool) -> Iterator[Told]:
    """Options that could be sold but not built."""
    options = list(
        Option.objects.filter(group__version=version)
        .select_related("group")
        .order_by("group__position", "group", "position", "pk")
    )
    offered = [Offered(o.group.code, o.code, o.name, o.part_number) for o in options]
    yield from _without_part(version, options)
    slug = version.product_model.slug
    for fault in builder()(product_slug=slug, offered=offered, model=model):
        yield Told(
            "no_bill",
            f"{fault.group}.{fault.option}" if fault.option else slug,
            fault.message,
            is_blocking=is_for_sale,
            group=fault.group,
            option=fault.option,
        )


def _without_part(version: ModelVersion, options: Iterable[Option]) -> Iterator[Told]:
    newest = PriceList.objects.filter(version=version, currency=settings.SHOP_CURRENCY).first()
    prices = {} if newest is None else read_price_book(newest).option_minor
    for option in options:
        group = option.group
        needs_none = option.part_number or option.is_service or group.quantity_for_id is not None
        if not needs_none and prices.get((group.code, option.code), 0) > 0:
            yield Told(
                "no_part",
                f"{group.code}.{option.code}",
                f"{option.name} costs money, but names no part to build in; "
                "give it a part number, or mark it as a service",
                is_blocking=True,
                group=group.code,
                option=option.code,
            )
