"""What a storm found: a table for people, and one line for machines."""

import json
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg

from config.management.commands.bench import Goal
from tests.storm.run import Outcome
from tests.storm.truths import Violation

SAMPLES = 5  # of each violation
RELEASED_P95_S = 2.0  # from paid to released, in a calm run
RELEASED_AT_ALL_S = 90.0  # with the broker dead and no event delivered
RECOVERED_S = 60.0  # from the last fault to the last release

STATES = "SELECT status, count(*) FROM shop_order GROUP BY status ORDER BY status"
# When a card payment that nothing held back was released.
RELEASED = """
    SELECT payment.session_id, clearance.cleared_at
    FROM shop_paymentclearance AS clearance
    JOIN shop_payment AS payment ON payment.id = clearance.payment_id
    WHERE payment.method = 'card' AND NOT EXISTS (
        SELECT FROM shop_paymenthold AS hold
        WHERE hold.order_id = clearance.order_id AND hold.opened_at <= clearance.cleared_at)
"""


@dataclass(slots=True)
class Report:
    sections: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    goals: list[Goal] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.problems

    def lines(self) -> Iterator[str]:
        width = max(len(name) for _, rows in self.sections for name, _ in rows)
        for title, rows in self.sections:
            if rows:
                yield f"\n  {title}"
                yield from (f"    {name:<{width}}  {value:>10}" for name, value in rows)
        yield ""
        for goal in self.goals:
            yield f"  {'ok  ' if goal.ok else 'MISS'} {goal.name}: {goal.value} (goal {goal.goal})"
        yield from (f"  {problem}" for problem in self.problems)

    def json_line(self) -> str:
        goals = [asdict(goal) for goal in self.goals]
        return json.dumps({"bench": "storm", "figures": self.figures, "goals": goals})


def report(outcome: Outcome, violations: Sequence[Violation]) -> Report:
    """Everything that is worth telling, and whether the storm was weathered."""
    made = Report()
    _people(made, outcome)
    _faults(made, outcome)
    _webhooks(made, outcome)
    _times(made, outcome)
    found: Counter[str] = Counter()
    for one in violations:
        found[one.invariant] += one.count
    made.figures["violations"] = dict(found)
    made.figures["schedule"] = outcome.schedule.digest
    made.goals.append(Goal("violations", found.total(), "<= 0", not found))
    for one in violations:
        made.problems.append(f"{one.invariant} ({one.count}): {one.sentence}")
        made.problems.extend(f"    {sample}" for sample in one.samples[:SAMPLES])
    made.problems.extend(f"not at rest: {trouble}" for trouble in outcome.unrest)
    made.problems.extend(f"lost the way: {story}" for story in outcome.fates.lost)
    return made


def _people(made: Report, outcome: Outcome) -> None:
    deeds = Counter(client.deed for client in outcome.schedule.clients)
    made.sections.append(("Customers, by what they did", _rows(deeds)))
    with psycopg.connect(outcome.world.dsn) as connection:
        states = dict(connection.execute(STATES).fetchall())
    made.sections.append(("Orders, by where they ended", _rows(states)))
    fates, notes = outcome.fates, _notes(outcome)
    answers = Counter(str(note["status"] or "none") for note in notes if note["kind"] == "error")
    made.sections.append(("Errors that customers saw, by status", _rows(answers)))
    made.figures |= {
        "customers": len(outcome.schedule.clients),
        "orders": sum(states.values()),
        "orders_by_state": states,
        "gave_up": len(fates.gave_up),
        "lost_the_way": len(fates.lost),
        "errors_seen": dict(answers),
        "pages": sum(1 for note in notes if note["kind"] == "page"),
    }
    made.sections.append(("Customers who gave up", [(story, "") for story in fates.gave_up]))


def _faults(made: Report, outcome: Outcome) -> None:
    facts = outcome.world.faults
    kills = Counter(fact.target for fact in facts if fact.kind == "kill")
    others = Counter(fact.kind for fact in facts if fact.kind in {"flush", "down"})
    alone = {f"{name} ended by itself": count for name, count in outcome.ended_alone.items()}
    made.sections.append(("Kills, by process", _rows(kills)))
    made.sections.append(("Other faults", _rows({**others, **alone})))
    made.figures |= {
        "kills": kills.total(),
        "kills_by_process": dict(kills),
        "ended_alone": outcome.ended_alone,
    }


