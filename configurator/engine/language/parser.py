"""Reads rules from text; `writer` is the inverse. Nothing is ever evaluated.

rules      := rule*
rule       := "rule" code "name" ("blocks" | "warns") [":"] body ["say" "sentence"]
body       := ("when" claim ("and" claim)*)* statement
statement  := demand | claim ("and" claim)* ("requires" demand | "excludes" claim)
demand     := table | ["either"] claim ("or" claim)*
table      := "table", then lines of "|" cell "|" cell … "|", attributes or groups first
claim      := side sign (side | list)
sign       := "=" | "!=" | "<=" | "<" | ">=" | ">" | "is" ["not"] | ["not"] "in"
side       := product (("+" | "-") product)*
product    := factor ("*" factor)* | number "%" "of" factor
"""

from configurator.engine.errors import RuleSyntaxError
from configurator.engine.language.claims import negated, read_claim
from configurator.engine.language.lexer import Token
from configurator.engine.language.stream import Stream
from configurator.engine.language.tables import read_table
from configurator.engine.language.words import Vocabulary
from configurator.engine.language.writer import KEYWORDS, SEVERITY_WORDS
from configurator.engine.nodes import AnyOf, Compare, Constraint, Rule, Severity, Sum

ONE_CLAIM = (
    "a rule claims one thing: put conditions behind 'when', or write a second rule for the rest"
)
type Body = tuple[tuple[Compare, ...], Constraint]


def parse_rules(text: str, words: Vocabulary) -> tuple[Rule, ...]:
    """All rules of a text. Raises RuleSyntaxError at the first thing that is wrong."""
    stream = Stream(text, words)
    rules: dict[str, Rule] = {}
    lines: dict[str, int] = {}
    while not stream.is_at_end:
        began = stream.next
        rule = _rule(stream)
        if rule.code in rules:
            found = f"{rule.code} again, after line {lines[rule.code]}"
            raise stream.source.fault(began.start, "another code for each rule", found)
        rules[rule.code], lines[rule.code] = rule, stream.source.line(began.start)
    return tuple(rules.values())


def parse_rule(text: str, words: Vocabulary) -> Rule:
    """One rule and nothing else. Raises RuleSyntaxError."""
    stream = Stream(text, words)
    rule = _rule(stream)
    if not stream.is_at_end:
        raise stream.unexpected("the end, as one rule was asked for")
    return rule


def parse_body(text: str, words: Vocabulary) -> Body:
    """What a rule demands and when, without its name and sentence. Raises RuleSyntaxError."""
    stream = Stream(text, words)
    began = stream.next
    when, constraint = _body(stream)
    if not stream.is_at_end:
        raise _after_body(stream, "the end")
    stream.meaning.rule(began, Rule("body", "", "", "block", constraint, when))
    return when, constraint


def _rule(stream: Stream) -> Rule:
    if not stream.took_word("rule"):
        raise stream.unexpected("'rule', with which each rule begins", "rule")
    code, name, severity = _head(stream)
    stream.took_sign(":")
    began = stream.next
    when, constraint = _body(stream)
    sentence = ""
    if stream.took_word("say"):
        at = stream.next
        sentence = _quoted(stream, "the customer's sentence in quotes")
        stream.meaning.sentence(at, sentence)
    if not (stream.is_at_end or stream.is_word("rule")):
        raise _after_body(stream, "'say', the next rule or the end")
    rule = Rule(code, name, sentence, severity, constraint, when)
    stream.meaning.rule(began, rule)
    return rule


def _head(stream: Stream) -> tuple[str, str, Severity]:
    if not stream.is_value() or not stream.next.value:
        raise stream.unexpected("the rule's code, such as graphics-length", hint="then its name")
    code = stream.take().value
    name = _quoted(stream, "the rule's name in quotes")
    if not stream.is_word(*SEVERITY_WORDS):
        raise stream.unexpected("'blocks' or 'warns' after the name", *SEVERITY_WORDS)
    return code, name, SEVERITY_WORDS[stream.take().value]


def _quoted(stream: Stream, expected: str) -> str:
    if stream.next.kind != "text":
        raise stream.unexpected(expected, hint='texts are written in straight quotes: "…"')
    return stream.take().value


def _after_body(stream: Stream, expected: str) -> RuleSyntaxError:
    if stream.is_word("when"):
        return stream.unexpected(expected, hint="'when' comes before what it is a condition of")
    if stream.is_word("and"):
        return stream.unexpected(expected, hint=ONE_CLAIM)
    return stream.unexpected(expected, *KEYWORDS)


def _body(stream: Stream) -> Body:
    when: list[Compare] = []
    while stream.took_word("when"):
        when.append(_compared(stream, "after 'when'"))
        while stream.took_word("and"):
            when.append(_compared(stream, "after 'and'"))
    if stream.is_at_end or stream.is_word("say", "rule"):
        raise stream.unexpected("what the rule demands: a comparison, a sum or a table")
    added, constraint = _statement(stream)
    return (*when, *added), constraint


def _statement(stream: Stream) -> Body:
    if stream.is_word("table", "either"):
        return (), _demand(stream)
    began = stream.next
    claim = read_claim(stream)
    if not stream.is_word("and", "requires", "excludes"):
        return (), _or_more(stream, began, claim)
    conditions = [_without_calculation(stream, began, claim, f"before '{stream.next.value}'")]
    while stream.took_word("and"):
        conditions.append(_compared(stream, "after 'and'"))
    if stream.took_word("requires"):
        return tuple(conditions), _demand(stream)
    if stream.took_word("excludes"):
        return tuple(conditions), _exclusion(stream)
    expected = "'requires' or 'excludes' after comparisons with 'and'"
    raise stream.unexpected(expected, "requires", "excludes", hint=ONE_CLAIM)


def _exclusion(stream: Stream) -> Compare:
    excluded = _compared(stream, "after 'excludes'")
    if stream.is_word("or", "and"):
        hint = "write a rule for each of them, or list options: group in (a, b)"
        raise stream.unexpected("one comparison after 'excludes'", hint=hint)
    return negated(excluded)


def _demand(stream: Stream) -> Constraint:
    """What must hold: a table, one of several comparisons, one of them, or a sum."""
    if stream.took_word("table"):
        return read_table(stream)
    if stream.took_word("either"):
        return _any_of(stream, _compared(stream, "after 'either'"))
    began = stream.next
    return _or_more(stream, began, read_claim(stream))


def _or_more(stream: Stream, began: Token, claim: Compare | Sum) -> Constraint:
    if not stream.is_word("or"):
        return claim
    return _any_of(stream, _without_calculation(stream, began, claim, "before 'or'"))


def _any_of(stream: Stream, first: Compare) -> AnyOf:
    options = [first]
    while stream.took_word("or"):
        options.append(_compared(stream, "after 'or'"))
    if stream.is_word("requires", "excludes"):
        hint = "write a rule for each of them"
        raise stream.unexpected("no 'requires' or 'excludes' after 'or'", hint=hint)
    return AnyOf(tuple(options))


def _compared(stream: Stream, where: str) -> Compare:
    began = stream.next
    return _without_calculation(stream, began, read_claim(stream), where)


def _without_calculation(stream: Stream, began: Token, claim: Compare | Sum, where: str) -> Compare:
    if isinstance(claim, Sum):
        raise stream.meaning.fault(began, f"a comparison without calculation {where}")
    return claim
