"""Rules told to people: customer sentences filled in, and warnings in words."""

import string
from collections.abc import Iterable, Mapping

from configurator.engine.atoms import Atom, atoms_of, verdict
from configurator.engine.classes import ClassReader
from configurator.engine.nodes import Model, Option, Ref, Rule, Value
from configurator.engine.references import placeholders
from configurator.engine.words import listed

UNKNOWN = "unknown"


def chosen_options(model: Model, choices: Mapping[str, str]) -> dict[str, Option]:
    """Group code → option."""
    return {group: model.options_by_code[group][option] for group, option in choices.items()}


def warnings_of(
    model: Model, rules: Iterable[tuple[Rule, tuple[Atom, ...]]], chosen: Mapping[str, str]
) -> tuple[str, ...]:
    """What a complete configuration should be told about: advice, and facts nobody knows.

    `rules` are those of the model with their atoms, which do not change from click to click.
    """
    options = chosen_options(model, chosen)
    read = ClassReader(options)
    warnings = []
    for rule, atoms in rules:
        holds = verdict(atoms, read)
        if holds is None:
            warnings.append(_unchecked(rule, options))
        elif not holds and rule.severity == "warn":
            warnings.append(told(rule, options, model))
    return tuple(dict.fromkeys(warnings))


def told(rule: Rule, options: Mapping[str, Option], model: Model, *, is_alone: bool = True) -> str:
    """The rule's sentence for these options (group code → option).

    Where the sentence names a group in which nothing is chosen, the rule is told as what it
    does to the groups still open; `is_alone` says that it needs no other rule to close them.
    """
    asked = placeholders(rule.sentence)
    if all(ref.group in options for ref in asked):
        return _filled(rule.sentence, options)
    names = {group.code: group.name for group in model.groups}
    groups = dict.fromkeys(ref.group for ref in _refs(rule))
    given = listed([options[code].name for code in groups if code in options], "and")
    still_open = listed([names[code] for code in groups if code not in options], "or")
    if not still_open:
        return f"{rule.name}: not with {given}."
    with_them = f" with {given}" if given else ""
    if is_alone:
        return f"{rule.name}: no choice of {still_open} is left{with_them}."
    return f"{rule.name} limits the choice of {still_open}{with_them}."


def _filled(sentence: str, options: Mapping[str, Option]) -> str:
    """`{group}` becomes the option's name, `{group.attribute}` its attribute in words."""
    words = []
    for literal, name, _, _ in string.Formatter().parse(sentence):
        words.append(literal)
        if name is not None:
            group, _, attribute = name.partition(".")
            option = options[group]
            value = option.value(attribute) if attribute else option.name
            words.append(in_words(value))
    return "".join(words)


def _unchecked(rule: Rule, options: Mapping[str, Option]) -> str:
    read = ClassReader(options)
    unknown = dict.fromkeys(str(ref) for ref in _refs(rule) if read(ref) is None)
    facts = [
        f"{ref.attribute.replace('_', ' ')} of {options[ref.group].name}"
        for ref in (Ref(*text.split(".", 1)) for text in unknown)
    ]
    return f"{rule.name} could not be checked: {listed(facts, 'and')} is not known."


def _refs(rule: Rule) -> list[Ref]:
    return [ref for atom in atoms_of(rule) for ref in atom.refs]


def in_words(value: Value) -> str:
    """An attribute's value as a person reads it."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
