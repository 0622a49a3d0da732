"""The storm over a shop that is wrong in one place, for each of the seeded bugs: is it noticed?"""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from typing import Any

from config.demo.screen import Screen
from config.demo.surroundings import PROJECT
from config.management.commands.bench import Goal
from tests.storm.bugs import BUGS, Bug


def try_every_bug(screen: Screen, *, seed: int) -> int:
    """The exit code: 0 when every bug broke what it is said to break."""
    screen.say(f"{len(BUGS)} seeded bugs, each in a storm of its own, seed {seed}\n")
    caught: dict[str, list[str]] = {}
    for bug in BUGS.values():
        began = time.monotonic()
        caught[bug.name] = broken_by(bug, seed=seed)
        verdict = f"caught: {', '.join(caught[bug.name])}" if caught[bug.name] else "MISSED"
        screen.say(f"  {bug.name:<28} {verdict:<24} {time.monotonic() - began:5.0f} s")
        screen.say(f"      {bug.sentence}")
    missed = [name for name, invariants in caught.items() if not invariants]
    goal = Goal("seeded bugs missed", len(missed), "<= 0", not missed)
    figures = {"bugs": len(BUGS), "caught": len(BUGS) - len(missed), "by_bug": caught}
    screen.say(f"\n  {len(BUGS) - len(missed)} of {len(BUGS)} caught")
    screen.say(json.dumps({"bench": "storm-bugs", "figures": figures, "goals": [asdict(goal)]}))
    return 1 if missed else 0


def broken_by(bug: Bug, *, seed: int) -> list[str]:
    """Those of the invariants it is said to break that a storm of its own found broken."""
    found = figures_of("--bug", bug.name, "--seed", str(seed)).get("violations", {})
    return [invariant for invariant in bug.catches if found.get(invariant)]


def figures_of(*arguments: str) -> dict[str, Any]:
    """What a storm in a process of its own found; nothing when it broke down."""
    done = subprocess.run(
        [sys.executable, str(PROJECT / "manage.py"), "storm", "--forget", *arguments],
        env={**os.environ, "CARTWRIGHT_NO_BOOTSTRAP": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.strip().splitlines() or [""]
    try:
        return dict(json.loads(lines[-1])["figures"])
    except (ValueError, KeyError):
        sys.stderr.write(done.stdout + done.stderr)
        return {}
