"""What a click costs the engine: the model's circuit beside the incremental solver, in CPU time.

Random sessions over the demo's machines and the feature models of the tests. Both answer the
same questions in the same run: every option of every group, after each choice. Nothing that was
answered before is remembered; the solver keeps what it learns, as it does in the shop.
"""

import random
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from config.management.commands.bench import Report
from configurator.engine.__main__ import read
from configurator.engine.circuit.artefact import to_bytes
from configurator.engine.circuit.passes import warm_up
from configurator.engine.circuit.rungs import circuit_for, do_without, publish, use_artefact
from configurator.engine.classes import ClassedModel, classify
from configurator.engine.compiled import Compiled
from configurator.engine.evaluate import evaluate
from configurator.engine.explain import explain
from configurator.engine.ir import Model
from configurator.engine.optimise import Proposal, cheapest, quickest, within_budget
from configurator.engine.possible import possible_classes
from configurator.engine.repair import repair
from configurator.engine.sessions import by_circuit, click_through
from tests.demo.catalogue_models import book, model

RUNGS = ("circuit", "solver")
MACHINES = ("compact", "atelier", "bench")
FEATURE_MODELS = Path(__file__).parents[1] / "configurator" / "engine" / "models"
HEAD = ("", "classes", "publish s", "load ms", "kB", "p50 ms", "p99 ms", "solver p50", "solver p99")
LONGEST = 14  # choices; a machine has seventeen groups
CHECKED_SESSIONS = 3
CHECKS = 20_000

type Fixed = dict[int, int]


def run(*, rounds: int) -> Report:
    report = Report(head=HEAD)
    warm_up()
    checked = mismatches = 0
    for slug in MACHINES:
        found = add_machine(report, slug, rounds)
        checked, mismatches = checked + found[0], mismatches + found[1]
    for path in sorted(FEATURE_MODELS.glob("*.dimacs")):
        add_feature_model(report, path, rounds)
    figures = report.figures
    report.figures["checks"] = {"checked": checked, "mismatches": mismatches}
    report.goal("options the solver judges differently", mismatches, at_most=0)
    report.goal(f"checks short of {CHECKS}", max(CHECKS - checked, 0), at_most=0)
    report.goal("bench, click p50 ms", figures["bench"]["p50_ms"], at_most=1)
    report.goal("bench, click p99 ms", figures["bench"]["p99_ms"], at_most=3)
    report.goal("bench, click as a share of the solver's", figures["bench"]["share"], at_most=0.01)
    report.goal("bench, publish s", figures["bench"]["publish_s"], at_most=60)
    report.goal("bench, cold load ms", figures["bench"]["load_ms"], at_most=100)
    report.goal("automotive01, click p50 ms", figures["automotive01"]["p50_ms"], at_most=2)
    report.goal("automotive01, click p99 ms", figures["automotive01"]["p99_ms"], at_most=4)
    add_whole_answers(report, rounds)
    add_reasons(report, rounds)
    add_wishes(report, rounds)
    return report


def add_machine(report: Report, slug: str, rounds: int) -> tuple[int, int]:
    """One machine by circuit and by solver; (options checked, mismatches)."""
    product = model(slug)
    published = publish_and_load(product)
    compiled = Compiled(product)
    states = list(random_states(compiled, rounds))
    circuit_ms = timed(compiled, states)
    do_without(product.sha256)
    compiled.solver.is_satisfiable([])  # made before it is measured, like the circuit
    solver_ms = timed(compiled, states)
    use_artefact(product.sha256, published.artefact)
    add(report, slug, compiled.classed, published, circuit_ms=circuit_ms, solver_ms=solver_ms)
    answers = circuit_for(compiled.classed)
    assert answers is not None
    clicks = click_through(
        compiled.classed, by_circuit(answers), sessions=CHECKED_SESSIONS, seed=3, check=True
    )
    return clicks.checked, clicks.mismatches


def add_feature_model(report: Report, path: Path, rounds: int) -> None:
    """One feature model by circuit; the solver takes too long for a bench."""
    product = read(path)
    classed = classify(product)
    published = publish_and_load(product)
    answers = circuit_for(classed)
    assert answers is not None
    clicks = click_through(classed, by_circuit(answers), sessions=rounds, seed=3, check=False)
    add(report, path.stem, classed, published, circuit_ms=clicks.cpu_ms)


