"""Rules as a sheet: one row a rule, its condition in the rule language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter

from configurator.engine.ir import Rule as RuleNode
from configurator.engine.language import RuleSyntaxError, Vocabulary, parse_body
from configurator.engine.parse import rule_from_dict
from configurator.errors import UnreadableSheet
from configurator.models import ModelVersion, Rule
from configurator.selectors.differences import Section
from configurator.services.authoring.rules import (
    changes_of,
    condition_text,
    faults_of,
    node_of,
    rule_data,
    told,
    vocabulary,
)
from configurator.services.authoring.sheets import (
    SheetProblem,
    SheetRow,
    merged_order,
    read_sheet,
    shown,
    write_sheet,
)

COLUMNS = ("code", "name", "severity", "sentence", "rule")


@dataclass(frozen=True, slots=True)
class RuleSheetPlan:
    """What a sheet would do to the rules."""

    rules: tuple[RuleNode, ...]
    sections: tuple[Section, ...]
    untouched: int


def rule_sheet(version: ModelVersion) -> bytes:
    """All rules of a version, for a spreadsheet."""
    rows = (
        [row.code, row.name, row.severity, row.sentence, condition_text(row)]
        for row in version.rules.all()
    )
    return write_sheet(COLUMNS, rows)


def plan_rule_sheet(version: ModelVersion, content: bytes, *, removes: bool) -> RuleSheetPlan:
    """Read a sheet against a version's rules. `removes`: those that it does not name would go.

    Raises UnreadableSheet with every cell that is wrong.
    """
    sheet = read_sheet(content, required=COLUMNS)
    rows = {row.code: row for row in version.rules.all()}
    problems: list[SheetProblem] = []
    named: dict[str, RuleNode] = {}
    first_at: dict[str, SheetRow] = {}
    words = vocabulary(version)
    for row in sheet.rows:
        code = row.cells["code"]
        if code in first_at:
            got = f"{shown(code)} again, first in row {first_at[code].number}"
            problems.append(row.problem("code", "a code that no other row has", got))
            continue
        first_at[code] = row
        found = _rule(row, words, rows.get(code))
        if isinstance(found, SheetProblem):
            problems.append(found)
        else:
            named[code] = found
    for code, message in faults_of(version, tuple(named.values())):
        problems.append(_fault(first_at.get(code), message))
    if not removes:
        problems += _unreadable(rows, first_at)
    if problems:
        raise UnreadableSheet(sorted(problems, key=attrgetter("row")))
    return _plan(rows, named, removes=removes)


def _fault(row: SheetRow | None, message: str) -> SheetProblem:
    """In the column that the message is about."""
    if row is None:
        return SheetProblem(1, "rule", "a sound rule", message)
    wanted = message.removeprefix("expected ")
    for column in ("code", "name", "sentence"):
        if wanted.startswith(f"a {column} "):
            return row.problem(column, wanted)
    return row.problem("rule", "a sound rule", message)


def _unreadable(rows: Mapping[str, Rule], named: Mapping[str, SheetRow]) -> Iterator[SheetProblem]:
    """Rules that would stay, but that nobody can read: they cannot be put in order with others."""
    for code, rule in rows.items():
        if code not in named and node_of(rule) is None:
            told = f"a row for {code}, which cannot be read"
            yield SheetProblem(1, "code", told, "none")


def _plan(rows: dict[str, Rule], named: dict[str, RuleNode], *, removes: bool) -> RuleSheetPlan:
    kept = [code for code in rows if code in named or not removes]
    stay = {code: rule_from_dict(rule_data(rows[code]), code) for code in kept if code not in named}
    both = {**stay, **named}
    after = [both[code] for code in merged_order(kept, list(named))]
    return RuleSheetPlan(tuple(after), changes_of(rows.values(), after), len(stay))


def _rule(row: SheetRow, words: Vocabulary, old: Rule | None) -> RuleNode | SheetProblem:
    cells = row.cells
    if cells["severity"].casefold() not in Rule.Severity.values:
        return row.problem("severity", " or ".join(Rule.Severity.values))
    try:
        when, constraint = parse_body(cells["rule"], words)
    except RuleSyntaxError as error:
        problem = told(error)
        got = f"{error.found} (line {error.line}, column {error.column}) {problem.suggestion}"
        return row.problem("rule", error.expected, got.rstrip())
    return RuleNode(
        code=cells["code"],
        name=_kept(cells["name"], old.name if old else ""),
        sentence=_kept(cells["sentence"], old.sentence if old else ""),
        severity="warn" if cells["severity"].casefold() == "warn" else "block",
        constraint=constraint,
        when=when,
    )


def _kept(cell: str, old: str) -> str:
    """Spaces around a text are no change."""
    return old if cell == old.strip() else cell
