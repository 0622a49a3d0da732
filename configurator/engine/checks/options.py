"""Options that nobody can have, and choices that are none."""

from collections.abc import Iterator

from configurator.engine.checks.findings import Finding
from configurator.engine.classes import ClassedGroup
from configurator.engine.compiled import Compiled
from configurator.engine.explain import explain
from configurator.engine.nodes import NONE
from configurator.engine.possible import possible_classes


def option_findings(compiled: Compiled) -> Iterator[Finding]:
    """Dead options with the reason, and false optionals."""
    groups = compiled.classed.groups
    possible = possible_classes(compiled, {}, range(len(groups)), {})
    for g, classed in enumerate(groups):
        dead = [
            option.code
            for index, option in enumerate(classed.group.options)
            if not possible[g] >> classed.class_of[index] & 1
        ]
        yield from _false_optional(compiled, classed, dead)
        yield from (_dead(compiled, classed, code) for code in dead if code != NONE)


def _dead(compiled: Compiled, classed: ClassedGroup, option: str) -> Finding:
    group = classed.group.code
    why = " ".join(_why(compiled, group, option))
    return Finding("dead_option", f"{group}.{option}", why, group=group, option=option)


def _false_optional(
    compiled: Compiled, classed: ClassedGroup, dead: list[str]
) -> Iterator[Finding]:
    """A group that looks like a choice: "none" cannot be taken, or only one option ever can."""
    group = classed.group
    left = [option for option in group.options if option.code not in dead]
    if len(left) == 1 and len(group.options) > 1:
        message = f"{group.name} offers {len(group.options)} options, but only {left[0].name} "
        message += "can ever be had"
        yield Finding("false_optional", group.code, message, group=group.code)
    if NONE in dead:
        why = " ".join(_why(compiled, group.code, NONE))
        yield Finding(
            "false_optional",
            f"{group.code}.{NONE}",
            f"{group.name} can never be left out: {why}",
            group=group.code,
            option=NONE,
        )


def _why(compiled: Compiled, group: str, option: str) -> tuple[str, ...]:
    return explain(compiled.model, {}, group, option).sentences
