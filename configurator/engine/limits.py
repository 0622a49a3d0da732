"""How large a model may be, so that every number fits and every answer ends in time.

The limits are far beyond any real product; what exceeds them is a mistake or an attack.
"""

from collections.abc import Iterator

from configurator.engine.errors import ModelFormatError
from configurator.engine.nodes import AnyOf, Compare, Model, Option, Ref, Rule, Sum, Table, Value
from configurator.engine.strict_json import shown

LARGEST_NUMBER = 2**50  # sums of it stay exact in 64 bits, and in a browser's numbers
MOST_GROUPS = 20_000
MOST_OPTIONS = 10_000  # of a group
MOST_RULES = 500_000
MOST_PARTS = 2_000  # comparisons, terms or rows of a rule; texts of a list
MOST_COLUMNS = 20  # of a table
LONGEST_CODE = 200
LONGEST_NAME = 500
LONGEST_TEXT = 2_000  # a sentence, or an attribute's value


def size_problems(model: Model) -> Iterator[ModelFormatError]:
    """Everything about the model that is too long, too many or too large, in document order."""
    yield from _text(model.code, LONGEST_CODE, "model.code")
    yield from _number_of(model.groups, "groups", MOST_GROUPS, "model.groups")
    yield from _number_of(model.rules, "rules", MOST_RULES, "model.rules")
    for index, group in enumerate(model.groups):
        where = f"model.groups[{index}]"
        yield from _text(group.code, LONGEST_CODE, f"{where}.code")
        yield from _text(group.name, LONGEST_NAME, f"{where}.name")
        yield from _number_of(group.options, "options", MOST_OPTIONS, f"{where}.options")
        for number, option in enumerate(group.options):
            yield from _option(option, f"{where}.options[{number}]")
    for index, rule in enumerate(model.rules):
        yield from rule_size_problems(rule, f"model.rules[{index}]")


def _option(option: Option, where: str) -> Iterator[ModelFormatError]:
    yield from _text(option.code, LONGEST_CODE, f"{where}.code")
    yield from _text(option.name, LONGEST_NAME, f"{where}.name")
    for attribute, value in option.attributes.items():
        yield from _text(attribute, LONGEST_CODE, f"{where}.attributes")
        yield from _value(value, f"{where}.attributes[{shown(attribute)}]")


def rule_size_problems(rule: Rule, where: str) -> Iterator[ModelFormatError]:
    """The same about one rule."""
    yield from _text(rule.code, LONGEST_CODE, f"{where}.code")
    yield from _text(rule.name, LONGEST_NAME, f"{where}.name")
    yield from _text(rule.sentence, LONGEST_TEXT, f"{where}.sentence")
    yield from _number_of(rule.when, "conditions", MOST_PARTS, f"{where}.when")
    constraint = rule.constraint
    compares = list(rule.when)
    if isinstance(constraint, Compare):
        compares.append(constraint)
    elif isinstance(constraint, AnyOf):
        yield from _number_of(constraint.options, "comparisons", MOST_PARTS, f"{where}.constraint")
        compares += constraint.options
    elif isinstance(constraint, Sum):
        yield from _number_of(constraint.terms, "terms", MOST_PARTS, f"{where}.constraint")
    else:
        yield from _table(constraint, f"{where}.constraint.table")
    for compare in compares:
        if not isinstance(compare.right, Ref):
            yield from _value(compare.right, where)


def _table(table: Table, where: str) -> Iterator[ModelFormatError]:
    yield from _number_of(table.refs, "columns", MOST_COLUMNS, f"{where}.refs")
    yield from _number_of(table.rows, "rows", MOST_PARTS, f"{where}.rows")
    for index, row in enumerate(table.rows):
        for cell in row:
            yield from _value(cell, f"{where}.rows[{index}]")


def _value(value: Value, where: str) -> Iterator[ModelFormatError]:
    if isinstance(value, str):
        yield from _text(value, LONGEST_TEXT, where)
    elif isinstance(value, tuple):
        yield from _number_of(value, "texts", MOST_PARTS, where)
        for text in value:
            yield from _text(text, LONGEST_TEXT, where)
    elif isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        yield ModelFormatError(
            "a number too large",
            where=where,
            expected=f"at most {LARGEST_NUMBER:,} up or down",
            got=shown(value),
        )


def _text(text: str, longest: int, where: str) -> Iterator[ModelFormatError]:
    if len(text) > longest:
        yield ModelFormatError(
            "a text too long",
            where=where,
            expected=f"at most {longest:,} characters",
            got=f"{len(text):,}: {shown(text)}",
        )


def _number_of(
    things: tuple[object, ...], what: str, most: int, where: str
) -> Iterator[ModelFormatError]:
    if len(things) > most:
        yield ModelFormatError(
            f"too many {what}", where=where, expected=f"at most {most:,}", got=f"{len(things):,}"
        )
