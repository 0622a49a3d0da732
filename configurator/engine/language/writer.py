"""Rules as people write them; `parser` is the inverse."""

import re
from collections.abc import Iterable, Sequence
from math import gcd

from configurator.engine.language.lexer import NUMBER, WORD, quoted
from configurator.engine.nodes import (
    CODE,
    AnyOf,
    Compare,
    Constraint,
    Known,
    Operator,
    Ref,
    Rule,
    Severity,
    Sum,
    Table,
    Term,
)

KEYWORDS = ("rule", "blocks", "warns", "when", "and", "or", "either", "requires", "excludes", "say")
RESERVED = frozenset({*KEYWORDS, "is", "not", "in", "table"})
TRUTHS: dict[str, bool] = {"yes": True, "no": False}
SEVERITY_WORDS: dict[str, Severity] = {"blocks": "block", "warns": "warn"}
HUNDREDTHS = (100, 50, 25, 20, 10, 5, 4, 2)  # what a whole percentage can come to
WIDEST = 88  # characters of a line before it is broken
SAME: dict[Operator, str] = {"==": "=", "!=": "!="}
IS: dict[Operator, str] = {"==": "is", "!=": "is not"}

_is_word = re.compile(WORD).fullmatch
_is_number = re.compile(NUMBER).fullmatch


def write_rules(rules: Iterable[Rule]) -> str:
    """All rules, an empty line between them."""
    return "\n".join(write_rule(rule) for rule in rules)


def write_rule(rule: Rule) -> str:
    """One rule as a block."""
    severity = next(word for word, meant in SEVERITY_WORDS.items() if meant == rule.severity)
    lines = [f"rule {_name(rule.code)} {quoted(rule.name)} {severity}"]
    lines += [f"  {line}" for line in write_body(rule).split("\n")]
    if rule.sentence:
        lines.append(f"  say {quoted(rule.sentence)}")
    return "\n".join(lines) + "\n"


def write_body(rule: Rule) -> str:
    """What the rule demands, and when: without its name and sentence."""
    if (short := _about_options(rule)) is not None:
        return short
    conditions = [_compare(condition) for condition in rule.when]
    when = [_broken("when " + conditions[0], "and", conditions[1:])] if conditions else []
    return "\n".join([*when, _constraint(rule.constraint)])


def _about_options(rule: Rule) -> str | None:
    """`A requires B` and `A excludes B`, for rules that only name options."""
    if len(rule.when) != 1 or not _names_options(rule.when[0]):
        return None
    constraint, condition = rule.constraint, _compare(rule.when[0])
    if isinstance(constraint, AnyOf):
        if len(constraint.options) < 2 or not all(map(_names_options, constraint.options)):
            return None
        return f"{condition}\n  requires {_constraint(constraint)}"
    if not isinstance(constraint, Compare) or not _names_options(constraint):
        return None
    if constraint.op in {"!=", "not in"}:
        op: Operator = "==" if constraint.op == "!=" else "in"
        demanded = f"excludes {_compare(Compare(constraint.left, op, constraint.right))}"
    else:
        demanded = f"requires {_compare(constraint)}"
    one_line = f"{condition} {demanded}"
    return one_line if len(one_line) <= WIDEST else f"{condition}\n  {demanded}"


def _names_options(compare: Compare) -> bool:
    return compare.left.attribute == CODE and not isinstance(compare.right, Ref)


def _constraint(constraint: Constraint) -> str:
    if isinstance(constraint, Compare):
        return _compare(constraint)
    if isinstance(constraint, AnyOf):
        first, *others = [_compare(option) for option in constraint.options]
        return _broken(first, "or", others) if others else f"either {first}"
    return _table(constraint) if isinstance(constraint, Table) else _sum(constraint)


def _broken(first: str, word: str, others: Sequence[str]) -> str:
    """All on a line where they fit, else each on its own."""
    line = f" {word} ".join([first, *others])
    return line if len(line) <= WIDEST else f"\n  {word} ".join([first, *others])


def _compare(compare: Compare) -> str:
    left, right, op = compare.left, compare.right, compare.op
    is_option = left.attribute == CODE
    sign = IS.get(op) if is_option and not isinstance(right, Ref) else SAME.get(op)
    about = (
        _column(left) if is_option and not (isinstance(right, Ref) and op in SAME) else _ref(left)
    )
    said = _ref(right) if isinstance(right, Ref) else _literal(right, is_option=is_option)
    return f"{about} {sign or op} {said}"


def _sum(total: Sum) -> str:
    # A negative weight of the limit is how "at least" is held; written, it turns around.
    sign = -1 if total.limit_weight < 0 else 1
    share = _share(total)
    is_plain = share == 1 and _is_plain(total)
    terms = "".join(
        _term(term, sign * term.weight // share, is_first=index == 0, is_plain=is_plain)
        for index, term in enumerate(total.terms)
    )
    constant = sign * total.constant // share
    if constant:
        terms += f" {'-' if constant < 0 else '+'} {abs(constant)}"
    weight = abs(total.limit_weight)
    limit = _ref(total.limit) if isinstance(total.limit, Ref) else str(total.limit)
    if share > 1:
        limit = f"{weight * 100 // share} % of {limit}"
    elif weight != 1:
        limit = f"{weight} * {limit}"
    return f"{terms} {'>=' if sign < 0 else '<='} {limit}"


def _share(total: Sum) -> int:
    """By what the whole sum can be divided so that its limit is a percentage; 1: by nothing."""
    if not isinstance(total.limit, Ref):
        return 1
    common = gcd(total.constant, *(term.weight for term in total.terms)) or 1
    shares = (share for share in HUNDREDTHS if common % share == 0)
    return next((share for share in shares if gcd(share, total.limit_weight) == 1), 1)


def _is_plain(total: Sum) -> bool:
    """Would it read as a comparison of two attributes?"""
    first = total.terms[0]
    is_bare = len(total.terms) == 1 and first.times is None and not total.constant
    return is_bare and total.limit_weight in {1, -1}


def _term(term: Term, weight: int, *, is_first: bool, is_plain: bool) -> str:
    told = _ref(term.ref) + (f" * {_name(term.times)}" if term.times is not None else "")
    if is_first:
        return told if weight == 1 and not is_plain else f"{weight} * {told}"
    times = "" if abs(weight) == 1 else f"{abs(weight)} * "
    return f" {'-' if weight < 0 else '+'} {times}{told}"


def _table(table: Table) -> str:
    columns = [
        [_column(ref), *(_literal(row[at], is_option=ref.attribute == CODE) for row in table.rows)]
        for at, ref in enumerate(table.refs)
    ]
    widths = [max(map(len, column)) for column in columns]
    lines = [
        " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        for cells in zip(*columns, strict=True)
    ]
    return "\n".join(["table", *(f"  | {line} |" for line in lines)])


def _column(ref: Ref) -> str:
    return _name(ref.group) if ref.attribute == CODE else _ref(ref)


def _ref(ref: Ref) -> str:
    parts = (part if _is_word(part) else quoted(part) for part in (ref.group, ref.attribute))
    return ".".join(parts)


def _name(code: str) -> str:
    return quoted(code) if _is_number(code) else _text(code)


def _text(text: str) -> str:
    return text if _is_word(text) and text not in RESERVED else quoted(text)


def _literal(value: Known, *, is_option: bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return f"({', '.join(map(_text, value))})"
    if is_option:
        return _text(value)
    return quoted(value) if value in TRUTHS else _name(value)