def _webhooks(made: Report, outcome: Outcome) -> None:
    state: Any = outcome.cashier
    kinds = {f"event: {name}": count for name, count in state["deliveries"].items()}
    kinds |= {f"forged: {name}": count for name, count in state["mischief_sent"].items()}
    if "forged: copy" in kinds:
        kinds["copy"] = kinds.pop("forged: copy")
    made.sections.append(("Webhooks, by kind", _rows(kinds)))
    delivered = state["deliveries"].get("delivered", 0) + sum(state["mischief_sent"].values())
    made.figures |= {"webhooks": delivered, "webhooks_by_kind": kinds}


def _times(made: Report, outcome: Outcome) -> None:
    waits = _waits(outcome)
    rows, faults = [], outcome.plan.faults
    for name, seconds in waits.items():
        if seconds:
            p50, p95 = statistics.median(seconds), _p95(seconds)
            shown = f"{p50:.2f} / {p95:.2f} / {max(seconds):.2f} s"
            rows.append((f"{name}: p50 / p95 / max of {len(seconds)}", shown))
    made.sections.append(("Paid → released", rows))
    every = waits["all"]
    if every:
        made.figures["released_p50_s"] = round(statistics.median(every), 3)
        made.figures["released_p95_s"] = round(_p95(every), 3)
        made.figures["released_max_s"] = round(max(every), 3)
        if faults.no_valkey:
            _goal(made, "paid → released, broker dead, max s", max(every), RELEASED_AT_ALL_S)
        elif not outcome.world.faults:
            _goal(made, "paid → released, calm, p95 s", _p95(every), RELEASED_P95_S)
    if recovery := _recovery(outcome):
        _goal(made, "recovery after the last fault, s", recovery, RECOVERED_S)
        made.figures["recovery_s"] = round(recovery, 3)
    if outcome.world.quiet_at:
        lasted = outcome.world.quiet_at - outcome.world.started_at
        made.figures["seconds"] = round(lasted.total_seconds(), 1)


def _waits(outcome: Outcome) -> dict[str, list[float]]:
    """Seconds from the cashier's answer to the release, by whether the customer came back."""
    comes_back = {client.number: client.comes_back for client in outcome.schedule.clients}
    waits: dict[str, list[float]] = {"all": [], "came back": [], "closed the window": []}
    for _session, client, paid_at, released_at in _releases(outcome):
        seconds = max((released_at - paid_at).total_seconds(), 0.0)
        waits["all"].append(seconds)
        waits["came back" if comes_back[client] else "closed the window"].append(seconds)
    return waits


def _recovery(outcome: Outcome) -> float:
    """Seconds from the last fault, or from a later payment, to the last release."""
    last = outcome.world.last_fault_at
    late = [
        (released_at - max(paid_at, last)).total_seconds()
        for _session, _client, paid_at, released_at in _releases(outcome)
        if last and released_at > last
    ]
    return max(late, default=0.0)


def _releases(outcome: Outcome) -> Iterator[tuple[str, int, datetime, datetime]]:
    with psycopg.connect(outcome.world.dsn) as connection:
        released = dict(connection.execute(RELEASED).fetchall())
    told: set[str] = set()
    for note in _notes(outcome):
        session = note["session"]
        if note["kind"] == "paid" and session in released and session not in told:
            told.add(session)
            paid_at = datetime.fromisoformat(note["at"])
            yield session, note["client"], paid_at, released[session].astimezone(UTC)


def _notes(outcome: Outcome) -> list[dict[str, Any]]:
    return [json.loads(line) for line in outcome.world.seen.read_text().splitlines()]


def _rows(counts: Any) -> list[tuple[str, str]]:
    return [(str(name).replace("_", " "), f"{count:,}") for name, count in counts.items()]


def _goal(made: Report, name: str, value: float, at_most: float) -> None:
    made.goals.append(Goal(name, round(value, 3), f"<= {at_most:g}", value <= at_most))


def _p95(seconds: Sequence[float]) -> float:
    if len(seconds) == 1:
        return seconds[0]
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]
