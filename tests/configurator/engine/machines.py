"""Small models for the engine's tests, and a brute-force oracle that shares no code with it."""

import itertools
from collections.abc import Iterator, Mapping

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from configurator.engine.ir import (
    AnyOf,
    Compare,
    Group,
    Model,
    Option,
    Ref,
    Rule,
    Sum,
    Table,
    Term,
)
from configurator.engine.price import PriceBook

GROUPS = "abcde"
thorough = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ORDERED = ("<=", "<", ">=", ">", "==", "!=")


def group(code, *options, quantity_for=None):
    """A group from (code, attributes) pairs; names are derived from the codes."""
    made = tuple(Option(o, f"{code.title()} {o}", attributes) for o, attributes in options)
    return Group(code, code.replace("_", " ").title(), made, quantity_for)


def desktop(**changes):
    """A desktop computer that is small enough to reason about by hand."""
    parts = {
        "groups": (
            group(
                "cpu",
                ("ryzen", {"socket": "AM5", "watts": 65, "graphics": True}),
                ("core", {"socket": "LGA", "watts": 125, "graphics": False}),
            ),
            group(
                "board",
                ("b650", {"socket": "AM5", "slots": 2}),
                ("x670", {"socket": "AM5", "slots": 4}),
                ("z790", {"socket": "LGA", "slots": 4}),
            ),
            group("memory", ("kit", {"modules": 2}), ("stick", {"modules": 1})),
            group(
                "memory_quantity",
                ("one", {"count": 1}),
                ("two", {"count": 2}),
                quantity_for="memory",
            ),
            group(
                "graphics",
                ("none", {"is_card": False, "length_mm": 0, "watts": 0}),
                ("short", {"is_card": True, "length_mm": 200, "watts": 150}),
                ("long", {"is_card": True, "length_mm": 330, "watts": 300}),
            ),
            group("case", ("small", {"max_length_mm": 250}), ("big", {"max_length_mm": 400})),
            group("supply", ("w300", {"watts": 300}), ("w650", {"watts": 650})),
        ),
        "rules": (
            Rule(
                "socket",
                "Processor and motherboard",
                "{cpu} has socket {cpu.socket}; {board} has {board.socket}.",
                "block",
                Compare(Ref("cpu", "socket"), "==", Ref("board", "socket")),
            ),
            Rule(
                "slots",
                "Memory slots",
                "{board} has {board.slots} memory slots.",
                "block",
                Sum((Term(Ref("memory", "modules"), "memory_quantity"),), Ref("board", "slots")),
            ),
            Rule(
                "length",
                "Graphics card length",
                "{graphics} is {graphics.length_mm} mm long; {case} takes {case.max_length_mm} mm.",
                "block",
                Compare(Ref("graphics", "length_mm"), "<=", Ref("case", "max_length_mm")),
            ),
            Rule(
                "power",
                "Power budget",
                "{supply} delivers {supply.watts} W.",
                "block",
                Sum(
                    (Term(Ref("cpu", "watts")), Term(Ref("graphics", "watts"))),
                    Ref("supply", "watts"),
                    constant=50,
                ),
            ),
            Rule(
                "picture",
                "A picture",
                "{cpu} has no graphics of its own, so a card is needed.",
                "block",
                AnyOf(
                    (
                        Compare(Ref("cpu", "graphics"), "==", True),
                        Compare(Ref("graphics", "is_card"), "==", True),
                    )
                ),
            ),
        ),
        "defaults": {
            "cpu": "ryzen",
            "board": "b650",
            "memory": "kit",
            "memory_quantity": "one",
            "graphics": "none",
            "case": "small",
            "supply": "w300",
        },
    }
    return Model(code="desktop", **(parts | changes))


def desktop_prices():
    """Distinct prices, so that "nearest" has one answer."""
    minor = {
        "cpu": {"ryzen": 20000, "core": 25000},
        "board": {"b650": 12000, "x670": 22000, "z790": 21000},
        "memory": {"kit": 9000, "stick": 5000},
        "graphics": {"none": 0, "short": 30000, "long": 90000},
        "case": {"small": 6000, "big": 8000},
        "supply": {"w300": 4000, "w650": 9000},
    }
    return PriceBook(
        "USD",
        10000,
        {(g, o): price for g, options in minor.items() for o, price in options.items()},
    )


