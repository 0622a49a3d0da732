"""Three wishes: cheapest, quickest, within a budget. Proven by brute force, on both rungs."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.engine.circuit import rungs
from configurator.engine.circuit.artefact import to_bytes
from configurator.engine.compiled import compile_model
from configurator.engine.errors import InconsistentModel, MissingPrice, UnknownOption
from configurator.engine.evaluate import evaluate
from configurator.engine.ir import Compare, Ref, Rule
from configurator.engine.optimise import (
    ContradictingChoices,
    cheapest,
    closest,
    quickest,
    search,
    sets,
    within_budget,
)
from configurator.engine.price import PriceBook, quantity_of, total_minor
from tests.configurator.engine import machines
from tests.configurator.engine.circuit.compiled import artefact_of
from tests.configurator.engine.machines import (
    books,
    configurations,
    models,
    some_choices,
    thorough,
)

RUNGS = ("solver", "circuit")


@pytest.fixture(params=RUNGS)
def rung(request):
    return request.param


def put_on(rung, model):
    """Let this rung answer for the model."""
    if rung == "circuit":
        pytest.importorskip("py_d4", reason="the compiler has no wheel for this machine")
        rungs.use_artefact(model.sha256, to_bytes(artefact_of(model)))
    else:
        rungs.do_without(model.sha256)


@st.composite
def questions(draw):
    """A model with prices, and choices that have a completion."""
    model = draw(models())
    choices = draw(some_choices(model))
    valid = list(configurations(model, choices))
    return model, draw(books(model)), choices, valid


def changes(model, now, then):
    return [
        (g.code, now[g.code], then[g.code]) for g in model.groups if now[g.code] != then[g.code]
    ]


def places(model, whole):
    """What comes first, group by group."""
    return [[o.code for o in g.options].index(whole[g.code]) for g in model.groups]


def lines(model, whole, book):
    return [
        0
        if g.quantity_for
        else book.option_minor[g.code, whole[g.code]] * quantity_of(model, whole, g.code)
        for g in model.groups
    ]


def checked(model, book, now, proposal):
    """The proposal, once what it says about itself is right."""
    assert list(proposal.changed) == changes(model, now, proposal.chosen)
    assert proposal.total_minor == total_minor(model, proposal.chosen, book)
    assert proposal.delta_minor == proposal.total_minor - total_minor(model, now, book)
    return proposal


def waits_of(model):
    """Working days by group, option and pieces, few so that there are ties."""
    keys = [
        (g.code, o.code, count)
        for g in model.groups
        if g.quantity_for is None
        for o in g.options
        for count in (0, 1, 2, 3)
    ]
    return st.fixed_dictionaries(dict.fromkeys(keys, st.sampled_from((0, 0, 1, 5, None))))


def longest(model, whole, waits):
    told = []
    for g in model.groups:
        if g.quantity_for is None and (pieces := quantity_of(model, whole, g.code)):
            wait = waits[g.code, whole[g.code], pieces]
            told.append(float("inf") if wait is None else wait)
    return max(told, default=0)


@thorough
@given(questions(), st.sampled_from(RUNGS))
def test_nothing_is_cheaper_than_the_cheapest(question, rung):
    model, book, choices, valid = question
    if not valid:
        return
    put_on(rung, model)
    now = evaluate(model, choices, book=book).chosen

    def rank(whole):
        few = len(changes(model, now, whole))
        return total_minor(model, whole, book), few, places(model, whole)

    proposal = checked(model, book, now, cheapest(model, choices, book=book))
    assert proposal.chosen == min(valid, key=rank)
    assert proposal.is_exact


@thorough
@given(questions(), st.sampled_from(RUNGS), st.data())
def test_nothing_is_there_before_the_quickest(question, rung, data):
    model, book, choices, valid = question
    if not valid:
        return
    waits = data.draw(waits_of(model))
    put_on(rung, model)
    now = evaluate(model, choices, book=book).chosen
    before = lines(model, now, book)

    def rank(whole):
        moves = [new - old for old, new in zip(before, lines(model, whole, book), strict=True)]
        return (
            longest(model, whole, waits),
            len(changes(model, now, whole)),
            sum(map(abs, moves)),
            sum(moves),
            places(model, whole),
        )

    asked = quickest(model, choices, book=book, days=lambda *part: waits[part])
    proposal = checked(model, book, now, asked)
    assert proposal.chosen == min(valid, key=rank)
    wait = longest(model, proposal.chosen, waits)
    assert proposal.wait_days == (None if wait == float("inf") else wait)
    assert proposal.is_exact


@thorough
@given(questions(), st.sampled_from(RUNGS), st.integers(0, 60))
def test_no_fewer_changes_meet_the_budget_and_none_use_more_of_it(question, rung, hundreds):
    model, book, choices, valid = question
    if not valid:
        return
    budget = hundreds * 100
    put_on(rung, model)
    now = evaluate(model, choices, book=book).chosen
    asked = within_budget(model, choices, book=book, budget_minor=budget)
    proposal = checked(model, book, now, asked)
    assert proposal.chosen in valid
    assert proposal.is_exact
    ranks = [
        (len(changes(model, now, whole)), -total)
        for whole in valid
        if (total := total_minor(model, whole, book)) <= budget
    ]
    assert proposal.fits == bool(ranks)
    if ranks:
        assert (len(proposal.changed), -proposal.total_minor) == min(ranks)
    else:
        assert proposal.chosen == cheapest(model, choices, book=book).chosen


@thorough
@given(questions(), st.integers(0, 60), st.data())
def test_a_search_that_gives_up_proposes_something_valid_and_does_not_call_it_proven(
    question, hundreds, data
):
    model, book, choices, valid = question
    if not valid:
        return
    waits = data.draw(waits_of(model))
    put_on("solver", model)
    with pytest.MonkeyPatch.context() as bounds:
        bounds.setattr(search, "MOST_LOOKS", data.draw(st.integers(0, 8)))
        bounds.setattr(sets, "MOST_BOUNDS", data.draw(st.integers(0, 2)))
        bounds.setattr(closest, "MOST_EFFORT", data.draw(st.integers(0, 30)))
        asked = (
            cheapest(model, choices, book=book),
            quickest(model, choices, book=book, days=lambda *part: waits[part]),
            within_budget(model, choices, book=book, budget_minor=hundreds * 100),
        )
    proven = (
        cheapest(model, choices, book=book),
        quickest(model, choices, book=book, days=lambda *part: waits[part]),
        within_budget(model, choices, book=book, budget_minor=hundreds * 100),
    )
    for found, best in zip(asked, proven, strict=True):
        assert found.chosen in valid
        assert not found.is_exact or found.total_minor == best.total_minor
    assert not asked[1].is_exact or asked[1] == proven[1]
    assert not asked[2].fits or asked[2].total_minor <= hundreds * 100


def desktop_days(group, option, pieces):
    """The short card is late, the long one unknown; the second stick takes a while."""
    return {"short": 10, "long": None, "stick": 2 * pieces}.get(option, 0)


def test_the_cheapest_keeps_what_was_chosen(rung):
    model = machines.desktop()
    put_on(rung, model)
    proposal = cheapest(model, {"cpu": "core", "graphics": "short"}, book=machines.desktop_prices())
    assert (proposal.chosen["cpu"], proposal.chosen["graphics"]) == ("core", "short")
    assert proposal.chosen["memory"] == "stick"
    assert proposal.changed == (("memory", "kit", "stick"),)
    assert proposal.delta_minor == -4000


def test_the_quickest_changes_what_is_waited_for_and_nothing_else(rung):
    model = machines.desktop()
    put_on(rung, model)
    proposal = quickest(
        model,
        {"memory_quantity": "two", "board": "x670"},
        book=machines.desktop_prices(),
        days=lambda g, option, pieces: 3 if option == "kit" else 1 if option == "stick" else 0,
    )
    assert proposal.chosen["memory"] == "stick"
    assert proposal.changed == (("memory", "kit", "stick"),)
    assert proposal.wait_days == 1


def test_what_is_in_stock_already_is_left_alone(rung):
    model = machines.desktop()
    put_on(rung, model)
    proposal = quickest(model, {}, book=machines.desktop_prices(), days=desktop_days)
    assert proposal.changed == ()
    assert proposal.wait_days == 0


def test_an_unknown_wait_is_accepted_only_where_nothing_else_is_left(rung):
    model = machines.desktop()
    put_on(rung, model)
    book = machines.desktop_prices()
    assert quickest(model, {"cpu": "core"}, book=book, days=desktop_days).wait_days == 10
    unknown = quickest(model, {"graphics": "long"}, book=book, days=desktop_days)
    assert unknown.wait_days is None
    assert unknown.is_exact


def test_an_option_is_picked_for_its_wait_and_not_for_its_class(rung):
    model = machines.desktop(rules=())  # every group is one class
    put_on(rung, model)
    proposal = quickest(
        model,
        {},
        book=machines.desktop_prices(),
        days=lambda g, option, pieces: {"b650": 9, "x670": 4, "z790": 4}.get(option, 0),
    )
    # Both wait as long; the dearer x670 moves the price further.
    assert proposal.changed == (("board", "b650", "z790"),)


def test_a_budget_that_is_met_already_changes_nothing(rung):
    model = machines.desktop()
    put_on(rung, model)
    proposal = within_budget(model, {}, book=machines.desktop_prices(), budget_minor=61000)
    assert (proposal.changed, proposal.fits, proposal.is_exact) == ((), True, True)


def test_a_budget_below_the_cheapest_says_so_and_shows_the_cheapest(rung):
    model = machines.desktop()
    put_on(rung, model)
    book = machines.desktop_prices()
    proposal = within_budget(model, {}, book=book, budget_minor=100)
    assert not proposal.fits
    assert proposal.chosen == cheapest(model, {}, book=book).chosen


def test_one_change_that_is_enough_is_better_than_two_that_come_closer(rung):
    model = machines.desktop(rules=())
    put_on(rung, model)
    book = machines.desktop_prices()
    choices = {"graphics": "long", "board": "x670"}
    total = evaluate(model, choices, book=book).total_minor
    proposal = within_budget(model, choices, book=book, budget_minor=total - 3000)
    assert proposal.changed == (("memory", "kit", "stick"),)
    assert proposal.delta_minor == -4000


def test_prices_beyond_the_arithmetic_of_a_pass_are_searched(rung):
    model = machines.desktop()
    put_on(rung, model)
    small = machines.desktop_prices()
    huge = {key: price * 10**13 for key, price in small.option_minor.items()}
    book = PriceBook("USD", 0, huge)
    choices = {"graphics": "long", "memory_quantity": "two"}
    for wish in (
        lambda book: cheapest(model, choices, book=book),
        lambda book: quickest(model, choices, book=book, days=desktop_days),
    ):
        assert wish(book).chosen == wish(small).chosen
        assert wish(book).is_exact
    proposal = within_budget(model, choices, book=book, budget_minor=155000 * 10**13)
    assert proposal.total_minor <= 155000 * 10**13


def test_contradicting_choices_are_a_clear_error(rung):
    model = machines.desktop()
    put_on(rung, model)
    book = machines.desktop_prices()
    choices = {"cpu": "core", "board": "b650"}
    for wish in (
        lambda: cheapest(model, choices, book=book),
        lambda: quickest(model, choices, book=book, days=desktop_days),
        lambda: within_budget(model, choices, book=book, budget_minor=1),
    ):
        with pytest.raises(ContradictingChoices, match="exclude each other") as error:
            wish()
        assert error.value.code == "contradicting_choices"


def test_what_evaluation_refuses_is_refused_here_too():
    model, book = machines.desktop(), machines.desktop_prices()
    with pytest.raises(UnknownOption):
        cheapest(model, {"cpu": "z80"}, book=book)
    with pytest.raises(MissingPrice):
        cheapest(model, {}, book=PriceBook("USD", 0, {}))
    never = Rule("never", "Never", "No.", "block", Compare(Ref("cpu", "watts"), "<", 0))
    with pytest.raises(InconsistentModel):
        cheapest(machines.desktop(rules=(never,)), {}, book=book)


def test_a_circuit_that_left_a_sum_out_is_not_trusted_with_it():
    pytest.importorskip("py_d4", reason="the compiler has no wheel for this machine")
    model, book = machines.desktop(), machines.desktop_prices()
    rungs.use_artefact(model.sha256, to_bytes(artefact_of(model, "power")))
    assert compile_model(model).circuit.artefact.wide == "power"
    for cpu, graphics in itertools.product(("ryzen", "core"), ("short", "long")):
        choices = {"cpu": cpu, "graphics": graphics}
        valid = configurations(model, choices)
        least = min(total_minor(model, whole, book) for whole in valid)
        proposal = cheapest(model, choices, book=book)
        assert (proposal.total_minor, proposal.is_exact) == (least, True)


@pytest.fixture(autouse=True)
def _forget():
    """No test's circuit answers for another test's model."""
    before = dict(rungs._entries)
    yield
    rungs._entries.clear()
    rungs._entries.update(before)
