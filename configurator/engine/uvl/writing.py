"""A product model as a UVL file: groups are alternatives, rules are constraints.

What UVL cannot say is said by what it can: comparisons of texts, memberships and tables as
alternatives of options, a class at a time; numbers as `sum(attribute, Group)`, which is the
chosen option's. Where a number is not known a rule is let pass, as the engine does. Advice
(rules that never block) is listed in comments, for it is no constraint.
`read_uvl` gives the same variants back, the codes, names, sentences, defaults and quantities.
"""

import re
from collections.abc import Iterator
from itertools import groupby

from configurator.engine.classes import classify
from configurator.engine.nodes import Group, Model, Option, Value
from configurator.engine.uvl.constraints import Constraints
from configurator.engine.uvl.drafts import (
    ABSTRACT,
    CODE,
    DEFAULT,
    IS_ON,
    NAME,
    NO,
    QUANTITY_FOR,
    YES,
)
from configurator.engine.uvl.spelling import Spelling, quoted, quoted_text

INDENT = "    "


def write_uvl(model: Model) -> str:
    """The model in UVL."""
    spelling = Spelling(model, frozenset(g.code for g in model.groups if _is_switch(g)))
    classed = classify(model)
    constraints = Constraints(classed, spelling)
    lines = [
        f"namespace {quoted(spelling.root)}",  # some parsers take nothing before it
        "",
        "include",
        f"{INDENT}Arithmetic.aggregate-function",
        "",
        "features",
        f"{INDENT}{quoted(spelling.root)} {{{ABSTRACT}}}",
        *(f"{INDENT}{line}" for line in _tree(model, spelling)),
        "",
        "constraints",
    ]
    for rule, atoms in classed.rules:
        written = constraints.written(atoms)
        if written is not None:
            lines += [f"{INDENT}// {_line(rule.name)}", f"{INDENT}// {_line(rule.sentence)}"]
            lines.append(f"{INDENT}{written}")
    advice = [rule for rule in model.rules if rule.severity == "warn"]
    if advice:
        lines += ["", "// Advice, which forbids nothing:"]
        lines += [f"// {_line(rule.name)}: {_line(rule.sentence)}" for rule in advice]
    return "\n".join([*lines, ""])


def _tree(model: Model, spelling: Spelling) -> Iterator[str]:
    for is_switch, groups in groupby(model.groups, _is_switch):
        yield f"{INDENT}{'optional' if is_switch else 'mandatory'}"
        for group in groups:
            default = model.defaults[group.code]
            if is_switch:
                yes = group.options[0]
                held = _described(group, default == YES, QUANTITY_FOR) + _own(yes, spelling)
                yield f"{INDENT * 2}{quoted(spelling.group(group.code))} {_braces(held)}"
            else:
                yield from _choice(group, default, spelling)


def _choice(group: Group, default: str, spelling: Spelling) -> Iterator[str]:
    held = [ABSTRACT, *_described(group, False, QUANTITY_FOR)]
    yield f"{INDENT * 2}{quoted(spelling.group(group.code))} {_braces(held)}"
    yield f"{INDENT * 3}alternative"
    for option in group.options:
        held = _described(option, option.code == default) + _own(option, spelling)
        name = quoted(spelling.option(group.code, option.code))
        yield f"{INDENT * 4}{name} {_braces(held)}"


def _described(held: Group | Option, is_default: bool, *also: str) -> list[str]:  # noqa: FBT001
    """What the model says beside attributes."""
    written = [f"{CODE} {quoted_text(held.code)}"]
    if held.name:
        written.append(f"{NAME} {quoted_text(held.name)}")
    if is_default:
        written.append(f"{DEFAULT} true")
    target = getattr(held, QUANTITY_FOR, None) if also else None
    if target is not None:
        written.append(f"{QUANTITY_FOR} {quoted_text(target)}")
    return written


def _own(option: Option, spelling: Spelling) -> list[str]:
    """The option's attributes, without what nobody knows."""
    return [
        f"{quoted(spelling.attribute(key))} {value}"
        for key, value in ((k, _value(v)) for k, v in option.attributes.items() if k != IS_ON)
        if value is not None
    ]


def _braces(written: list[str]) -> str:
    return f"{{{', '.join(written)}}}"


def _value(value: Value) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(quoted_text(item) for item in value if item)}]"
    return quoted_text(value) if isinstance(value, str) else str(value)


def _is_switch(group: Group) -> bool:
    """Is the group the yes and no of a feature, and no more than that?"""
    if [option.code for option in group.options] != [YES, NO] or group.quantity_for:
        return False
    yes, no = (dict(option.attributes) for option in group.options)
    is_named = [option.name for option in group.options] == ["Yes", "No"]
    is_nothing = all(type(value) is int and value == 0 for key, value in no.items() if key != IS_ON)
    return is_named and is_nothing and yes.get(IS_ON) is True and no.get(IS_ON) is False


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
