"""All rules of a version as one text in the rule language, and what a changed text would do."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from configurator.engine.errors import EngineError
from configurator.engine.ir import Group, Model, Option, model_to_dict
from configurator.engine.ir import Rule as RuleNode
from configurator.engine.language import (
    RuleSyntaxError,
    Vocabulary,
    parse_body,
    parse_rules,
    vocabulary_of,
    write_body,
    write_rule,
    write_rules,
)
from configurator.engine.parse import rule_from_dict
from configurator.engine.references import problems
from configurator.errors import ChangedMeanwhile, RulesWouldGo, UnreadableRules
from configurator.models import ModelVersion, Rule
from configurator.selectors.differences import Section, Thing, section
from configurator.services.authoring.drafts import lock_draft
from configurator.services.compiling import model_data

CODE = re.compile(r"[-a-zA-Z0-9_]{1,60}")
LONGEST_NAME, LONGEST_SENTENCE = 120, 300
MOST_RULES = 10_000
LONGEST_TEXT = 1_000_000


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """What is wrong with a text. `line` and `column` count from 1; 0 means: not known.

    `excerpt` is the line with a caret below it, `suggestion` what may have been meant.
    """

    message: str
    line: int = 0
    column: int = 0
    suggestion: str = ""
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class RulePlan:
    """What saving a text would do; nothing is changed by making it. `removed` are codes."""

    rules: tuple[RuleNode, ...]
    sections: tuple[Section, ...]
    removed: tuple[str, ...] = ()


def rule_data(rule: Rule) -> dict[str, object]:
    """A rule of the tables in the engine's JSON."""
    names = ("code", "name", "sentence", "severity", "constraint", "when")
    return {name: getattr(rule, name) for name in names}


def rule_text(rule: Rule) -> str:
    """The whole rule in the rule language; what cannot be read becomes a remark that says so."""
    try:
        return write_rule(rule_from_dict(rule_data(rule), rule.code))
    except EngineError as error:
        return f"# rule {rule.code} cannot be read: {' '.join(error.message.split())}"


def condition_text(rule: Rule) -> str:
    """Only what must hold, and when; JSON where it cannot be read."""
    try:
        return write_body(rule_from_dict(rule_data(rule), rule.code))
    except EngineError:
        return json.dumps({"when": rule.when, "constraint": rule.constraint})


def rules_text(version: ModelVersion) -> str:
    """All rules in their order."""
    rows = list(version.rules.all())
    try:
        return write_rules([rule_from_dict(rule_data(row), row.code) for row in rows])
    except EngineError:
        return "\n\n".join(rule_text(row) for row in rows)


def text_sha256(text: str) -> str:
    """Tells whether somebody else has saved since a text was read."""
    return hashlib.sha256(text.encode()).hexdigest()


def vocabulary(version: ModelVersion) -> Vocabulary:
    """The words that rules of the version may use, also where it is not sound yet."""
    return vocabulary_of(_lenient_model(version))


def read_condition(text: str, words: Vocabulary) -> tuple[object, object]:
    """A condition as the tables keep it: (when, constraint). Raises RuleSyntaxError."""
    when, constraint = parse_body(text, words)
    node = RuleNode("rule", "Rule", "Rule.", "block", constraint, when)
    (data,) = _data_of([node])
    return data.get("when", []), data["constraint"]


def plan_rules(version: ModelVersion, text: str) -> RulePlan:
    """What a text would change. Raises UnreadableRules with what is wrong where."""
    text = text.replace("\r\n", "\n")
    if len(text) > LONGEST_TEXT:
        told_length = f"{len(text):,} signs; expected {LONGEST_TEXT:,} at most"
        raise UnreadableRules([RuleProblem(told_length)])
    model = _lenient_model(version)
    try:
        rules = tuple(parse_rules(text, vocabulary_of(model)))
    except RuleSyntaxError as error:
        raise UnreadableRules([told(error)]) from error
    if wrong := list(_wrong(model, rules, text)):
        raise UnreadableRules(wrong)
    rows = list(version.rules.all())
    kept = {rule.code for rule in rules}
    removed = tuple(row.code for row in rows if row.code not in kept)
    return RulePlan(rules, changes_of(rows, rules), removed)


@transaction.atomic
def save_rules(
    *, version_id: int, text: str, read_sha256: str, agreed: Collection[str] = ()
) -> RulePlan:
    """Make a draft's rules what the text says: their codes are who they are.

    `read_sha256` is of the text that was edited; `agreed` are the codes of rules that may go.
    Raises NotADraft, UnreadableRules, ChangedMeanwhile when the rules are not those any more, and
    RulesWouldGo when the text lacks others than those, be it that they could not be read.
    """
    version = lock_draft(version_id)
    plan = plan_rules(version, text)
    if text_sha256(rules_text(version)) != read_sha256:
        raise ChangedMeanwhile("Somebody else has saved these rules since you opened them")
    if lost := [code for code in plan.removed if code not in agreed]:
        raise RulesWouldGo(f"Saving would remove {len(lost)} of the rules", codes=plan.removed)
    write_plan(version, plan.rules)
    return plan


def unreadable_rules(version: ModelVersion) -> list[Rule]:
    """Rules that no text can show; they are mended in their own form."""
    return [row for row in version.rules.all() if node_of(row) is None]


