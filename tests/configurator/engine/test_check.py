"""Is a model fit to be published?"""

from dataclasses import replace

import pytest
from hypothesis import given

from configurator.engine.check import check_model
from configurator.engine.ir import AnyOf, Compare, Model, Ref, Rule, Sum, Term
from tests.configurator.engine import machines
from tests.configurator.engine.machines import configurations, is_violated, models, thorough

CARD, LENGTH = Ref("graphics", "is_card"), Ref("graphics", "length_mm")


def kinds(model):
    return [finding.kind for finding in check_model(model).findings]


def test_a_good_model_has_no_findings():
    assert check_model(machines.desktop()).findings == ()
    assert check_model(machines.desktop()).is_publishable


def test_a_model_without_groups_cannot_be_published():
    (finding,) = check_model(Model("empty", (), (), {})).findings
    assert (finding.kind, finding.where) == ("malformed", "empty")
    assert finding.message == "there are no groups, so there is nothing to choose"


def test_a_rule_that_alone_allows_nothing_is_named():
    never = Rule("never", "Never", "No.", "block", Compare(Ref("cpu", "watts"), "<", 0))
    report = check_model(machines.desktop(rules=(*machines.desktop().rules, never)))
    assert [(finding.kind, finding.rule) for finding in report.findings] == [("void", "never")]
    assert report.findings[0].message == "“Never” alone allows no configuration at all"
    assert not report.is_publishable


def test_rules_that_contradict_each_other_are_named_and_no_others():
    low = Rule("low", "Low", "No.", "block", Compare(Ref("cpu", "watts"), "<", 100))
    high = Rule("high", "High", "No.", "block", Compare(Ref("cpu", "watts"), ">", 100))
    report = check_model(machines.desktop(rules=(low, *machines.desktop().rules, high)))
    assert [(finding.kind, finding.rule) for finding in report.findings] == [
        ("void", "low"),
        ("void", "high"),
    ]
    assert report.findings[0].message == (
        "“Low” and “High” contradict each other: no configuration keeps all of them"
    )


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
    short = Rule(
        "short",
        "Short",
        "{graphics} is long.",
        "block",
        Compare(Ref("graphics", "watts"), "<", 300),
    )
    report = check_model(machines.desktop(rules=(short,)))
    assert [(f.kind, f.where, f.message, f.group, f.option) for f in report.findings] == [
        ("dead_option", "graphics.long", "Graphics long is long.", "graphics", "long")
    ]
    assert report.findings[0].is_acceptable
    assert report.is_publishable


def test_a_group_of_which_only_one_option_can_be_had_is_no_choice():
    old = Rule("old", "Old", "{cpu} is old.", "block", Compare(Ref("cpu", "watts"), "<", 100))
    report = check_model(machines.desktop(rules=(old,)))
    assert [(f.kind, f.where, f.message) for f in report.findings] == [
        (
            "false_optional",
            "cpu",
            "Cpu offers 2 options, but only Cpu ryzen can ever be had",
        ),
        ("dead_option", "cpu.core", "Cpu core is old."),
    ]


def test_a_group_that_looks_as_if_it_could_be_left_out_is_found():
    model = machines.desktop()
    must = Rule("must", "Must", "It needs a card.", "block", Compare(CARD, "==", True))
    defaults = {**model.defaults, "graphics": "short"}
    report = check_model(machines.desktop(rules=(must,), defaults=defaults))
    assert [(f.kind, f.where, f.message) for f in report.findings] == [
        (
            "false_optional",
            "graphics.none",
            "Graphics can never be left out: It needs a card.",
        )
    ]


def test_a_rule_that_follows_from_others_is_found_and_they_are_named():
    model = machines.desktop()
    looser = Rule(
        "looser",
        "Looser",
        "{graphics} is too long.",
        "block",
        AnyOf((Compare(Ref("cpu", "watts"), "==", 65), model.rules[2].constraint)),
    )
    (found,) = check_model(machines.desktop(rules=(*model.rules, looser))).findings
    assert (found.kind, found.rule) == ("redundant_rule", "looser")
    assert found.message == "Looser can never be broken, because of “Graphics card length”"


def test_a_rule_that_nothing_on_offer_can_break_is_found():
    model = machines.desktop()
    giant = Rule("giant", "Giant", "Too long.", "block", Compare(LENGTH, "<", 1000))
    (found,) = check_model(machines.desktop(rules=(*model.rules, giant))).findings
    assert found.message == "Giant can never be broken, whatever is chosen"