class Published:
    """An artefact, the seconds that making it took, and the milliseconds of loading it."""

    def __init__(self, artefact: bytes, seconds: float, load_ms: float) -> None:
        self.artefact, self.seconds, self.load_ms = artefact, seconds, load_ms


def publish_and_load(product: Model) -> Published:
    began = time.perf_counter()
    told, artefact = publish(product)
    seconds = time.perf_counter() - began
    if artefact is None:
        raise LookupError(f"{product.code} has no circuit: {told.reason}")
    classed = classify(product)
    began = time.thread_time()
    use_artefact(product.sha256, artefact)
    answers = circuit_for(classed)
    assert answers is not None
    answers.possible({})
    return Published(artefact, seconds, 1e3 * (time.thread_time() - began))


def random_states(compiled: Compiled, sessions: int) -> Iterator[Fixed]:
    """The choices before each click of random sessions."""
    rng = random.Random(5)  # noqa: S311 - to be repeated, not to be secret
    groups = range(len(compiled.classed.groups))
    for _ in range(sessions):
        fixed: Fixed = {}
        for _ in range(LONGEST):
            yield dict(fixed)
            masks = possible_classes(compiled, fixed, groups, {})
            free = [g for g in groups if g not in fixed and masks[g].bit_count() > 1]
            if not free:
                break
            g = rng.choice(free)
            fixed[g] = rng.choice([c for c in range(masks[g].bit_length()) if masks[g] >> c & 1])


def timed(compiled: Compiled, states: Iterable[Fixed]) -> list[float]:
    """CPU milliseconds of each answer."""
    groups = range(len(compiled.classed.groups))
    costs = []
    for fixed in states:
        compiled.possible_cache.clear()
        began = time.thread_time()
        possible_classes(compiled, fixed, groups, {})
        costs.append(1e3 * (time.thread_time() - began))
    return costs


def quantile(costs: Sequence[float], share: float) -> float:
    ordered = sorted(costs)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def add(
    report: Report,
    name: str,
    classed: ClassedModel,
    published: Published,
    *,
    circuit_ms: Sequence[float],
    solver_ms: Sequence[float] | None = None,
) -> None:
    found = {
        "classes": sum(group.size for group in classed.groups),
        "publish_s": round(published.seconds, 2),
        "load_ms": round(published.load_ms, 2),
        "kb": round(len(published.artefact) / 1e3, 1),
        "p50_ms": round(quantile(circuit_ms, 0.5), 3),
        "p99_ms": round(quantile(circuit_ms, 0.99), 3),
    }
    if solver_ms is not None:
        found["solver_p50_ms"] = round(quantile(solver_ms, 0.5), 2)
        found["solver_p99_ms"] = round(quantile(solver_ms, 0.99), 2)
    cells = [str(value) for value in found.values()]
    report.rows.append((name, *cells, *[""] * (len(HEAD) - 1 - len(cells))))
    if solver_ms is not None:
        found["share"] = round(quantile(circuit_ms, 0.5) / quantile(solver_ms, 0.5), 5)
    report.figures[name] = found


def add_whole_answers(report: Report, rounds: int) -> None:
    """All that a page is told: every option of the bench with its price and named changes."""
    product, prices = model("bench"), book("bench")
    compiled = Compiled(product)
    costs = []
    for fixed in random_states(compiled, rounds):
        choices = {
            held.group.code: held.specimen(fixed[g]).code
            for g, held in enumerate(compiled.classed.groups)
            if g in fixed
        }
        began = time.thread_time()
        evaluate(product, choices, book=prices)
        costs.append(1e3 * (time.thread_time() - began))
    p50, p99 = quantile(costs, 0.5), quantile(costs, 0.99)
    report.rows.append(("bench, whole answer", "", "", "", "", f"{p50:.3f}", f"{p99:.3f}", "", ""))
    report.figures["whole answer"] = {"p50_ms": round(p50, 3), "p99_ms": round(p99, 3)}


