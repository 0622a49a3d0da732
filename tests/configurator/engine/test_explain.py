"""Why not: minimal choices, minimal rules, few sentences."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.engine.errors import InconsistentModel, UnknownOption
from configurator.engine.evaluate import evaluate
from configurator.engine.explain import conflict, explain
from configurator.engine.ir import Compare, Group, Ref, Rule, Sum, Term
from tests.configurator.engine import machines
from tests.configurator.engine.machines import configurations, models, some_choices, thorough


def test_a_direct_violation_is_told_in_the_rules_own_sentence():
    explanation = explain(machines.desktop(), {"case": "small"}, "graphics", "long")
    assert explanation.choices == ("case",)
    assert explanation.rules == ("length",)
    assert explanation.sentences == ("Graphics long is 330 mm long; Case small takes 250 mm.",)


def test_choices_that_have_nothing_to_do_with_it_are_left_out():
    choices = {"cpu": "ryzen", "memory": "kit", "supply": "w650", "case": "small"}
    assert explain(machines.desktop(), choices, "graphics", "long").choices == ("case",)


def test_a_chain_of_rules_is_told_rule_by_rule():
    explanation = explain(machines.desktop(), {"cpu": "core"}, "supply", "w300")
    assert explanation.choices == ("cpu",)
    assert explanation.rules == ("power", "picture")
    assert explanation.sentences == (
        "Supply w300 delivers 300 W.",
        "Cpu core has no graphics of its own, so a card is needed.",
    )


def test_a_rule_about_a_group_that_is_still_open_says_that_nothing_is_left_in_it():
    (supplies,) = (g for g in machines.desktop().groups if g.code == "supply")
    weak = Group("supply", "Power supply", supplies.options[:1])
    groups = tuple(weak if g.code == "supply" else g for g in machines.desktop().groups)
    explanation = explain(
        machines.desktop(groups=groups), {"cpu": "core", "case": "big"}, "graphics", "short"
    )
    assert explanation.sentences == (
        "Power budget: no choice of Power supply is left with Cpu core and Graphics short.",
    )


def test_rules_that_close_an_open_group_only_together_say_that_each_limits_it():
    heat = Rule(
        "heat",
        "Heat",
        "{supply} needs a small case, not {case}.",
        "block",
        Sum((Term(Ref("supply", "watts")), Term(Ref("case", "max_length_mm"))), 1000),
    )
    length = next(rule for rule in machines.desktop().rules if rule.code == "length")
    model = machines.desktop(rules=(length, heat))
    explanation = explain(model, {"supply": "w650"}, "graphics", "long")
    assert explanation.sentences == (
        "Graphics card length limits the choice of Case with Graphics long.",
        "Heat limits the choice of Case with Supply w650.",
    )


def test_a_sentence_about_a_group_outside_its_rule_is_not_filled_with_a_guess():
    rule = Rule("old", "Old", "{cpu}: {case}.", "block", Compare(Ref("cpu", "watts"), "<", 100))
    explanation = explain(machines.desktop(rules=(rule,)), {}, "cpu", "core")
    assert explanation.sentences == ("Old: not with Cpu core.",)


def test_an_option_that_nobody_can_have_is_explained_by_rules_alone():
    rule = Rule("old", "Old", "{cpu} is sold out.", "block", Compare(Ref("cpu", "watts"), "<", 100))
    model = machines.desktop(rules=(rule,))
    explanation = explain(model, {"case": "small"}, "cpu", "core")
    assert (explanation.choices, explanation.rules) == ((), ("old",))
    assert explanation.sentences == ("Cpu core is sold out.",)


def test_a_possible_option_needs_no_explanation():
    explanation = explain(machines.desktop(), {}, "graphics", "long")
    assert (explanation.choices, explanation.rules, explanation.sentences) == ((), (), ())


def test_contradicting_choices_are_explained():
    choices = {"case": "big", "cpu": "core", "board": "b650"}
    explanation = conflict(machines.desktop(), choices)
    assert explanation.choices == ("cpu", "board")
    assert explanation.sentences == ("Cpu core has socket LGA; Board b650 has AM5.",)


def test_a_model_that_allows_nothing_cannot_explain_an_option():
    never = Rule("never", "Never", "No.", "block", Compare(Ref("cpu", "watts"), "<", 0))
    with pytest.raises(InconsistentModel):
        explain(machines.desktop(rules=(never,)), {}, "cpu", "core")


def test_an_unknown_option_is_a_clear_error():
    with pytest.raises(UnknownOption, match="cpu has no option 'z80'"):
        explain(machines.desktop(), {}, "cpu", "z80")


def with_rules(model, codes):
    kept = tuple(rule for rule in model.rules if rule.code in codes)
    return type(model)(model.code, model.groups, kept, model.defaults)


@thorough
@given(st.data())
def test_an_explanation_is_true_and_nothing_in_it_can_be_left_out(data):
    model = data.draw(models())
    choices = data.draw(some_choices(model))
    if not any(configurations(model, {})):
        return
    for (group, option), state in evaluate(model, choices).states.items():
        if state.is_possible:
            continue
        explanation = explain(model, choices, group, option)
        named = {code: choices[code] for code in explanation.choices}
        taken = named | {group: option}
        assert group not in named
        assert not any(configurations(with_rules(model, explanation.rules), taken))
        for fewer in itertools.combinations(named.items(), max(len(named) - 1, 0)):
            if named:
                assert any(configurations(model, dict(fewer) | {group: option}))
        for rule in explanation.rules:
            others = set(explanation.rules) - {rule}
            assert any(configurations(with_rules(model, others), taken))
        assert 0 < len(explanation.sentences) <= len(explanation.rules)


@thorough
@given(st.data())
def test_an_explanation_does_not_depend_on_earlier_questions(data):
    model = data.draw(models())
    choices = data.draw(some_choices(model))
    if not any(configurations(model, {})):
        return
    first = conflict(model, choices)
    conflict(model, data.draw(some_choices(model)))
    assert conflict(model, choices) == first
    assert (first.rules == ()) == any(configurations(model, choices))
