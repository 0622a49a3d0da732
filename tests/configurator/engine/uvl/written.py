"""Random UVL files, and what they allow by trying every set of features: shares no code."""

import itertools
import operator

from hypothesis import strategies as st

from configurator.engine.classes import classify
from tests.configurator.engine.machines import configurations

NAMES = ("Root", "A", "B b", "C", "D%", "E", "F-f", "G", "H")
COMPARED = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
WORDS = {
    "mandatory": lambda found, size: found == size,
    "optional": lambda _found, _size: True,
    "or": lambda found, _size: found >= 1,
    "alternative": lambda found, _size: found == 1,
}


def count(model):
    """The number of variants of a small model, by trying every choice."""
    assert len(classify(model).groups) == len(model.groups)
    return sum(1 for _ in configurations(model, {}))


@st.composite
def files(draw):
    """(text of a file, number of its variants)."""
    size = draw(st.integers(1, 7))
    features = NAMES[: size + 1]
    prices = {name: draw(st.sampled_from((None, None, 1, 2, -1, 3.5))) for name in features}
    parents = [draw(st.integers(0, number)) for number in range(size)]
    children = {name: [] for name in features}
    for number, parent in enumerate(parents, start=1):
        children[features[parent]].append(features[number])
    clusters = {name: _clusters(draw, held) for name, held in children.items()}
    formulas = draw(st.lists(_formulas(features, prices), max_size=3))
    sets = (
        {"Root", *chosen}
        for length in range(size + 1)
        for chosen in itertools.combinations(features[1:], length)
    )
    variants = sum(1 for held in sets if _is_variant(held, clusters, formulas, prices))
    return _text(draw, clusters, prices, formulas), variants


def _clusters(draw, children):
    """Children cut into clusters of (word, test of how many are there, children)."""
    clusters = []
    while children:
        cut = draw(st.integers(1, len(children)))
        mine, children = children[:cut], children[cut:]
        if draw(st.booleans()):
            word = draw(st.sampled_from(sorted(WORDS)))
            test = WORDS[word]
        else:
            low = draw(st.integers(0, len(mine)))
            high = draw(st.integers(max(low, 1), len(mine) + 1))
            word = draw(st.sampled_from((f"[{low}..{high}]", f"[ {low} .. {high} ]")))
            test = lambda found, _size, low=low, high=high: low <= found <= high  # noqa: E731
        clusters.append((word, test, mine))
    return clusters


def _formulas(features, prices):
    named = st.sampled_from(features).map(lambda name: ("feature", name))
    priced = [name for name in features if prices[name] is not None]
    leaves = [named]
    if priced:
        leaves.append(
            st.tuples(
                st.just("compare"),
                st.sampled_from(sorted(COMPARED)),
                st.lists(st.sampled_from(priced), min_size=1, max_size=3),
                st.sampled_from((0, 1, 2, 3.5, 4)),
            )
        )
        leaves.append(
            st.tuples(
                st.just("sum"), st.sampled_from(sorted(COMPARED)), st.sampled_from((0, 1, 2.5, 4))
            )
        )
    return st.recursive(
        st.one_of(leaves),
        lambda inner: st.one_of(
            st.tuples(st.just("!"), inner),
            st.tuples(st.sampled_from(("&", "|", "=>", "<=>")), inner, inner),
        ),
        max_leaves=6,
    )


def _is_variant(held, clusters, formulas, prices):
    for parent, parts in clusters.items():
        for _, test, children in parts:
            found = sum(1 for child in children if child in held)
            if found and parent not in held:
                return False
            if parent in held and not test(found, len(children)):
                return False
    return all(_holds(formula, held, prices) for formula in formulas)


def _holds(formula, held, prices):
    kind, *rest = formula
    if kind == "feature":
        return rest[0] in held
    if kind == "compare":
        test, names, number = rest
        return COMPARED[test](sum(prices[name] for name in names if name in held), number)
    if kind == "sum":
        test, number = rest
        return COMPARED[test](sum(prices[name] or 0 for name in held), number)
    values = [_holds(inner, held, prices) for inner in rest]
    return {
        "!": lambda a: not a,
        "&": lambda a, b: a and b,
        "|": lambda a, b: a or b,
        "=>": lambda a, b: b or not a,
        "<=>": lambda a, b: a == b,
    }[kind](*values)


def _quoted(name):
    return name if name.isalnum() else f'"{name}"'


def _formula(formula):
    kind, *rest = formula
    if kind == "feature":
        return _quoted(rest[0])
    if kind == "compare":
        test, names, number = rest
        return f"{' + '.join(f'{_quoted(name)}.Price' for name in names)} {test} {number}"
    if kind == "sum":
        return f"sum(Price) {rest[0]} {rest[1]}"
    if kind == "!":
        return f"!({_formula(rest[0])})"
    return f"({_formula(rest[0])}) {kind} ({_formula(rest[1])})"


def _text(draw, clusters, prices, formulas):
    indent = draw(st.sampled_from(("\t", "  ", "    ")))
    lines = ["namespace Shop", "", "features"]

    def add(name, depth):
        price = "" if prices[name] is None else f" {{Price {prices[name]}, note 'kept'}}"
        lines.append(f"{indent * depth}{_quoted(name)}{price} // a feature")
        for word, _, children in clusters[name]:
            lines.append(f"{indent * (depth + 1)}{word}")
            for child in children:
                add(child, depth + 2)

    add("Root", 1)
    if formulas:
        lines += ["", "/* what goes\n with what */", "constraints"]
        lines += [f"{indent}{_formula(formula)}" for formula in formulas]
    return draw(st.sampled_from(("\n", "\r\n"))).join([*lines, ""])
