"""Feature models in DIMACS CNF as product models: every feature is a group of yes and no.

`c N name` names variable N, `p cnf VARIABLES CLAUSES` heads the clauses, each ends with 0.
"""

from configurator.engine.errors import FeatureModelError
from configurator.engine.limits import MOST_GROUPS, MOST_RULES
from configurator.engine.nodes import AnyOf, Compare, Group, Model, Option, Ref, Rule
from configurator.engine.references import problems

LONGEST_NUMBER = 9  # digits; what is longer is beyond every limit
LONGEST_NAME = 150  # characters
MOST_LISTED = 12  # alternatives that a sentence names
YES, NO, IS_ON = "yes", "no", "is_on"


def read_dimacs(text: str, *, code: str) -> Model:
    """The model of a DIMACS file: groups `f1`, `f2`, …, a blocking rule for each clause.

    Raises FeatureModelError, naming the line.
    """
    file = _File()
    for line, words in enumerate(map(str.split, text.splitlines()), start=1):
        file.read_line(line, words)
    if file.size is None:
        raise FeatureModelError("there is no header 'p cnf VARIABLES CLAUSES'")
    if file.clause:
        raise FeatureModelError(f"line {file.line}: the last clause does not end with 0")
    variables, announced = file.size
    if len(file.clauses) != announced:
        told = f"the header announces {announced} clauses, there are {len(file.clauses)}"
        raise FeatureModelError(told)
    model = _model(code, variables, file.names, file.clauses)
    for problem in problems(model):
        raise FeatureModelError(problem.message)
    return model


class _File:
    """What was read so far: names by variable, (variables, clauses), clauses, one not ended."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.size: tuple[int, int] | None = None
        self.clauses: list[list[int]] = []
        self.clause: dict[int, None] = {}
        self.line = 0  # of the last literal

    def read_line(self, line: int, words: list[str]) -> None:
        """Raises FeatureModelError."""
        if not words or words[0] == "%":
            return
        if words[0] == "c":
            if len(words) > 2 and _is_number(words[1]):
                self.names[int(words[1])] = " ".join(words[2:])[:LONGEST_NAME]
        elif words[0] == "p":
            if self.size is not None:
                raise FeatureModelError(f"line {line}: a second header")
            self.size = _size(line, words)
        elif self.size is None:
            raise FeatureModelError(f"line {line}: expected 'p cnf VARIABLES CLAUSES' first")
        else:
            self.line = line
            for word in words:
                self._add(_literal(line, word, self.size[0]), self.size[1])

    def _add(self, literal: int, announced: int) -> None:
        if literal:
            self.clause[literal] = None
            return
        if not self.clause:
            raise FeatureModelError(f"line {self.line}: an empty clause allows nothing")
        if len(self.clauses) == announced:
            raise FeatureModelError(
                f"line {self.line}: more than the {announced} clauses announced"
            )
        self.clauses.append(list(self.clause))
        self.clause.clear()


def _is_number(word: str) -> bool:
    return word.isdecimal() and len(word) <= LONGEST_NUMBER


def _size(line: int, words: list[str]) -> tuple[int, int]:
    """The header's variables and clauses, early: a mistyped one must not fill the memory."""
    is_header = len(words) == 4 and words[1] == "cnf"
    if not is_header or not (words[2].isdecimal() and words[3].isdecimal()):
        raise FeatureModelError(f"line {line}: expected 'p cnf VARIABLES CLAUSES'")
    for word, most, told in (
        (words[2], MOST_GROUPS, "variables"),
        (words[3], MOST_RULES, "clauses"),
    ):
        if not _is_number(word) or int(word) > most:
            raise FeatureModelError(f"line {line}: at most {most:,} {told}, got {word[:20]}")
    if int(words[2]) == 0:
        raise FeatureModelError(f"line {line}: there are no variables")
    return int(words[2]), int(words[3])


def _literal(line: int, word: str, variables: int) -> int:
    digits = word.removeprefix("-")
    if not digits.isdecimal():
        raise FeatureModelError(f"line {line}: {word[:20]!r} is not a whole number")
    if not _is_number(digits) or int(digits) > variables:
        raise FeatureModelError(f"line {line}: variable {digits[:20]} of only {variables}")
    return int(word)


def _model(code: str, variables: int, names: dict[int, str], clauses: list[list[int]]) -> Model:
    options = (Option(YES, "Yes", {IS_ON: True}), Option(NO, "No", {IS_ON: False}))
    groups = tuple(
        Group(f"f{number}", names.get(number, f"Feature {number}"), options)
        for number in range(1, variables + 1)
    )
    rules = tuple(_rule(number, clause, names) for number, clause in enumerate(clauses, start=1))
    return Model(code, groups, rules, {group.code: NO for group in groups})


def _rule(number: int, clause: list[int], names: dict[int, str]) -> Rule:
    told = [
        f"{'' if literal > 0 else 'not '}{names.get(abs(literal), f'feature {abs(literal)}')}"
        for literal in clause[:MOST_LISTED]
    ]
    if len(clause) > MOST_LISTED:
        told.append(f"{len(clause) - MOST_LISTED:,} more")
    sentence = f"Needed: {' or '.join(told)}.".replace("{", "(").replace("}", ")")
    compares = (Compare(Ref(f"f{abs(v)}", IS_ON), "==", v > 0) for v in clause)
    return Rule(f"c{number}", f"Clause {number}", sentence, "block", AnyOf(tuple(compares)))
