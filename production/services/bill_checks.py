"""Is a bill fit to be released? By itself, among the other bills, and for all that is on sale."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from configurator.models import ModelVersion
from configurator.selectors import model_by_sha256, option_details
from production.bom import BillError, ExpressionError
from production.bom.as_ordered import BUY
from production.bom.checking import BillFinding, BillQuestions, Path, parts_on, paths_to
from production.bom.expression import Schema
from production.bom.reachable import Orderable
from production.bom.structure import find_cycle
from production.models import BillOfMaterial
from production.services.reached_bills import (
    Reached,
    check_of,
    line_of,
    reached_bills,
    step_of,
)


def check_bill(*, bill_id: int) -> tuple[BillFinding, ...]:
    """Everything that is wrong with a bill, as if it were released today.

    It is read by itself first; then among the bills that it would stand between; then against
    what can be ordered of every product on sale that reaches it, by asking the configuration
    engine. A product that is not on sale yet is checked when it is published.
    """
    bill = BillOfMaterial.objects.select_related("part").get(pk=bill_id)
    findings = [*_by_itself(bill), *_read(bill)]
    if findings:
        return tuple(findings)
    on_sale, today = orderable_products(), timezone.localdate()
    options = {number for one in on_sale.values() for number in one.part_numbers.values()}
    try:
        reached = reached_bills(
            slugs=_slugs(bill),
            part_numbers={bill.part.part_number, *options},
            on=today,
            draft_id=bill.pk,
        )
    except BillError as error:
        message = f"another bill cannot be read: {error.what}"
        return (BillFinding("unreadable", error.where, message),)
    return tuple(_Neighbours(bill, reached, on_sale, today).findings())


def orderable_products() -> dict[str, Orderable]:
    """What can be ordered now of each product, by its slug."""
    found = {}
    for version in ModelVersion.objects.published().defer("ir"):
        numbers = {key: detail.part_number for key, detail in option_details(version).items()}
        model = model_by_sha256(version.ir_sha256)
        found[version.product_model.slug] = Orderable(model, numbers)
    return found


def _slugs(bill: BillOfMaterial) -> set[str]:
    """Every product that has a bill, or gets one by this."""
    released = BillOfMaterial.objects.filter(status=BillOfMaterial.Status.RELEASED)
    return {*released.values_list("product_slug", flat=True), bill.product_slug} - {""}


def _by_itself(bill: BillOfMaterial) -> Iterator[BillFinding]:
    where = bill.part.part_number
    if bill.part.kind == BUY:
        yield BillFinding("bought", where, "is bought, so it has no bill")
    if not bill.lines.exists():
        yield BillFinding("empty", where, "has no line")
    released = BillOfMaterial.objects.filter(status=BillOfMaterial.Status.RELEASED)
    others = released.filter(product_slug=bill.product_slug).exclude(part=bill.part_id)
    if bill.product_slug and (other := others.select_related("part").first()):
        message = f"is to be the machine {bill.product_slug}, which is {other.part.part_number}"
        yield BillFinding("product_twice", where, message)


def _read(bill: BillOfMaterial, schema: Schema | None = None) -> Iterator[BillFinding]:
    """Every line, step and check that does not read, or speaks of what is not in the schema."""
    part = bill.part.part_number
    lines = bill.lines.select_related("component").order_by("position", "pk")
    for number, line in enumerate(lines, start=1):
        try:
            line_of(line, where=f"{part}, line {number}", schema=schema)
        except BillError as error:
            yield _unreadable(error, number)
    for step in bill.steps.order_by("operation", "position", "pk"):
        try:
            step_of(step, where=f"{part}, {step.operation} step {step.position}", schema=schema)
        except BillError as error:
            yield _unreadable(error)
    for check in bill.checks.order_by("position", "pk"):
        try:
            check_of(check, where=f"{part}, check {check.code}", schema=schema)
        except BillError as error:
            yield _unreadable(error)


def _unreadable(error: BillError, line: int = 0) -> BillFinding:
    cause = error.__cause__
    excerpt = cause.excerpt if isinstance(cause, ExpressionError) else ""
    return BillFinding("unreadable", error.where, error.what, line, excerpt)


@dataclass(slots=True)
class _Neighbours:
    """A bill among those that it would stand between."""

    bill: BillOfMaterial
    reached: Reached
    on_sale: Mapping[str, Orderable]
    on: date

    @property
    def part_number(self) -> str:
        return self.bill.part.part_number

    def findings(self) -> list[BillFinding]:
        """What is wrong with the structure, else with types, else with what can be ordered."""
        uses = {
            part: {below for line in bill.lines for below in parts_on(line, self._parts_of)}
            for part, bill in self.reached.bills.items()
        }
        if cycle := find_cycle(uses):
            message = f"needs itself: {' → '.join(cycle)}"
            return [BillFinding("cycle", self.part_number, message)]
        found = [*self._missing(), *self._codes(uses)]
        products = {
            slug: self.on_sale[slug]
            for slug, top in sorted(self.reached.tops.items())
            if slug in self.on_sale and self.part_number in _made_for(top, uses)
        }
        for orderable in products.values():
            found += _read(self.bill, orderable.schema)
        if not found:
            found = [*self._dead(products), *self._questions(products, uses)]
        return [*dict.fromkeys(found)]

    def _parts_of(self, group: str) -> set[str]:
        return {number for one in self.on_sale.values() for number in one.parts_of(group)}

    def _missing(self) -> Iterator[BillFinding]:
        """Parts that are not there, and made ones without a bill."""
        bills, parts = self.reached.bills, self.reached.parts
        for number, line in enumerate(bills[self.part_number].lines, start=1):
            where = f"{self.part_number}, line {number}"
            for below in sorted(parts_on(line, self._parts_of)):
                if below not in parts:
                    message = f"there is no part {below!r}, which {line.group} may bring"
                    yield BillFinding("missing_part", where, message, number)
                elif parts[below].kind != BUY and below not in bills:
                    message = f"{below!r} is {parts[below].kind}, but has no released bill"
                    yield BillFinding("missing_bill", where, message, number)

    def _codes(self, uses: Mapping[str, set[str]]) -> Iterator[BillFinding]:
        """Checks that another bill of the same machine gives the same code."""
        bills = self.reached.bills
        own = {check.code for check in bills[self.part_number].checks}
        for top in sorted(self.reached.tops.values()):
            made = _made_for(top, uses)
            if self.part_number not in made:
                continue
            for other in sorted(made - {self.part_number}):
                for code in sorted(own & {check.code for check in bills[other].checks}):
                    where = f"{self.part_number}, check {code}"
                    yield BillFinding("code_twice", where, f"also stands in the bill of {other}")

    def _paths(self, part: str, slug: str) -> list[Path]:
        top, orderable = self.reached.tops[slug], self.on_sale[slug]
        return paths_to(part, top, self.reached.bills, orderable.parts_of)

    def _dead(self, products: Mapping[str, Orderable]) -> list[BillFinding]:
        """What applies in no product; what has no answer in one of them."""
        by_product = []
        for slug, orderable in products.items():
            bill = self.reached.bills[self.part_number]
            questions = BillQuestions(bill, self._paths(self.part_number, slug), orderable)
            by_product.append(list(questions.dead()))
        return [
            finding
            for findings in by_product
            for finding in findings
            if finding.code != "dead" or all(finding in others for others in by_product)
        ]

    def _questions(
        self, products: Mapping[str, Orderable], uses: Mapping[str, set[str]]
    ) -> Iterator[BillFinding]:
        """Alternates of this bill, and of those that are reached through it."""
        for part in sorted(_made_for(self.part_number, uses)):
            for slug, orderable in products.items():
                paths = self._paths(part, slug)
                yield from BillQuestions(self.reached.bills[part], paths, orderable).findings(
                    self.on
                )


def _made_for(top: str, uses: Mapping[str, set[str]]) -> set[str]:
    """The parts with a bill that one part takes, however deep, and itself."""
    found: set[str] = set()
    waiting = [top]
    while waiting:
        part = waiting.pop()
        if part in uses and part not in found:
            found.add(part)
            waiting += uses[part]
    return found
