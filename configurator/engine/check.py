"""Is a model fit to be sold? What is wrong with it, told to whoever wrote it.

Some findings may be meant, such as a rule that only parts of another machine can break: those
are acceptable, the others are not. Whether they were accepted is not the engine's to know.
"""

import re
from collections.abc import Callable, Iterable

from configurator.engine.checks.attributes import attribute_findings
from configurator.engine.checks.findings import (
    ACCEPTABLE,
    ADVICE,
    Finding,
    FindingKind,
    Progress,
    Report,
    report_of,
)
from configurator.engine.checks.options import option_findings
from configurator.engine.checks.rules import contradiction, redundant_rules, silent_rules
from configurator.engine.compiled import compile_model
from configurator.engine.errors import ModelFormatError
from configurator.engine.evaluate import evaluate
from configurator.engine.explain import conflict
from configurator.engine.nodes import Model
from configurator.engine.possible import is_consistent
from configurator.engine.references import problems

__all__ = [
    "ACCEPTABLE",
    "ADVICE",
    "Finding",
    "FindingKind",
    "Progress",
    "Report",
    "check_model",
    "malformed",
]

CODE_IN_PLACE = re.compile(r"\.(groups|rules|options)(?:\[\d+\])? \(([^()]+)\)")


def check_model(model: Model, *, progress: Progress | None = None) -> Report:
    """Everything there is to find; a malformed, empty or void model is not looked at further."""
    faults = tuple(malformed(problem) for problem in problems(model))
    if faults:
        return report_of(faults)
    if not model.groups:
        message = "there are no groups, so there is nothing to choose"
        return report_of([Finding("malformed", model.code, message)])
    compiled = compile_model(model)
    findings = list(silent_rules(model))
    if not is_consistent(compiled, {}):
        return report_of([*contradiction(compiled), *findings])
    for number, (name, step) in enumerate(STEPS, start=1):
        if progress is not None:
            progress(name, number, len(STEPS))
        findings += step(model)
    return report_of(findings)


def malformed(problem: ModelFormatError) -> Finding:
    """A structural fault as a finding that knows which group, option or rule it is about."""
    codes = dict(CODE_IN_PLACE.findall(problem.where))
    return Finding(
        "malformed",
        problem.where,
        problem.message,
        group=codes.get("groups", ""),
        option=codes.get("options", ""),
        rule=codes.get("rules", ""),
    )


def _defaults(model: Model) -> Iterable[Finding]:
    chosen = evaluate(model, {}, groups=()).chosen
    if chosen != dict(model.defaults):
        because = " ".join(conflict(model, model.defaults).sentences)
        yield Finding("invalid_defaults", model.code, because)


def _options(model: Model) -> Iterable[Finding]:
    return option_findings(compile_model(model))


STEPS: tuple[tuple[str, Callable[[Model], Iterable[Finding]]], ...] = (
    ("Defaults", _defaults),
    ("Options", _options),
    ("Rules", redundant_rules),
    ("Attributes", attribute_findings),
)