@st.composite
def models(draw):
    """Two to four groups of one to four options, perhaps a quantity, up to four rules."""
    codes = GROUPS[: draw(st.integers(2, 4))]
    groups = [_drawn_group(draw, code) for code in codes]
    quantities = []
    if draw(st.booleans()):
        counts = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True))
        options = [(f"q{count}", {"count": count}) for count in counts]
        groups.append(group("qty", *options, quantity_for=draw(st.sampled_from(codes))))
        quantities.append("qty")
    rules = tuple(
        Rule(
            f"r{number}",
            f"Rule {number}",
            f"Rule {number} says no.",
            draw(st.sampled_from(("block", "block", "block", "warn"))),
            draw(_constraints(groups, quantities)),
            tuple(draw(st.lists(_compares(groups[: len(codes)]), max_size=1))),
        )
        for number in range(draw(st.integers(0, 4)))
    )
    defaults = {g.code: draw(st.sampled_from(g.options)).code for g in groups}
    return Model("m", tuple(groups), rules, defaults)


def _drawn_group(draw, code):
    size = draw(st.integers(1, 4))
    attributes = st.fixed_dictionaries(
        {
            "n": st.one_of(st.integers(-1, 3), st.integers(0, 3), st.none()),
            "s": st.sampled_from(("x", "y", "z", None)),
            "t": st.sampled_from((("x",), ("x", "y"), ("y", "z"), (), None)),
            "b": st.sampled_from((True, False, None)),
        }
    )
    # The first option knows everything, so that every attribute has a kind.
    known = {"n": draw(st.integers(0, 3)), "s": "x", "t": ("x",), "b": True}
    return group(code, ("o0", known), *((f"o{i}", draw(attributes)) for i in range(1, size)))


def _refs(codes, attribute):
    return st.sampled_from([Ref(code, attribute) for code in codes])


def _compares(groups):
    codes = [g.code for g in groups]
    numbers, texts = _refs(codes, "n"), st.one_of(_refs(codes, "s"), _refs(codes, "code"))
    right_number = st.one_of(numbers, st.integers(0, 3))
    return st.one_of(
        st.builds(Compare, numbers, st.sampled_from(ORDERED), right_number),
        st.builds(Compare, texts, st.sampled_from(("==", "!=")), texts),
        st.builds(Compare, texts, st.sampled_from(("in", "not in")), _refs(codes, "t")),
        st.builds(Compare, _refs(codes, "s"), st.just("in"), st.just(("x", "y"))),
        st.builds(Compare, _refs(codes, "b"), st.just("=="), st.booleans()),
        st.sampled_from(groups).flatmap(_about_options),
    )


def _about_options(held):
    """The group's option is one of these, or is not."""
    own, option = st.just(Ref(held.code, "code")), st.sampled_from([o.code for o in held.options])
    return st.one_of(
        st.builds(Compare, own, st.sampled_from(("==", "!=")), option),
        st.builds(
            Compare,
            own,
            st.sampled_from(("in", "not in")),
            st.lists(option, max_size=2, unique=True).map(tuple),
        ),
    )


def _tables(groups):
    columns = st.lists(
        st.tuples(st.sampled_from(groups), st.sampled_from(("n", "s", "t", "b", "code"))),
        min_size=1,
        max_size=4,
        unique_by=lambda column: (column[0].code, column[1]),
    )
    return columns.flatmap(_rows)


def _rows(columns):
    refs = tuple(Ref(held.code, attribute) for held, attribute in columns)
    cells = [st.sampled_from(_known_values(held, attribute)) for held, attribute in columns]
    rows = st.lists(st.tuples(*cells), min_size=1, max_size=5)
    return rows.map(lambda rows: Table(refs, tuple(rows)))