def add_reasons(report: Report, rounds: int) -> None:
    """Explanations and repairs of impossible options of the bench."""
    product, prices = model("bench"), book("bench")
    compiled = Compiled(product)
    asked = list(impossible_options(compiled, rounds))
    group, option, choices = asked[0]
    repair(product, choices, keep=(group, option), book=prices)  # warms up
    told, sentences, repaired = [], [], []
    for group, option, choices in asked:
        began = time.thread_time()
        explanation = explain(product, choices, group, option)
        told.append(1e3 * (time.thread_time() - began))
        sentences.append(len(explanation.sentences))
        began = time.thread_time()
        repair(product, choices, keep=(group, option), book=prices)
        repaired.append(1e3 * (time.thread_time() - began))
    for name, costs, most in (("explanation", told, 20), ("repair", repaired, 50)):
        p50, p99 = quantile(costs, 0.5), quantile(costs, 0.99)
        cells = ["", "", "", "", f"{p50:.3f}", f"{p99:.3f}", "", ""]
        report.rows.append((f"bench, {name}", *cells))
        report.figures[name] = {"p50_ms": round(p50, 3), "p99_ms": round(p99, 3)}
        report.goal(f"bench, {name} p99 ms", p99, at_most=most)
    report.goal("sentences of an explanation, median", quantile(sentences, 0.5), at_most=3)


def impossible_options(
    compiled: Compiled, rounds: int
) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """(group, option, choices that rule it out): one a state, where the model itself allows it."""
    rng = random.Random(9)  # noqa: S311 - as above
    groups = compiled.classed.groups
    open_masks = possible_classes(compiled, {}, range(len(groups)), {})
    for fixed in random_states(compiled, rounds):
        masks = possible_classes(compiled, fixed, range(len(groups)), {})
        blocked = [
            (g, number)
            for g, group in enumerate(groups)
            for number in range(group.size)
            if open_masks[g] >> number & 1 and not masks[g] >> number & 1
        ]
        if blocked:
            g, number = rng.choice(blocked)
            choices = by_code(compiled, fixed)
            yield groups[g].group.code, groups[g].specimen(number).code, choices


def by_code(compiled: Compiled, fixed: Fixed) -> Mapping[str, str]:
    """Fixed classes as choices: the first option of each."""
    groups = compiled.classed.groups
    return {groups[g].group.code: groups[g].specimen(c).code for g, c in fixed.items()}


def add_wishes(report: Report, rounds: int) -> None:
    """The cheapest, the quickest and what fits a budget, on the bench: by circuit and by search."""
    product = model("bench")
    compiled = Compiled(product)
    states = [by_code(compiled, fixed) for fixed in random_states(compiled, rounds)]
    answers = circuit_for(compiled.classed)
    assert answers is not None
    found: dict[str, dict[str, float]] = {}
    for rung, most in (("circuit", 20), ("solver", 300)):
        if rung == "solver":
            do_without(product.sha256)
        for name, costs, proven in wishes(product, states):
            p50, p99 = quantile(costs, 0.5), quantile(costs, 0.99)
            figures = found.setdefault(name, {})
            figures[f"{rung}_p50_ms"], figures[f"{rung}_p99_ms"] = round(p50, 2), round(p99, 2)
            figures[f"{rung}_proven"] = round(proven, 3)
            report.goal(f"bench, {name} by {rung} p99 ms", p99, at_most=most)
    use_artefact(product.sha256, to_bytes(answers.artefact))
    for name, figures in found.items():
        cells = [f"{figures[f'{rung}_{q}_ms']:.2f}" for rung in RUNGS for q in ("p50", "p99")]
        report.rows.append((f"bench, {name}", "", "", "", "", *cells))
        report.figures[name] = figures


def wishes(
    product: Model, states: Sequence[Mapping[str, str]]
) -> Iterator[tuple[str, list[float], float]]:
    """(wish, CPU milliseconds of each, share of the proposals that are proven best)."""
    prices = book("bench")
    shares = (0.9, 0.6, 0.3, 0.1)  # of the way from the cheapest up to the present total
    budgets = []
    for number, choices in enumerate(states):
        least = cheapest(product, choices, book=prices)
        budgets.append(least.total_minor - round(least.delta_minor * shares[number % 4]))
    asked: dict[str, Callable[[int], Proposal]] = {
        "cheapest": lambda i: cheapest(product, states[i], book=prices),
        "quickest": lambda i: quickest(product, states[i], book=prices, days=days),
        "budget": lambda i: within_budget(product, states[i], book=prices, budget_minor=budgets[i]),
    }
    for name, ask in asked.items():
        costs, proven = [], 0
        for i in range(len(states)):
            began = time.thread_time()
            proven += ask(i).is_exact
            costs.append(1e3 * (time.thread_time() - began))
        yield name, costs, proven / len(states)


def days(group: str, option: str, pieces: int) -> int | None:
    """Two of five in stock, one of twenty unknown, the others within four weeks."""
    drawn = zlib.crc32(f"{group}.{option}".encode()) % 20
    return None if drawn == 0 else 0 if drawn <= 8 else drawn + pieces
