"""Options as a sheet: one row an option, one column an attribute."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.conf import settings

from config.money import Money
from configurator.errors import UnreadableSheet
from configurator.models import ModelVersion, Option, OptionGroup, OptionPrice, PriceList
from configurator.selectors.drafts import newest_price_list
from configurator.services.authoring.sheets import (
    Sheet,
    SheetProblem,
    SheetRow,
    merged_order,
    read_sheet,
    shown,
    write_sheet,
)
from configurator.services.authoring.values import check_name, read_value, stored, write_value
from configurator.services.price_lists import read_amount

REQUIRED = ("group", "code", "name")
FACTS, PART_NUMBER, SERVICE = "facts", "part number", "service"
YES, NO = "yes", "no"
ATTRIBUTE = "attribute: "  # before an attribute whose name is a column's, too
CODE = re.compile(r"[-a-zA-Z0-9_]{1,80}")
LONGEST = {"name": 160, FACTS: 200, PART_NUMBER: 60}


@dataclass(frozen=True, slots=True)
class OptionRow:
    """An option as tables and sheets hold it; `price` in minor units, None where it has none."""

    code: str
    name: str
    facts: str
    part_number: str
    is_service: bool
    attributes: Mapping[str, object]
    price: int | None


type Options = Mapping[str, Mapping[str, OptionRow]]  # group → code → row, in their order


@dataclass(frozen=True)
class Shelf:
    """The options of a version with its newest prices, as they stand."""

    version: ModelVersion
    groups: Mapping[str, OptionGroup]
    prices: PriceList | None
    options: Options

    @property
    def currency(self) -> str:
        return self.prices.currency if self.prices else str(settings.SHOP_CURRENCY)

    @property
    def price_column(self) -> str:
        """It names the currency, so that amounts of another are never taken for this one's."""
        return f"price {self.currency.lower()}"

    def attribute_names(self) -> list[str]:
        rows = (row for options in self.options.values() for row in options.values())
        return list(dict.fromkeys(name for row in rows for name in row.attributes))


@dataclass(frozen=True, slots=True)
class OptionPlan:
    """What a sheet would do: the options before and after, and which attributes are new."""

    shelf: Shelf
    after: Options
    new_attributes: tuple[str, ...] = field(default=())
    untouched: int = 0  # options that the sheet does not name and that stay


def shelf_of(version: ModelVersion) -> Shelf:
    """Four queries, however many options."""
    prices = newest_price_list(version)
    amounts = (
        OptionPrice.objects.filter(price_list=prices) if prices else OptionPrice.objects.none()
    )
    price_of = dict(amounts.values_list("option_id", "amount_minor"))
    groups = {group.pk: group for group in OptionGroup.objects.filter(version=version)}
    options: dict[str, dict[str, OptionRow]] = {group.code: {} for group in groups.values()}
    for row in Option.objects.filter(group__version=version).order_by("position", "pk"):
        options[groups[row.group_id].code][row.code] = OptionRow(
            row.code,
            row.name,
            row.facts,
            row.part_number,
            row.is_service,
            row.attributes,
            price_of.get(row.pk),
        )
    return Shelf(version, {group.code: group for group in groups.values()}, prices, options)


def option_sheet(version: ModelVersion) -> bytes:
    """All options of a version, for a spreadsheet."""
    shelf = shelf_of(version)
    names = shelf.attribute_names()
    fixed = (*REQUIRED, FACTS, PART_NUMBER, SERVICE, shelf.price_column)
    columns = (*fixed, *(_column_of(name, fixed) for name in names))
    return write_sheet(columns, _cells(shelf, names))


def _column_of(attribute: str, fixed: Iterable[str]) -> str:
    is_taken = attribute.casefold() in fixed or attribute.casefold().startswith("price")
    return f"{ATTRIBUTE}{attribute}" if is_taken else attribute


def _cells(shelf: Shelf, names: Iterable[str]) -> Iterator[list[str]]:
    for group, options in shelf.options.items():
        for row in options.values():
            price = "" if row.price is None else str(Money(row.price, shelf.currency).decimal)
            values = [
                write_value(row.attributes[name]) if name in row.attributes else ""
                for name in names
            ]
            service = YES if row.is_service else ""
            own = [row.name, row.facts, row.part_number, service, price]
            yield [group, row.code, *own, *values]


def plan_options(version: ModelVersion, content: bytes, *, removes: bool) -> OptionPlan:
    """Read a sheet against a version. `removes`: what its groups have beyond it would go.

    Columns that the sheet leaves out stay as they are. Raises UnreadableSheet with every cell
    that is wrong.
    """
    shelf = shelf_of(version)
    sheet = read_sheet(
        content, required=REQUIRED, optional=(FACTS, PART_NUMBER, SERVICE, shelf.price_column)
    )
    reader = _Reader(shelf, sheet)
    named = reader.read()
    if reader.problems:
        raise UnreadableSheet(reader.problems)
    after: dict[str, Mapping[str, OptionRow]] = {}
    untouched = 0
    for group, old in shelf.options.items():
        new = named.get(group)
        if new is None:
            after[group] = old
            continue
        kept = [code for code in old if code in new or not removes]
        untouched += len(set(kept) - set(new))
        both = {**{code: old[code] for code in kept}, **new}
        after[group] = {code: both[code] for code in merged_order(kept, list(new))}
    known = set(shelf.attribute_names())
    added = tuple(name for name in reader.attributes.values() if name not in known)
    return OptionPlan(shelf, after, added, untouched)