def write_plan(version: ModelVersion, rules: Iterable[RuleNode]) -> None:
    """Two statements: what goes, and what is new or different. The caller has locked the version.

    A rule that says the same in the same place is not touched.
    """
    rules = list(rules)
    version.rules.exclude(code__in=[rule.code for rule in rules]).delete()
    rows = {row.code: row for row in version.rules.all()}
    is_moved = list(rows) != [rule.code for rule in rules]
    changed = [
        Rule(version=version, position=position, **{"when": [], **data})
        for position, (rule, data) in enumerate(zip(rules, _data_of(rules), strict=True))
        if is_moved or node_of(rows[rule.code]) != rule
    ]
    if not is_moved:
        for row in changed:
            row.position = rows[row.code].position
    Rule.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["version", "code"],
        update_fields=["name", "sentence", "severity", "constraint", "when", "position"],
    )


def node_of(row: Rule) -> RuleNode | None:
    """None where it cannot be read."""
    try:
        return rule_from_dict(rule_data(row), row.code)
    except EngineError:
        return None


def _data_of(rules: Iterable[RuleNode]) -> list[dict[str, object]]:
    """Rules as plain JSON values."""
    written = model_to_dict(Model("model", (), tuple(rules), {}))
    return written["rules"]  # type: ignore[return-value]


def _lenient_model(version: ModelVersion) -> Model:
    """The version's groups and options without any proof that they are sound."""
    data = model_data(version)
    groups = tuple(
        Group(
            group["code"],
            group["name"],
            tuple(
                Option(o["code"], o["name"], {k: _node(v) for k, v in o["attributes"].items()})
                for o in group["options"]
            ),
            group["quantity_for"],
        )
        for group in data["groups"]  # type: ignore[attr-defined]
    )
    return Model(str(data["code"]), groups, (), {})


def _node(value: Any) -> Any:
    return tuple(map(str, value)) if isinstance(value, list) else value


def told(error: RuleSyntaxError) -> RuleProblem:
    """The parser's error as a page shows it."""
    meant = f"Did you mean {error.suggestion}?" if error.suggestion else ""
    return RuleProblem(
        message=f"Expected {error.expected}, found {error.found}",
        line=error.line,
        column=error.column,
        suggestion=" ".join(filter(None, (meant, error.hint))),
        excerpt=error.excerpt,
    )


def _wrong(model: Model, rules: tuple[RuleNode, ...], text: str) -> Iterator[RuleProblem]:
    if len(rules) > MOST_RULES:
        yield RuleProblem(f"{len(rules)} rules; expected {MOST_RULES} at most")
    for code, message in _faults(model, rules):
        yield RuleProblem(f"{code}: {message}" if code else message, _line_of(code, text))


def faults_of(version: ModelVersion, rules: tuple[RuleNode, ...]) -> Iterator[tuple[str, str]]:
    """What the grammar lets pass, as (a rule's code, what is wrong): kinds that cannot be
    compared, words that the sentence asks for in vain, and what the tables refuse.
    """
    return _faults(_lenient_model(version), rules)


def fault_of(version: ModelVersion, rule: Rule) -> str:
    """The first thing that is wrong with a rule that is not saved yet, or nothing."""
    node = rule_from_dict(rule_data(rule), rule.code)
    return next((message for _, message in faults_of(version, (node,))), "")


def _faults(model: Model, rules: tuple[RuleNode, ...]) -> Iterator[tuple[str, str]]:
    for rule in rules:
        if not CODE.fullmatch(rule.code):
            yield rule.code, "expected a code of at most 60 letters, digits, - and _"
        if not rule.name or len(rule.name) > LONGEST_NAME:
            yield rule.code, f"expected a name of 1 to {LONGEST_NAME} signs"
        if not rule.sentence.strip() or len(rule.sentence) > LONGEST_SENTENCE:
            told = f"expected a sentence for the customer of 1 to {LONGEST_SENTENCE} signs"
            yield rule.code, told
    for fault in problems(Model(model.code, model.groups, rules, {})):
        if fault.where.startswith("model.rules"):
            code = re.match(r"model\.rules\[\d+\] \((.*?)\)", fault.where)
            told = f"{fault.what}; expected {fault.expected}, got {fault.got}"
            yield (code[1] if code else ""), told


def _line_of(code: str, text: str) -> int:
    if not code:
        return 0
    found = re.search(rf"^[ \t]*rule\s+{re.escape(code)}(?![-\w])", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def changes_of(rows: Iterable[Rule], rules: Iterable[RuleNode]) -> tuple[Section, ...]:
    """The difference between the rules of the tables and others; none or one section."""
    before = [
        _thing(row.code, row.name, row.severity, row.sentence, condition_text(row)) for row in rows
    ]
    after = [
        _thing(rule.code, rule.name, rule.severity, rule.sentence, write_body(rule))
        for rule in rules
    ]
    found = section("rules", "", before, after)
    return (found,) if found.differences else ()


def _thing(code: str, name: str, severity: str, sentence: str, condition: str) -> Thing:
    facts = {"name": name, "severity": severity, "sentence": sentence, "condition": condition}
    return Thing(code, name, facts)
