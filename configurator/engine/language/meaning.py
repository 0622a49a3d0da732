"""What tokens mean in a vocabulary; where they mean nothing, the error says what was near."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from configurator.engine.errors import ModelFormatError, RuleSyntaxError
from configurator.engine.language.lexer import Source, Token, quoted
from configurator.engine.language.words import Vocabulary, like, listed
from configurator.engine.language.writer import TRUTHS
from configurator.engine.nodes import CODE, Known, Ref, Rule
from configurator.engine.references import kind_of, placeholders, rule_problems

A_KIND = {
    "number": "a number",
    "text": "a text",
    "true or false": "yes or no",
    "list of texts": "a list of texts",
}


class Meaning:
    """Finds groups, attributes, options and values. Everything raises RuleSyntaxError."""

    def __init__(self, source: Source, words: Vocabulary) -> None:
        self.source = source
        self.words = words

    def fault(
        self, token: Token, expected: str, *, suggestion: str = "", hint: str = ""
    ) -> RuleSyntaxError:
        """The error to raise about a token."""
        return self.source.fault(
            token.start, expected, self.picture(token), suggestion=suggestion, hint=hint
        )

    def picture(self, token: Token) -> str:
        """The token as an error message shows it."""
        if token.kind == "end":
            return "the end"
        raw = self.source.text[token.start : token.end]
        return raw if len(raw) <= 40 else f"{raw[:40]}…"

    def group(self, token: Token) -> str:
        """The code of a group that stands alone."""
        if token.value not in self.words.groups:
            raise self._unknown_group(token, token.value)
        return token.value

    def _unknown_group(self, token: Token, code: str) -> RuleSyntaxError:
        if meant := like(code, self.words.groups):
            return self.fault(token, "a group", suggestion=meant)
        if attribute := self.words.named(code):
            return self.fault(token, "a group or group.attribute", suggestion=str(attribute))
        known = listed(self.words.groups)
        return self.fault(
            token, f"a group ({known})" if known else "a group, and there is none yet"
        )

    def attribute(self, token: Token, *, is_right: bool = False) -> Ref:
        """The attribute that `group.attribute` names."""
        ref = token.ref
        assert ref is not None  # noqa: S101 - held by the lexer
        if self.words.has(ref):
            return ref
        meant = self.words.like(ref)
        if ref.group in self.words.groups:
            known = listed([*self.words.attributes(ref.group), CODE])
            expected = f"an attribute of {ref.group}" + ("" if meant else f" ({known})")
            raise self.fault(token, expected, suggestion=str(meant or ""))
        if ref.group.isdigit() and ref.attribute.isdigit():
            raise self.fault(token, "a whole number")
        if meant and (not is_right or meant.attribute == ref.attribute):
            raise self.fault(token, "a group before the dot", suggestion=str(meant))
        if is_right:
            hint = f"a text with a dot is written in quotes: {quoted(token.value)}"
            raise self.fault(token, "an attribute (group.attribute) or a value", hint=hint)
        raise self._unknown_group(token, ref.group)

    def number_of(self, token: Token) -> Ref:
        """An attribute that is a number in every option."""
        ref = self.attribute(token)
        self.kinds(token, ref, {"number"}, "to add up and compare")
        return ref

    def quantity(self, token: Token) -> str:
        """The code of a group that says how many."""
        code = token.value
        if self.words.is_quantity(code):
            return code
        known = self.words.quantities()
        near = like(code, known)
        expected = f"a quantity ({listed(known)})" if known else "no other factor"
        hint = ""
        if not near and code in self.words.groups:
            hint = f"an attribute is written {code}.attribute"
        raise self.fault(token, expected, suggestion=near, hint=hint)

    def kinds(self, token: Token, ref: Ref, allowed: AbstractSet[str], why: str) -> None:
        """The attribute must hold nothing but these kinds of value."""
        found = self.words.kinds(ref)
        if found <= allowed:
            return
        raise self.source.fault(
            token.start,
            f"{_either(allowed)} {why}".rstrip(),
            f"{self.picture(token)}, which is {_either(found)}",
        )

    def option(self, token: Token, group: str) -> str:
        """The code of an option of the group."""
        known = self.words.options(group)
        if token.value in known:
            return token.value
        near = like(token.value, known)
        expected = f"an option of {group}" + ("" if near else f" ({listed(known)})")
        raise self.fault(token, expected, suggestion=near)

    def value(self, token: Token, about: Ref) -> Known:
        """A literal that is compared with the attribute, or with the group's own option."""
        if about.attribute == CODE:
            return self.option(token, about.group)
        value = _literal(token)
        found = self.words.kinds(about)
        if found <= {kind_of(value)}:
            return value
        suggestion, hint = "", ""
        if found == {"text"}:
            suggestion = quoted(token.value)
        elif found == {"true or false"}:
            suggestion = {"true": "yes", "false": "no"}.get(token.value.lower(), "")
        elif token.value in self.words.groups:
            hint = f"an attribute is written {token.value}.attribute"
        expected = f"{_either(found)}, as {about} is"
        raise self.fault(token, expected, suggestion=suggestion, hint=hint)

    def texts(self, tokens: Sequence[Token], about: Ref) -> tuple[str, ...]:
        """The members of a list."""
        if about.attribute == CODE:
            return tuple(self.option(token, about.group) for token in tokens)
        return tuple(token.value for token in tokens)

    def sentence(self, token: Token, sentence: str) -> None:
        """The placeholders of a customer sentence must name something."""
        try:
            asked = placeholders(sentence)
        except ValueError as error:
            hint = "braces come in pairs; one that is only a brace is written twice"
            raise self.fault(
                token, "only {group} and {group.attribute} in braces", hint=hint
            ) from error
        for ref in asked:
            if ref.attribute == "" and ref.group in self.words.groups:
                continue
            if ref.attribute and self.words.has(ref):
                continue
            raise self._unknown_placeholder(token, ref)

    def _unknown_placeholder(self, token: Token, ref: Ref) -> RuleSyntaxError:
        name = str(ref) if ref.attribute else ref.group
        near = self.words.like(ref) if ref.attribute else like(ref.group, self.words.groups)
        at = self.source.text.find(f"{{{name}", token.start, token.end)
        return self.source.fault(
            token.start if at < 0 else at + 1,
            "a group, or a group's attribute, in braces",
            f"{{{name}}}",
            suggestion=f"{{{near}}}" if near else "",
        )

    def rule(self, token: Token, rule: Rule) -> None:
        """Whatever else is wrong with a rule: limits, and sums that could overflow."""
        problem = next(_problems(rule, self.words), None)
        if problem is not None:
            found = f"{problem.what}: {problem.got}"
            raise self.source.fault(token.start, problem.expected, found)


def _problems(rule: Rule, words: Vocabulary) -> Iterator[ModelFormatError]:
    return rule_problems(rule, words.groups, rule.code)


def _literal(token: Token) -> str | int | bool:
    if token.kind == "number":
        return int(token.value)
    if token.kind == "word" and token.value in TRUTHS:
        return TRUTHS[token.value]
    return token.value


def _either(kinds: Iterable[str]) -> str:
    return " or ".join(A_KIND[kind] for kind in sorted(kinds)) or "nothing known"
