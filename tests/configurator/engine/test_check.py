"""Is a model fit to be published?"""

from hypothesis import given

from configurator.engine.check import check_model
from configurator.engine.ir import Compare, Ref, Rule
from tests.configurator.engine import machines
from tests.configurator.engine.machines import configurations, models, thorough


def kinds(model):
    return [finding.kind for finding in check_model(model).findings]


def test_a_good_model_has_no_findings():
    assert check_model(machines.desktop()).findings == ()
    assert check_model(machines.desktop()).is_publishable


def test_a_model_that_allows_nothing_is_void():
    never = Rule("never", "Never", "No.", "block", Compare(Ref("cpu", "watts"), "<", 0))
    report = check_model(machines.desktop(rules=(never,)))
    assert [finding.kind for finding in report.findings] == ["void"]
    assert not report.is_publishable


def test_defaults_that_contradict_each_other_are_told_with_the_reason():
    model = machines.desktop()
    report = check_model(machines.desktop(defaults={**model.defaults, "graphics": "long"}))
    (finding,) = report.findings
    assert finding.kind == "invalid_defaults"
    assert finding.message == "Graphics long is 330 mm long; Case small takes 250 mm."


def test_a_rule_without_a_sentence_cannot_be_published():
    (*rules, last) = machines.desktop().rules
    silent = Rule(last.code, last.name, " ", last.severity, last.constraint)
    report = check_model(machines.desktop(rules=(*rules, silent)))
    assert [finding.kind for finding in report.findings] == ["no_sentence"]
    assert not report.is_publishable


def test_an_option_that_nobody_can_have_is_found_and_explained():
    old = Rule("old", "Old", "{cpu} is old.", "block", Compare(Ref("cpu", "watts"), "<", 100))
    report = check_model(machines.desktop(rules=(old,)))
    assert [(f.kind, f.where, f.message) for f in report.findings] == [
        ("dead_option", "cpu.core", "Cpu core is old.")
    ]
    assert report.is_publishable


def test_a_reference_to_nothing_is_found():
    lost = Rule("lost", "Lost", "No.", "block", Compare(Ref("cpu", "colour"), "==", "red"))
    assert kinds(machines.desktop(rules=(lost,))) == ["malformed"]


@thorough
@given(models())
def test_void_and_dead_are_found_exactly(model):
    found = check_model(model).findings
    valid = list(configurations(model, {}))
    assert any(f.kind == "void" for f in found) == (not valid)
    if valid:
        dead = {f.where for f in found if f.kind == "dead_option"}
        assert dead == {
            f"{g.code}.{o.code}"
            for g in model.groups
            for o in g.options
            if not any(whole[g.code] == o.code for whole in valid)
        }
        defaults_hold = dict(model.defaults) in valid
        assert any(f.kind == "invalid_defaults" for f in found) == (not defaults_hold)
