"""Evaluating a click: what is possible, what it changes, what it costs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.engine import completion
from configurator.engine.errors import (
    InconsistentModel,
    ModelFormatError,
    UnknownGroup,
    UnknownOption,
)
from configurator.engine.evaluate import evaluate
from configurator.engine.ir import Compare, Ref, Rule
from tests.configurator.engine import machines
from tests.configurator.engine.machines import (
    books,
    configurations,
    models,
    some_choices,
    thorough,
)


def taking(choices, group, option):
    return {code: chosen for code, chosen in choices.items() if code != group} | {group: option}


def changes(now, then, *, apart_from):
    """What is another option in `then`, in model order."""
    return tuple(
        (group, option)
        for group, option in then.chosen.items()
        if now.chosen[group] != option and group != apart_from
    )


def test_without_choices_the_defaults_are_chosen():
    model = machines.desktop()
    assert evaluate(model, {}).chosen == dict(model.defaults)


def test_an_option_that_needs_another_group_to_change_is_possible_and_says_so():
    state = evaluate(machines.desktop(), {}).states["graphics", "long"]
    assert state.is_possible
    assert state.changes == (("case", "big"), ("supply", "w650"))


def test_an_option_that_contradicts_an_explicit_choice_is_impossible():
    states = evaluate(machines.desktop(), {"case": "small"}).states
    assert not states["graphics", "long"].is_possible
    assert states["graphics", "short"].is_possible


def test_an_explicit_choice_can_be_exchanged_for_another_option_of_its_group():
    states = evaluate(machines.desktop(), {"cpu": "ryzen"}).states
    assert states["cpu", "core"].is_possible
    assert states["cpu", "core"].changes == (
        ("board", "z790"),
        ("graphics", "short"),
        ("supply", "w650"),
    )


def test_the_difference_in_price_includes_the_knock_on_changes():
    book = machines.desktop_prices()
    evaluation = evaluate(machines.desktop(), {}, book=book)
    assert evaluation.total_minor == 61000
    # the card itself, the bigger case, the stronger supply
    assert evaluation.states["graphics", "long"].delta_minor == 90000 + 2000 + 5000


def test_quantities_multiply_in_rules_and_prices():
    book = machines.desktop_prices()
    states = evaluate(machines.desktop(), {"memory": "kit"}, book=book).states
    assert states["memory_quantity", "two"].changes == (("board", "x670"),)
    assert states["memory_quantity", "two"].delta_minor == 9000 + 10000


def test_contradicting_choices_are_reported_without_an_exception():
    evaluation = evaluate(machines.desktop(), {"cpu": "core", "board": "b650"})
    assert not evaluation.is_consistent
    assert evaluation.chosen == {}
    assert evaluation.total_minor is None
    assert evaluation.states["board", "z790"].is_possible
    assert not evaluation.states["board", "x670"].is_possible


def test_states_can_be_limited_to_the_groups_on_screen():
    model = machines.desktop()
    some = evaluate(model, {"cpu": "core"}, groups=["case"])
    everything = evaluate(model, {"cpu": "core"})
    assert some.chosen == everything.chosen
    assert some.states == {key: s for key, s in everything.states.items() if key[0] == "case"}


def test_an_unknown_value_warns_and_does_not_block():
    model = machines.desktop()
    case = machines.group(
        "case", ("small", {"max_length_mm": None}), ("big", {"max_length_mm": 400})
    )
    groups = tuple(case if g.code == "case" else g for g in model.groups)
    evaluation = evaluate(machines.desktop(groups=groups), {"graphics": "long", "case": "small"})
    assert evaluation.is_consistent
    assert evaluation.warnings == (
        "Graphics card length could not be checked: max length mm of Case small is not known.",
    )


def test_a_rule_that_only_warns_never_blocks():
    advice = Rule(
        "advice",
        "Advice",
        "{supply} is loud.",
        "warn",
        Compare(Ref("supply", "watts"), "<", 400),
    )
    evaluation = evaluate(machines.desktop(rules=(advice,)), {"supply": "w650"})
    assert evaluation.is_consistent
    assert evaluation.warnings == ("Supply w650 is loud.",)


def test_unknown_groups_and_options_are_clear_errors():
    model = machines.desktop()
    with pytest.raises(UnknownGroup, match="no group 'wheels'") as group_error:
        evaluate(model, {"wheels": "four"})
    with pytest.raises(UnknownOption, match="cpu has no option 'z80'") as option_error:
        evaluate(model, {"cpu": "z80"})
    assert (group_error.value.code, option_error.value.code) == ("unknown_group", "unknown_option")


def test_a_model_that_allows_nothing_is_an_error():
    never = Rule("never", "Never", "No.", "block", Compare(Ref("cpu", "watts"), "<", 0))
    with pytest.raises(InconsistentModel):
        evaluate(machines.desktop(rules=(never,)), {})


def test_a_model_with_a_bad_reference_is_refused():
    lost = Rule("lost", "Lost", "No.", "block", Compare(Ref("cpu", "colour"), "==", "red"))
    with pytest.raises(ModelFormatError, match="unknown attribute"):
        evaluate(machines.desktop(rules=(lost,)), {})


@thorough
@given(st.data())
def test_an_option_is_possible_exactly_when_a_valid_completion_exists(data):
    model = data.draw(models())
    if not any(configurations(model, {})):
        return
    choices = data.draw(some_choices(model))
    evaluation = evaluate(model, choices)
    assert evaluation.is_consistent == any(configurations(model, choices))
    for (group, option), state in evaluation.states.items():
        exists = any(configurations(model, taking(choices, group, option)))
        assert state.is_possible == exists, (group, option)


@thorough
@given(st.data())
def test_taking_an_option_does_exactly_what_its_state_says(data):
    model = data.draw(models())
    book = data.draw(books(model))
    choices = data.draw(some_choices(model))
    if not any(configurations(model, choices)):
        return
    now = evaluate(model, choices, book=book)
    for (group, option), state in now.states.items():
        if not state.is_possible:
            assert (state.changes, state.delta_minor) == ((), None)
            continue
        then = evaluate(model, taking(choices, group, option), book=book, groups=())
        assert state.changes == changes(now, then, apart_from=group)
        assert then.total_minor - now.total_minor == state.delta_minor
        if now.chosen[group] == option:
            assert (state.changes, state.delta_minor) == ((), 0)


@thorough
@given(st.data())
def test_the_answer_does_not_depend_on_the_order_of_choices_or_on_earlier_questions(data):
    model = data.draw(models())
    choices = data.draw(some_choices(model))
    if not any(configurations(model, {})):
        return
    first = evaluate(model, choices)
    evaluate(model, {})
    evaluate(model, data.draw(some_choices(model)))
    assert evaluate(model, dict(reversed(choices.items()))) == first


@thorough
@given(st.data())
def test_when_the_exact_search_gives_up_the_answer_is_still_valid_and_still_kept(data):
    model = data.draw(models())
    book = data.draw(books(model))
    choices = data.draw(some_choices(model))
    valid = list(configurations(model, choices))
    if not valid:
        return
    with pytest.MonkeyPatch.context() as bounds:
        bounds.setattr(completion, "MOST_SETS", 0)
        now = evaluate(model, choices, book=book)
        assert now.chosen in valid
        for (group, option), state in now.states.items():
            if state.is_possible:
                then = evaluate(model, taking(choices, group, option), book=book, groups=())
                assert state.changes == changes(now, then, apart_from=group)
                assert then.total_minor - now.total_minor == state.delta_minor