def test_advice_that_is_never_given_is_found():
    model = machines.desktop()
    giant = Rule("giant", "Giant", "Too long.", "warn", Compare(LENGTH, "<", 1000))
    (found,) = check_model(machines.desktop(rules=(*model.rules, giant))).findings
    assert (found.kind, found.message) == (
        "redundant_rule",
        "Giant is never given, whatever is chosen",
    )


def test_a_rule_whose_conditions_cannot_hold_is_found():
    model = machines.desktop()
    when = (Compare(CARD, "==", True), Compare(LENGTH, "==", 0))
    never = Rule("never", "Never", "No.", "block", Compare(LENGTH, "<", 100), when)
    (found,) = check_model(machines.desktop(rules=(*model.rules, never))).findings
    assert (found.kind, found.rule) == ("never_applies", "never")


def test_an_attribute_that_is_not_known_of_an_option_is_told_but_blocks_nothing():
    groups = list(machines.desktop().groups)
    short, long = groups[4].options[1:]
    unknown = replace(long, attributes={"is_card": True, "watts": 300})
    groups[4] = replace(groups[4], options=(groups[4].options[0], short, unknown))
    report = check_model(machines.desktop(groups=tuple(groups)))
    (found,) = (f for f in report.findings if f.kind == "unknown_value")
    assert (found.where, found.group, found.option) == ("graphics.length_mm", "graphics", "long")
    assert "1 of 3 options, “Graphics long”: “Graphics card length”" in found.message
    assert not found.is_blocking


@pytest.mark.parametrize(
    ("terms", "limit", "is_mixed"),
    [
        ([("a", "length_mm", 1)], "width_cm", True),
        ([("a", "length_mm", 1)], "load_w", True),
        ([("a", "length_mm", 1)], "length_mm", False),
        ([("a", "slots", 1)], "load_w", False),
        ([("a", "width_cm", 10)], "length_mm", False),
        ([("a", "load_w", 1000)], "length_mm", True),
    ],
)
def test_different_units_are_told_unless_weights_convert_them(terms, limit, is_mixed):
    known = {"length_mm": 10, "width_cm": 1, "load_w": 5, "slots": 1}
    larger = dict.fromkeys(known, 20_000)
    groups = tuple(machines.group(code, ("x", known), ("y", larger)) for code in "ab")
    total = Sum(tuple(Term(Ref(g, a), None, weight) for g, a, weight in terms), Ref("b", limit))
    rule = Rule("r", "R", "No.", "block", total)
    model = Model("m", groups, (rule,), {"a": "x", "b": "x"})
    assert ("mixed_units" in kinds(model)) == is_mixed


def test_the_steps_are_told_as_they_come():
    told = []
    check_model(machines.desktop(), progress=lambda *step: told.append(step))
    assert told == [
        ("Defaults", 1, 4),
        ("Options", 2, 4),
        ("Rules", 3, 4),
        ("Attributes", 4, 4),
    ]


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


@thorough
@given(models())
def test_false_optionals_and_rules_that_change_nothing_are_found_exactly(model):
    valid = list(configurations(model, {}))
    if not valid:
        return
    found = check_model(model).findings
    single = {
        g.code for g in model.groups if len(g.options) > 1 and len({w[g.code] for w in valid}) == 1
    }
    assert {f.where for f in found if f.kind == "false_optional"} == single
    idle = {f.rule for f in found if f.kind in {"redundant_rule", "never_applies"}}
    assert idle == {rule.code for rule in model.rules if not can_be_violated(model, rule)}


def can_be_violated(model, rule):
    others = tuple(other for other in model.rules if other is not rule)
    return any(
        is_violated(model, rule, whole)
        for whole in configurations(replace(model, rules=others), {})
    )


@thorough
@given(models())
def test_contradictory_rules_are_contradictory_and_none_of_them_can_go(model):
    void = [f.rule for f in check_model(model).findings if f.kind == "void"]
    if not void:
        return
    guilty = [rule for rule in model.rules if rule.code in void]
    assert not list(configurations(replace(model, rules=tuple(guilty)), {}))
    for one in guilty:
        fewer = tuple(rule for rule in guilty if rule is not one)
        assert list(configurations(replace(model, rules=fewer), {}))
