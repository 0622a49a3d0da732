"""python-sat behind the few questions the engine asks, one question at a time."""

from collections.abc import Iterable, Sequence
from threading import Lock

from pysat.solvers import Glucose4

from configurator.engine.cnf import Cnf


class Solver:
    """An incremental solver of one encoding. Thread-safe: a lock guards each question.

    With `rules_are_optional` a rule holds only where its selector is assumed, which is what
    explanations need; otherwise all rules hold always, which is faster.
    """

    def __init__(self, cnf: Cnf, *, rules_are_optional: bool = False) -> None:
        self._lock = Lock()
        self._solver = Glucose4(bootstrap_with=cnf.clauses)
        if not rules_are_optional:
            for selector in cnf.selectors:
                self._solver.add_clause([selector])

    def prefer(self, literals: Sequence[int]) -> None:
        """A hint, never an answer: which polarity to try first."""
        with self._lock:
            self._solver.set_phases(literals)

    def is_satisfiable(self, assumptions: Iterable[int]) -> bool:
        """Is there a configuration in which all assumptions hold?"""
        with self._lock:
            return bool(self._solver.solve(assumptions=list(assumptions)))

    def witness(self, assumptions: Iterable[int]) -> list[int] | None:
        """A satisfying model as literals (variable v at index v - 1), or None."""
        with self._lock:
            if not self._solver.solve(assumptions=list(assumptions)):
                return None
            model: list[int] = self._solver.get_model()
            return model

    def core(self, assumptions: Iterable[int]) -> list[int] | None:
        """Assumptions that contradict each other, or None if they do not. Not minimal."""
        with self._lock:
            if self._solver.solve(assumptions=list(assumptions)):
                return None
            return list(self._solver.get_core() or [])

    def implied(self, assumptions: Iterable[int]) -> list[int] | None:
        """What unit propagation concludes, or None where it finds a contradiction."""
        with self._lock:
            consistent, literals = self._solver.propagate(assumptions=list(assumptions))
            return list(literals) if consistent else None
