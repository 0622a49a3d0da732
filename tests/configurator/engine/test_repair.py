"""Keeping one choice and dropping as few others as possible."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.engine.errors import ImpossibleOption, InconsistentModel, UnknownGroup
from configurator.engine.evaluate import evaluate
from configurator.engine.ir import Compare, Model, Ref, Rule, Sum, Term
from configurator.engine.price import PriceBook, total_minor
from configurator.engine.repair import repair
from tests.configurator.engine import machines
from tests.configurator.engine.machines import (
    books,
    configurations,
    models,
    some_choices,
    thorough,
)


def test_the_kept_choice_stays_and_the_one_in_its_way_is_dropped():
    book = machines.desktop_prices()
    choices = {"case": "small", "memory": "stick"}
    proposal = repair(machines.desktop(), choices, keep=("graphics", "long"), book=book)
    assert proposal.dropped == ("case",)
    assert proposal.choices == {"memory": "stick", "graphics": "long"}
    assert proposal.changed == (
        ("graphics", "none", "long"),
        ("case", "small", "big"),
        ("supply", "w300", "w650"),
    )
    assert proposal.delta_minor == 90000 + 2000 + 5000


def test_of_equally_few_drops_the_newest_choices_are_kept():
    both = {"board": "b650", "cpu": "core"}
    assert repair(machines.desktop(), both, keep=("case", "big")).dropped == ("board",)
    reordered = dict(reversed(both.items()))
    assert repair(machines.desktop(), reordered, keep=("case", "big")).dropped == ("cpu",)


def test_of_equally_few_drops_those_go_that_move_the_price_least():
    # "keep" needs that a or b goes back to its default, which costs 900 less or 50 more.
    mark = (("usual", {"n": 0}), ("special", {"n": 1}))
    groups = (machines.group("a", *mark), machines.group("b", *mark), machines.group("keep", *mark))
    terms = tuple(Term(Ref(code, "n")) for code in ("a", "b", "keep"))
    rules = (Rule("two", "Two at most", "No.", "block", Sum(terms, 2)),)
    model = Model("m", groups, rules, dict.fromkeys(("a", "b", "keep"), "usual"))
    prices = {("a", "special"): 900, ("b", "usual"): 50}
    missing = {(g.code, o.code): 0 for g in groups for o in g.options}
    book = PriceBook("USD", 0, missing | prices)
    for order in (("a", "b"), ("b", "a")):
        choices = dict.fromkeys(order, "special")
        assert repair(model, choices, keep=("keep", "special"), book=book).dropped == ("b",)
        assert repair(model, choices, keep=("keep", "special")).dropped == order[:1]


def test_newer_choices_are_kept_first_even_if_the_very_oldest_could_be_kept_instead():
    # a-b, a-c, b-d and c-d exclude each other: either b and c must go, or a and d.
    codes = ("a", "b", "c", "d")
    groups = tuple(machines.group(c, ("x", {"s": "same"}), ("y", {"s": c})) for c in codes)
    rules = tuple(
        Rule(one + other, "Apart", "No.", "block", Compare(Ref(one, "s"), "!=", Ref(other, "s")))
        for one, other in ("ab", "ac", "bd", "cd")
    )
    keep = machines.group("keep", ("this", {}))
    model = Model("m", (*groups, keep), rules, dict.fromkeys(codes, "y") | {"keep": "this"})
    for order in itertools.permutations(codes):
        proposal = repair(model, dict.fromkeys(order, "x"), keep=("keep", "this"))
        newest = order[-1]
        assert set(proposal.dropped) == ({"b", "c"} if newest in "ad" else {"a", "d"})


def test_a_choice_that_fits_drops_nothing():
    proposal = repair(machines.desktop(), {"case": "big"}, keep=("graphics", "long"))
    assert proposal.dropped == ()
    assert proposal.delta_minor is None


def test_the_kept_group_may_have_been_chosen_before():
    proposal = repair(machines.desktop(), {"cpu": "ryzen", "case": "big"}, keep=("cpu", "core"))
    assert list(proposal.choices.items()) == [("case", "big"), ("cpu", "core")]


def test_contradicting_choices_can_be_repaired():
    choices = {"cpu": "core", "board": "b650"}
    proposal = repair(machines.desktop(), choices, keep=("board", "b650"))
    assert proposal.choices == {"board": "b650"}
    assert proposal.changed == (("cpu", "core", "ryzen"),)


def test_an_option_that_nobody_can_have_cannot_be_kept():
    rule = Rule("old", "Old", "No.", "block", Compare(Ref("cpu", "watts"), "<", 100))
    with pytest.raises(ImpossibleOption):
        repair(machines.desktop(rules=(rule,)), {}, keep=("cpu", "core"))


def test_a_model_that_allows_nothing_cannot_be_repaired():
    never = Rule("never", "Never", "No.", "block", Compare(Ref("cpu", "watts"), "<", 0))
    with pytest.raises(InconsistentModel):
        repair(machines.desktop(rules=(never,)), {}, keep=("cpu", "core"))


def test_an_unknown_group_is_a_clear_error():
    with pytest.raises(UnknownGroup):
        repair(machines.desktop(), {}, keep=("wheels", "four"))


@thorough
@given(st.data())
def test_a_repair_is_valid_and_drops_as_few_choices_as_any_could(data):
    model = data.draw(models())
    book = data.draw(books(model))
    choices = data.draw(some_choices(model))
    group = data.draw(st.sampled_from(model.groups))
    option = data.draw(st.sampled_from(group.options))
    if not any(configurations(model, {group.code: option.code})):
        return
    proposal = repair(model, choices, keep=(group.code, option.code), book=book)
    others = {code: chosen for code, chosen in choices.items() if code != group.code}
    assert proposal.chosen in list(configurations(model, proposal.choices))
    assert proposal.chosen == evaluate(model, proposal.choices, book=book).chosen
    assert proposal.choices[group.code] == option.code
    before = evaluate(model, choices, book=book, groups=()).chosen
    if before:
        difference = total_minor(model, proposal.chosen, book) - total_minor(model, before, book)
        assert proposal.delta_minor == difference
    before = before or {**model.defaults, **choices}

    def without(dropped):
        kept = {code: chosen for code, chosen in others.items() if code not in dropped}
        return kept | {group.code: option.code}

    def moves(dropped):
        now = evaluate(model, without(dropped), book=book, groups=()).chosen
        delta = total_minor(model, now, book) - total_minor(model, before, book)
        return abs(delta), delta

    best = next(
        working
        for size in range(len(others) + 1)
        if (
            working := [
                dropped
                for dropped in newest_kept_first(others, size)
                if any(configurations(model, without(dropped)))
            ]
        )
    )
    assert set(proposal.dropped) == set(min(best, key=moves))
    assert set(repair(model, choices, keep=(group.code, option.code)).dropped) == set(best[0])


def newest_kept_first(others, size):
    """All sets of `size` choices to drop, those that keep the newest choices first."""
    newest_first = list(reversed(others))
    places = itertools.combinations(range(len(others)), size)
    order = sorted(places, key=lambda chosen: [place not in chosen for place in range(len(others))])
    return [tuple(newest_first[place] for place in chosen) for chosen in reversed(order)]