def _known_values(held, attribute):
    """What the options are, and what none of them is."""
    if attribute == "code":
        return [option.code for option in held.options]
    values = {"n": (0, 1, 2, 7), "s": "xyw", "t": (("x",), ("y", "z")), "b": (True, False)}
    return values[attribute]


def _constraints(groups, quantities):
    things = [g for g in groups if g.quantity_for is None]
    codes = [g.code for g in things]
    terms = st.builds(
        Term, _refs(codes, "n"), st.sampled_from((None, *quantities)), st.integers(-1, 3)
    )
    sums = st.builds(
        Sum,
        st.lists(terms, min_size=1, max_size=4).map(tuple),
        st.one_of(_refs(codes, "n"), st.integers(0, 6)),
        st.just("<="),
        st.integers(-1, 2),
        st.integers(1, 3),
    )
    any_of = st.lists(_compares(things), min_size=1, max_size=3).map(tuple).map(AnyOf)
    return st.one_of(_compares(things), sums, any_of, _tables(things))


def books(model):
    """Any prices for the model's options, with ties."""
    priced = [(g.code, o.code) for g in model.groups if g.quantity_for is None for o in g.options]
    price = st.integers(0, 9).map(lambda n: n * 100)
    return st.fixed_dictionaries(dict.fromkeys(priced, price)).map(
        lambda option_minor: PriceBook("USD", 1000, option_minor)
    )


def some_choices(model):
    """Explicit choices of some groups, in any order."""
    pairs = [st.tuples(st.just(g.code), st.sampled_from(g.options)) for g in model.groups]
    return st.lists(st.one_of(pairs), unique_by=lambda pair: pair[0]).map(
        lambda chosen: {code: option.code for code, option in chosen}
    )


def configurations(model: Model, choices: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Every valid complete configuration with these choices, by trying them all."""
    options = [
        [choices[g.code]] if g.code in choices else [o.code for o in g.options]
        for g in model.groups
    ]
    for combination in itertools.product(*options):
        whole = dict(zip((g.code for g in model.groups), combination, strict=True))
        if not any(is_broken(model, rule, whole) for rule in model.rules):
            yield whole


def is_broken(model, rule, whole):
    """Is a blocking rule definitely violated?"""
    return rule.severity == "block" and is_violated(model, rule, whole)


def is_violated(model, rule, whole):
    def read(ref):
        if ref.attribute == "code":
            return whole[ref.group]
        held = next(g for g in model.groups if g.code == ref.group)
        chosen = next(o for o in held.options if o.code == whole[ref.group])
        return chosen.attributes.get(ref.attribute)

    if not all(_holds(read, compare) is True for compare in rule.when):
        return False
    if isinstance(rule.constraint, AnyOf):
        return all(_holds(read, compare) is False for compare in rule.constraint.options)
    if isinstance(rule.constraint, Sum):
        return _sum_holds(read, rule.constraint) is False
    if isinstance(rule.constraint, Table):
        return all(_differs(read, rule.constraint.refs, row) for row in rule.constraint.rows)
    return _holds(read, rule.constraint) is False


def _differs(read, refs, row):
    found = [(read(ref), cell) for ref, cell in zip(refs, row, strict=True)]
    return any(value is not None and value != cell for value, cell in found)


def _holds(read, compare):
    left = read(compare.left)
    right = read(compare.right) if isinstance(compare.right, Ref) else compare.right
    if left is None or right is None:
        return None
    return {
        "==": lambda: left == right,
        "!=": lambda: left != right,
        "<=": lambda: left <= right,
        "<": lambda: left < right,
        ">=": lambda: left >= right,
        ">": lambda: left > right,
        "in": lambda: left in right,
        "not in": lambda: left not in right,
    }[compare.op]()


def _sum_holds(read, constraint):
    total = constraint.constant
    for term in constraint.terms:
        count = 1 if term.times is None else read(Ref(term.times, "count"))
        value = read(term.ref)
        if count == 0 or term.weight == 0:
            continue
        if value is None:
            return None
        total += term.weight * count * value
    limit = read(constraint.limit) if isinstance(constraint.limit, Ref) else constraint.limit
    return None if limit is None else total <= constraint.limit_weight * limit
