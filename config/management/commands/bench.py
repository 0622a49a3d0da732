"""Measure, beside a baseline in the same run. The benchmarks themselves live under tests/bench."""

import importlib
import json
from argparse import ArgumentParser
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


@dataclass(frozen=True, slots=True)
class Goal:
    name: str
    value: float
    goal: str
    ok: bool


@dataclass(slots=True)
class Report:
    """What a benchmark found: rows for people, figures and goals for machines."""

    head: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    goals: list[Goal] = field(default_factory=list)

    def goal(
        self,
        name: str,
        value: float,
        *,
        at_most: float | None = None,
        at_least: float | None = None,
    ) -> None:
        """One of the two bounds."""
        if at_least is not None:
            goal, is_met = f">= {at_least}", value >= at_least
        elif at_most is not None:
            goal, is_met = f"<= {at_most}", value <= at_most
        else:
            raise ValueError(f"{name}: a goal needs a bound")
        self.goals.append(Goal(name, round(value, 3), goal, is_met))


class Command(BaseCommand):
    help = "Measure one thing: ./manage.py bench order"

    def add_arguments(self, parser: ArgumentParser) -> None:
        folder = Path(settings.BASE_DIR) / "tests" / "bench"
        names = sorted(path.stem for path in folder.glob("[a-z]*.py"))
        parser.add_argument("name", choices=names)
        parser.add_argument("--rounds", type=int, default=20, help="Repeats of each page.")

    def handle(self, *args: Any, **options: Any) -> None:
        module = importlib.import_module(f"tests.bench.{options['name']}")
        report: Report = module.run(rounds=options["rounds"])
        lines = [report.head, *report.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for first, *others in lines:
            cells = [first.ljust(widths[0]), *map(str.rjust, others, widths[1:])]
            self.stdout.write("  ".join(cells).rstrip())
        for goal in report.goals:
            mark = "ok  " if goal.ok else "MISS"
            self.stdout.write(f"{mark} {goal.name}: {goal.value} (goal {goal.goal})")
        result = {
            "bench": options["name"],
            "figures": report.figures,
            "goals": [asdict(goal) for goal in report.goals],
        }
        self.stdout.write(json.dumps(result))
