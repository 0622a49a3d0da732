"""Rules that name options by their code, and tables of what goes together."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from configurator.engine.atoms import TableAtom
from configurator.engine.classes import classify
from configurator.engine.evaluate import evaluate
from configurator.engine.explain import explain
from configurator.engine.ir import Compare, Ref, Rule, Table
from configurator.engine.masks import OPEN, RuleMask
from configurator.engine.repair import repair
from tests.configurator.engine import machines
from tests.configurator.engine.machines import group, models, thorough

CASE, CARD, SUPPLY = Ref("case", "code"), Ref("graphics", "code"), Ref("supply", "code")


def blocking(constraint, *when, sentence="{graphics.code} does not go into {case.code}."):
    return Rule("asked", "Asked for", sentence, "block", constraint, when)


def desktop(*rules):
    return machines.desktop(rules=rules)


def possible(model, choices, group):
    states = evaluate(model, choices, groups=(group,)).states
    return {option for (_, option), state in states.items() if state.is_possible}


def test_an_option_can_require_another():
    rule = blocking(Compare(CASE, "==", "big"), Compare(CARD, "==", "long"))
    assert possible(desktop(rule), {"graphics": "long"}, "case") == {"big"}
    assert possible(desktop(rule), {"graphics": "short"}, "case") == {"small", "big"}
    assert possible(desktop(rule), {"case": "small"}, "graphics") == {"none", "short"}


def test_an_option_can_exclude_others():
    rule = blocking(Compare(SUPPLY, "not in", ("w300",)), Compare(CARD, "in", ("short", "long")))
    assert possible(desktop(rule), {"supply": "w300"}, "graphics") == {"none"}


def test_the_codes_of_two_groups_can_be_compared():
    rooms = [group(code, ("oak", {}), ("ash", {}), (code, {})) for code in ("desk", "shelf")]
    rule = Rule(
        "same", "Same wood", "", "block", Compare(Ref("desk", "code"), "==", Ref("shelf", "code"))
    )
    model = machines.desktop(
        groups=tuple(rooms), rules=(rule,), defaults={"desk": "oak", "shelf": "oak"}
    )
    assert possible(model, {"shelf": "ash"}, "desk") == {"ash"}
    assert possible(model, {}, "desk") == {"oak", "ash"}


def test_a_rule_that_names_one_option_makes_two_classes_however_many_options_there_are():
    many = group("colour", *((f"c{n}", {}) for n in range(500)))
    rule = Rule("no", "Not seven", "", "block", Compare(Ref("colour", "code"), "!=", "c7"))
    model = machines.desktop(groups=(many,), rules=(rule,), defaults={"colour": "c0"})
    (classed,) = classify(model).groups
    assert classed.size == 2
    assert classed.members[1] == (7,)


def test_a_sentence_may_tell_the_code_of_an_option():
    rule = blocking(Compare(CASE, "==", "big"), Compare(CARD, "==", "long"))
    told = explain(desktop(rule), {"graphics": "long"}, "case", "small")
    assert told.sentences == ("long does not go into small.",)


TABLE = Table(
    (Ref("cpu", "socket"), CARD, CASE),
    (("AM5", "none", "small"), ("AM5", "short", "big"), ("LGA", "long", "big")),
)


def test_a_table_of_three_groups_allows_its_rows_and_nothing_else():
    model = desktop(blocking(TABLE))
    assert possible(model, {}, "graphics") == {"none", "short", "long"}
    assert possible(model, {"cpu": "ryzen"}, "graphics") == {"none", "short"}
    assert possible(model, {"cpu": "ryzen", "case": "big"}, "graphics") == {"short"}
    assert possible(model, {"cpu": "core", "case": "small"}, "graphics") == set()


def test_a_table_applies_only_where_its_conditions_hold():
    model = desktop(blocking(TABLE, Compare(SUPPLY, "==", "w300")))
    assert possible(model, {"supply": "w650", "cpu": "core"}, "case") == {"small", "big"}
    assert possible(model, {"supply": "w300", "cpu": "core"}, "case") == {"big"}


def test_what_is_unknown_may_be_any_row_and_is_warned_of():
    groups = (
        group("a", ("known", {"s": "x"}), ("odd", {"s": None})),
        group("b", ("o", {}), ("p", {})),
    )
    table = Table((Ref("a", "s"), Ref("b", "code")), (("x", "o"), ("y", "p")))
    model = machines.desktop(
        groups=groups,
        rules=(Rule("t", "A table", "", "block", table),),
        defaults={"a": "known", "b": "o"},
    )
    assert possible(model, {"a": "odd"}, "b") == {"o", "p"}
    assert possible(model, {"a": "known"}, "b") == {"o"}
    warnings = evaluate(model, {"a": "odd", "b": "p"}).warnings
    assert warnings == ("A table could not be checked: s of A odd is not known.",)


def test_a_broken_table_is_explained_and_repaired_like_any_rule():
    model = desktop(blocking(TABLE))
    choices = {"case": "small", "cpu": "core"}
    told = explain(model, {"case": "small"}, "cpu", "core")
    assert told.choices == ("case",)
    assert told.sentences == (
        "Asked for: no choice of Graphics is left with Cpu core and Case small.",
    )
    mended = repair(model, choices, keep=("cpu", "core"))
    assert mended.dropped == ("case",)
    assert (mended.chosen["graphics"], mended.chosen["case"]) == ("long", "big")


@thorough
@given(models(), st.data())
def test_a_table_with_open_groups_allows_just_what_some_choice_in_them_allows(model, data):
    classed = classify(model)
    tables = [atom for _, atoms in classed.rules for atom in atoms if isinstance(atom, TableAtom)]
    sizes = [held.size for held in classed.groups]
    for atom in tables:
        mask = RuleMask(classed, [atom])
        assignment = [data.draw(st.integers(OPEN, size - 1)) for size in sizes]
        for g in mask.groups:
            assert mask.allowed(g, assignment) == _allowed(classed, atom, g, assignment)


def _allowed(classed, atom, g, assignment):
    """By brute force over the classes of the open groups."""
    found = 0
    groups = tuple(dict.fromkeys(classed.position[ref.group] for ref in atom.refs))
    ranges = [
        range(classed.groups[h].size) if h == g or assignment[h] == OPEN else (assignment[h],)
        for h in groups
    ]
    for classes in itertools.product(*ranges):
        if atom.verdict(classed.reader(classes, groups)) is not False:
            found |= 1 << classes[groups.index(g)]
    return found
