"""Feature models in DIMACS CNF as product models: every feature is a group of yes and no.

`c N name` names variable N, `p cnf VARIABLES CLAUSES` heads the clauses, each ends with 0.
"""

from collections.abc import Iterator

from configurator.engine.errors import FeatureModelError
from configurator.engine.nodes import AnyOf, Compare, Group, Model, Option, Ref, Rule

LARGEST = 1_000_000  # variables or clauses; a mistyped header must not fill the memory
YES, NO, IS_ON = "yes", "no", "is_on"


def read_dimacs(text: str, *, code: str) -> Model:
    """The model of a DIMACS file: groups `f1`, `f2`, …, a blocking rule for each clause.

    Raises FeatureModelError, naming the line.
    """
    names: dict[int, str] = {}
    size: tuple[int, int] | None = None
    numbers: list[tuple[int, int]] = []  # (line, literal or 0)
    for line, words in enumerate(map(str.split, text.splitlines()), start=1):
        if not words or words[0] == "%":
            continue
        if words[0] == "c":
            if len(words) > 2 and words[1].isdecimal():
                names[int(words[1])] = " ".join(words[2:])
        elif words[0] == "p":
            if size is not None:
                raise FeatureModelError(f"line {line}: a second header")
            size = _size(line, words)
        elif size is None:
            raise FeatureModelError(f"line {line}: expected 'p cnf VARIABLES CLAUSES' first")
        else:
            numbers.extend((line, _literal(line, word, size[0])) for word in words)
    if size is None:
        raise FeatureModelError("there is no header 'p cnf VARIABLES CLAUSES'")
    clauses = list(_clauses(numbers))
    if len(clauses) != size[1]:
        raise FeatureModelError(f"the header announces {size[1]} clauses, there are {len(clauses)}")
    return _model(code, size[0], names, clauses)


def _size(line: int, words: list[str]) -> tuple[int, int]:
    is_header = len(words) == 4 and words[1] == "cnf"
    if not is_header or not (words[2].isdecimal() and words[3].isdecimal()):
        raise FeatureModelError(f"line {line}: expected 'p cnf VARIABLES CLAUSES'")
    variables, clauses = int(words[2]), int(words[3])
    if not 0 < variables <= LARGEST or clauses > LARGEST:
        raise FeatureModelError(f"line {line}: from 1 to {LARGEST} variables, and as many clauses")
    return variables, clauses


def _literal(line: int, word: str, variables: int) -> int:
    try:
        literal = int(word)
    except ValueError:
        raise FeatureModelError(f"line {line}: {word[:20]!r} is not a whole number") from None
    if abs(literal) > variables:
        raise FeatureModelError(f"line {line}: variable {abs(literal)} of only {variables}")
    return literal


def _clauses(numbers: list[tuple[int, int]]) -> Iterator[list[int]]:
    clause: list[int] = []
    for line, literal in numbers:
        if literal:
            clause.append(literal)
        elif clause:
            yield clause
            clause = []
        else:
            raise FeatureModelError(f"line {line}: an empty clause allows nothing")
    if clause:
        raise FeatureModelError(f"line {numbers[-1][0]}: the last clause does not end with 0")


def _model(code: str, variables: int, names: dict[int, str], clauses: list[list[int]]) -> Model:
    options = (Option(YES, "Yes", {IS_ON: True}), Option(NO, "No", {IS_ON: False}))
    groups = tuple(
        Group(f"f{number}", names.get(number, f"Feature {number}"), options)
        for number in range(1, variables + 1)
    )
    rules = tuple(_rule(number, clause, names) for number, clause in enumerate(clauses, start=1))
    return Model(code, groups, rules, {group.code: NO for group in groups})


def _rule(number: int, clause: list[int], names: dict[int, str]) -> Rule:
    told = (
        f"{'' if literal > 0 else 'not '}{names.get(abs(literal), f'feature {abs(literal)}')}"
        for literal in clause
    )
    sentence = f"Needed: {' or '.join(told)}.".replace("{", "(").replace("}", ")")
    compares = (Compare(Ref(f"f{abs(v)}", IS_ON), "==", v > 0) for v in dict.fromkeys(clause))
    return Rule(f"c{number}", f"Clause {number}", sentence, "block", AnyOf(tuple(compares)))
