"""What is filled in: the fewest changes, then what costs about the same, never a surprise."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from configurator.engine.evaluate import evaluate
from configurator.engine.ir import Compare, Model, Ref, Rule, Sum, Term
from configurator.engine.price import PriceBook, total_minor
from tests.configurator.engine import machines
from tests.configurator.engine.machines import (
    books,
    configurations,
    models,
    some_choices,
    thorough,
)


def test_what_is_filled_in_for_a_choice_fits_and_changes_no_more_than_it_must():
    chosen = evaluate(machines.desktop(), {"cpu": "core"}, book=machines.desktop_prices()).chosen
    assert (chosen["board"], chosen["graphics"], chosen["supply"]) == ("z790", "short", "w650")


def supplies(minor):
    """The desktop with these power supplies, code → (watts, price); the default is "usual"."""
    old, prices = machines.desktop(), machines.desktop_prices()
    made = machines.group("supply", *((code, {"watts": w}) for code, (w, _) in minor.items()))
    groups = tuple(made if g.code == "supply" else g for g in old.groups)
    model = machines.desktop(groups=groups, defaults={**old.defaults, "supply": "usual"})
    costs = {("supply", code): price for code, (_, price) in minor.items()}
    return model, PriceBook("USD", 0, {**prices.option_minor, **costs})


def test_what_must_give_way_is_replaced_by_what_costs_about_the_same():
    model, book = supplies(
        {"usual": (300, 9000), "cheap": (650, 2000), "like": (650, 9900), "dear": (900, 20000)}
    )
    assert evaluate(model, {"graphics": "long"}, book=book).chosen["supply"] == "like"


def test_of_two_that_are_equally_far_in_price_the_cheaper_one_is_taken():
    model, book = supplies({"usual": (300, 9000), "more": (650, 9500), "less": (650, 8500)})
    assert evaluate(model, {"graphics": "long"}, book=book).chosen["supply"] == "less"


def test_of_several_at_one_price_and_without_prices_the_first_is_taken():
    model, book = supplies({"usual": (300, 9000), "first": (650, 9500), "second": (900, 9500)})
    assert evaluate(model, {"graphics": "long"}, book=book).chosen["supply"] == "first"
    assert evaluate(model, {"graphics": "long"}).chosen["supply"] == "first"


def test_how_far_a_price_moves_is_the_sum_and_not_each_group_by_itself():
    rules = (
        Rule("pair", "Pair", "No.", "block", Compare(Ref("a", "s"), "==", Ref("b", "s"))),
        Rule("more", "More", "No.", "block", Compare(Ref("a", "n"), ">=", Ref("want", "n"))),
    )
    sides = (("none", {"s": "x", "n": 0}), ("one", {"s": "y", "n": 1}), ("two", {"s": "z", "n": 1}))
    want = machines.group("want", ("little", {"n": 0}), ("much", {"n": 1}))
    groups = (machines.group("a", *sides), machines.group("b", *sides), want)
    model = Model("m", groups, rules, {"a": "none", "b": "none", "want": "little"})
    minor = {("a", "none"): 0, ("a", "one"): 10, ("a", "two"): 20, ("want", "little"): 0}
    minor |= {("b", "none"): 0, ("b", "one"): 100, ("b", "two"): 60, ("want", "much"): 0}
    state = evaluate(model, {}, book=PriceBook("USD", 0, minor)).states["want", "much"]
    assert (state.changes, state.delta_minor) == ((("a", "two"), ("b", "two")), 80)


def test_options_alike_to_the_rules_but_not_in_price_may_lead_to_different_machines():
    memory = machines.group(
        "memory", ("stick", {"modules": 1}), ("kit", {"modules": 2}), ("cheap_kit", {"modules": 2})
    )
    board = machines.group(
        "board", ("b650", {"socket": "AM5", "slots": 2}), ("b450", {"socket": "AM5", "slots": 4})
    )
    old = machines.desktop()
    groups = tuple({"memory": memory, "board": board}.get(g.code, g) for g in old.groups)
    defaults = {**old.defaults, "memory": "stick", "memory_quantity": "two"}
    prices = machines.desktop_prices()
    minor = {**prices.option_minor, ("memory", "cheap_kit"): 3000, ("board", "b450"): 7000}
    book = PriceBook("USD", 0, minor)
    states = evaluate(machines.desktop(groups=groups, defaults=defaults), {}, book=book).states
    # One kit instead of two is 90 less, a board with more slots 50; one cheap kit only 30.
    assert states["memory", "kit"].changes == (("board", "b450"),)
    assert states["memory", "cheap_kit"].changes == (("memory_quantity", "one"),)


def farness(model: Model, choices: Mapping[str, str], book: PriceBook | None, whole) -> tuple:
    """What the engine keeps least: open groups changed, how far their lines move, the total."""
    usual = {**model.defaults, **choices}
    counted = {g.code: g.quantity_for for g in model.groups if g.quantity_for}
    changed = [code for code in whole if whole[code] != usual[code]]
    if book is None:
        return (len(changed), 0, 0)

    def line(chosen, code):
        times = next((q for q, target in counted.items() if target == code), None)
        return book.option_minor[code, chosen[code]] * (
            1 if times is None else int(chosen[times].removeprefix("q"))
        )

    lines = {counted.get(code, code) for code in changed}
    moved = sum(abs(line(whole, code) - line(usual, code)) for code in lines)
    total = sum(line(whole, code) for code in whole if code not in counted)
    return (len(changed), moved, total)


@st.composite
def demanding_models(draw):
    """What is chosen in `want` asks more of the others than their defaults give."""

    def part(code, size):
        values = st.fixed_dictionaries({"n": st.integers(0, 3), "s": st.sampled_from("xyz")})
        return machines.group(code, *((f"o{i}", draw(values)) for i in range(size)))

    counts = draw(st.permutations([(f"q{count}", {"count": count}) for count in range(4)]))
    groups = (
        part("want", 3),
        part("a", 5),
        machines.group("qty", *counts, quantity_for="a"),
        part("b", 5),
    )
    weight = draw(st.integers(1, 4))
    enough = Sum((Term(Ref("a", "n"), "qty", -1), Term(Ref("want", "n"), None, weight)), 0)
    constraints = [enough, Compare(Ref("b", "n"), ">=", Ref("want", "n"))]
    if draw(st.booleans()):
        alike = draw(st.sampled_from(("==", "!=")))
        constraints.append(Compare(Ref("a", "s"), alike, Ref("b", "s")))
    rules = (Rule(f"r{i}", "Rule", "No.", "block", c) for i, c in enumerate(constraints))
    defaults = {g.code: draw(st.sampled_from(g.options)).code for g in groups}
    return Model("m", groups, tuple(rules), defaults)


@thorough
@given(st.data())
def test_what_is_filled_in_is_valid_and_nothing_valid_is_nearer(data):
    model = data.draw(st.one_of(models(), demanding_models()))
    book = data.draw(st.one_of(st.none(), books(model), books(model)))
    choices = data.draw(some_choices(model))
    valid = list(configurations(model, choices))
    if not valid:
        return
    evaluation = evaluate(model, choices, book=book, groups=())
    assert evaluation.chosen in valid
    nearest = min(farness(model, choices, book, whole) for whole in valid)
    assert farness(model, choices, book, evaluation.chosen) == nearest
    if book is not None:
        assert evaluation.total_minor == total_minor(model, evaluation.chosen, book)
