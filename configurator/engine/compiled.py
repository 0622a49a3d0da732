"""A model made ready to answer: classes, rule masks and solvers, kept per model identity."""

from collections import OrderedDict
from functools import cached_property
from threading import Lock

from configurator.engine.atoms import Atom, atoms_of
from configurator.engine.circuit.answers import CircuitAnswers
from configurator.engine.circuit.lines import Lines
from configurator.engine.circuit.moves import Moves
from configurator.engine.circuit.rungs import circuit_for
from configurator.engine.classes import classify
from configurator.engine.cnf import encode
from configurator.engine.costs import Costs
from configurator.engine.masks import RuleMask
from configurator.engine.nodes import Model, Rule
from configurator.engine.price import PriceBook
from configurator.engine.references import problems
from configurator.engine.solver import Solver

KEPT_BOOKS = 4  # of one model
KEPT_MODELS = 16  # a shop has a handful of live versions; one costs a few megabytes


class Compiled:
    """Everything derived from a model that does not depend on choices or prices."""

    def __init__(self, model: Model) -> None:
        for problem in problems(model):
            raise problem
        self.model = model
        self.classed = classify(model)
        self.cnf = encode(self.classed)
        self.rules = tuple(RuleMask(self.classed, atoms) for _, atoms in self.classed.rules)
        self.rules_of = tuple(
            tuple(index for index, rule in enumerate(self.rules) if g in rule.groups)
            for g in range(len(self.classed.groups))
        )
        self.possible_cache: OrderedDict[object, tuple[int, ...]] = OrderedDict()
        self._priced: OrderedDict[int, tuple[PriceBook | None, Lines, Moves]] = OrderedDict()

    @property
    def circuit(self) -> CircuitAnswers | None:
        """What answers quicker than the solver, where an artefact has been handed over."""
        return circuit_for(self.classed)

    def priced(self, book: PriceBook | None) -> tuple[Lines, Moves]:
        """The model at the prices of a book, as arrays. Raises MissingPrice, TotalTooLarge."""
        found = self._priced.get(id(book))
        if found is None:
            lines = Lines(self.classed, Costs(self.classed, book))
            # The book is kept, so that no other one can come to have its id.
            found = self._priced[id(book)] = (book, lines, Moves(lines))
            if len(self._priced) > KEPT_BOOKS:
                self._priced.popitem(last=False)
        return found[1:]

    @cached_property
    def every_rule(self) -> tuple[tuple[Rule, tuple[Atom, ...]], ...]:
        """Every rule with its atoms, in model order: those that only advise, too."""
        return tuple((rule, atoms_of(rule)) for rule in self.model.rules)

    @cached_property
    def solver(self) -> Solver:
        """All rules hold. It looks for models with many classes, each of them a witness."""
        solver = Solver(self.cnf)
        solver.prefer(
            [
                self.cnf.class_literal(g, number)
                for g, group in enumerate(self.classed.groups)
                for number in range(group.size)
            ]
        )
        return solver

    @cached_property
    def is_void(self) -> bool:
        """Do the rules allow no configuration at all?"""
        return not self.solver.is_satisfiable([])

    @cached_property
    def optional_rules_solver(self) -> Solver:
        """A rule holds where its selector is assumed; only explanations need it."""
        return Solver(self.cnf, rules_are_optional=True)


_compiled: OrderedDict[str, Compiled] = OrderedDict()
_lock = Lock()


def compile_model(model: Model) -> Compiled:
    """The compiled form of a model, from the cache if it was asked for lately.

    Raises ModelFormatError when the model refers to what it does not have.
    """
    key = model.sha256
    with _lock:
        if key not in _compiled:
            _compiled[key] = Compiled(model)
            if len(_compiled) > KEPT_MODELS:
                _compiled.popitem(last=False)
        _compiled.move_to_end(key)
        return _compiled[key]
