"""Is a model fit to be sold? What is wrong with it, told to whoever wrote it."""

from dataclasses import dataclass
from typing import Literal

from configurator.engine.compiled import Compiled, compile_model
from configurator.engine.evaluate import evaluate
from configurator.engine.explain import conflict, explain
from configurator.engine.nodes import Model
from configurator.engine.possible import is_consistent, possible_classes
from configurator.engine.references import problems

type FindingKind = Literal[
    "malformed", "void", "dead_option", "invalid_defaults", "no_sentence", "unknown_value"
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at; a blocking one keeps the model from being published."""

    kind: FindingKind
    where: str
    message: str
    is_blocking: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was found, what blocks first."""

    findings: tuple[Finding, ...]

    @property
    def is_publishable(self) -> bool:
        """Does nothing stand in the way of publishing?"""
        return not any(finding.is_blocking for finding in self.findings)


def check_model(model: Model) -> Report:
    """Look for unknown references, a void model, dead options, bad defaults, silent rules."""
    malformed = tuple(Finding("malformed", p.where, p.message) for p in problems(model))
    if malformed:
        return Report(malformed)
    compiled = compile_model(model)
    silent = [
        Finding("no_sentence", rule.code, f"{rule.name} has no sentence for customers")
        for rule in model.rules
        if not rule.sentence.strip()
    ]
    if not is_consistent(compiled, {}):
        message = "the rules allow no configuration at all"
        return Report((Finding("void", model.code, message), *silent))
    findings = [*_defaults(model), *silent, *_dead(compiled)]
    return Report(tuple(sorted(findings, key=lambda finding: not finding.is_blocking)))


def _defaults(model: Model) -> list[Finding]:
    findings = []
    chosen = evaluate(model, {}, groups=()).chosen
    if chosen != dict(model.defaults):
        because = " ".join(conflict(model, model.defaults).sentences)
        findings.append(Finding("invalid_defaults", model.code, because))
    warnings = evaluate(model, model.defaults, groups=()).warnings
    findings += [Finding("unknown_value", model.code, text, is_blocking=False) for text in warnings]
    return findings


def _dead(compiled: Compiled) -> list[Finding]:
    """Options that nobody can ever have. Not blocking: the rest of the model still sells."""
    groups = compiled.classed.groups
    possible = possible_classes(compiled, {}, range(len(groups)), {})
    findings = []
    for g, classed in enumerate(groups):
        for index, option in enumerate(classed.group.options):
            if not possible[g] >> classed.class_of[index] & 1:
                why = explain(compiled.model, {}, classed.group.code, option.code)
                where = f"{classed.group.code}.{option.code}"
                findings.append(
                    Finding("dead_option", where, " ".join(why.sentences), is_blocking=False)
                )
    return findings