class _Reader:
    """Rows of a sheet as options, laid over those that exist; it collects what is wrong."""

    def __init__(self, shelf: Shelf, sheet: Sheet) -> None:
        self.problems: list[SheetProblem] = []
        self._shelf = shelf
        self._sheet = sheet
        self.attributes = dict(self._attribute_columns())

    def _attribute_columns(self) -> Iterator[tuple[str, str]]:
        """Column → attribute."""
        price = self._shelf.price_column
        for column in self._sheet.columns:
            if column in (*REQUIRED, FACTS, PART_NUMBER, SERVICE, price):
                continue
            name = column.removeprefix(ATTRIBUTE).strip()
            try:
                if column == name and column.casefold().startswith("price"):
                    self.problems.append(SheetProblem(1, column, f"“{price}”", shown(column)))
                else:
                    yield column, check_name(name)
            except ValueError as error:
                told = "an attribute's name, such as length_mm"
                self.problems.append(SheetProblem(1, column, told, str(error)))

    def read(self) -> dict[str, dict[str, OptionRow]]:
        """Group → code → option, as the sheet orders them."""
        found: dict[str, dict[str, OptionRow]] = {}
        first_at: dict[tuple[str, str], int] = {}
        for row in self._sheet.rows:
            group, code = row.cells["group"], row.cells["code"]
            if group not in self._shelf.groups:
                known = f"a group of this version ({', '.join(self._shelf.groups)})"
                self.problems.append(row.problem("group", known))
                continue
            if not CODE.fullmatch(code):
                told = "1 to 80 letters, digits, - or _"
                self.problems.append(row.problem("code", told))
                continue
            if (group, code) in first_at:
                told = f"a code that no other row of {group} has"
                got = f"{shown(code)} again, first in row {first_at[group, code]}"
                self.problems.append(row.problem("code", told, got))
                continue
            first_at[group, code] = row.number
            found.setdefault(group, {})[code] = self._option(row, group, code)
        return found

    def _option(self, row: SheetRow, group: str, code: str) -> OptionRow:
        old = self._shelf.options[group].get(code) or OptionRow(
            code, "", "", "", is_service=False, attributes={}, price=None
        )
        if not row.cells["name"]:
            self.problems.append(row.problem("name", "a name"))
        part_number = self._text(row, PART_NUMBER, old.part_number)
        return OptionRow(
            code=code,
            name=self._text(row, "name", old.name),
            facts=self._text(row, FACTS, old.facts),
            part_number=part_number,
            is_service=self._service(row, part_number, is_old=old.is_service),
            attributes=self._values(row, old.attributes),
            price=self._price(row, group, old.price),
        )

    def _text(self, row: SheetRow, column: str, old: str) -> str:
        text = row.cells.get(column)
        # Spaces around it are no change.
        if text is None or text == old.strip():
            return old
        if len(text) > LONGEST[column]:
            told = f"at most {LONGEST[column]} signs"
            self.problems.append(row.problem(column, told, f"{len(text)}"))
        return text

    def _service(self, row: SheetRow, part_number: str, *, is_old: bool) -> bool:
        """An empty cell says no; what is a service is built from no part."""
        cell = row.cells.get(SERVICE)
        is_service = is_old if cell is None else cell.casefold() == YES
        if cell and cell.casefold() not in (YES, NO):
            self.problems.append(row.problem(SERVICE, f"{YES}, {NO} or nothing"))
        elif is_service and part_number:
            column = SERVICE if cell else PART_NUMBER
            got = f"a service with the part {shown(part_number)}"
            self.problems.append(row.problem(column, "a part number or a service, not both", got))
        return is_service

    def _values(self, row: SheetRow, old: Mapping[str, object]) -> Mapping[str, object]:
        """An empty cell takes the attribute away; ? says that nobody knows it."""
        values = dict(old)
        for column, name in self.attributes.items():
            cell = row.cells[column]
            if not cell:
                values.pop(name, None)
                continue
            try:
                values[name] = stored(read_value(cell))
            except ValueError as error:
                told = "a whole number, yes, no, text, [a, list] or ?"
                self.problems.append(row.problem(column, told, str(error)))
        return values

    def _price(self, row: SheetRow, group: str, old: int | None) -> int | None:
        column, currency = self._shelf.price_column, self._shelf.currency
        cell = row.cells.get(column)
        if cell is None:
            return old
        if not cell:
            return None
        if self._shelf.groups[group].quantity_for_id is not None:
            self.problems.append(row.problem(column, "nothing: a quantity has no price"))
            return None
        if self._shelf.prices is None:
            told = f"nothing: the version has no price list in {currency} yet"
            self.problems.append(row.problem(column, told))
            return None
        try:
            return read_amount(cell, currency)
        except ValueError as error:
            self.problems.append(row.problem(column, str(error)))
            return None
