"""Killing what the shop runs on, one piece at a time, and starting it again.

Everything here is called by the main thread: a process is tied to the life of the thread that
started it, so that nothing outlives a storm.
"""

import itertools
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import redis

from config.demo import house
from config.demo.processes import Child
from config.demo.run import OpenShop
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey
from tests.storm.schedule import Fault
from tests.storm.world import FaultFact

CHILDREN = ("web", "worker", "beat", "relay", "relay-2", "cashier", "mailsink")
STEADY_S = 5.0  # a process is not killed while it is still starting
NEVER = float("inf")


class Town:
    """The processes of an open shop. `facts` is what was really done to them."""

    def __init__(self, shop: OpenShop) -> None:
        self._shop = shop
        self.facts: list[FaultFact] = []
        self.ended_alone: Counter[str] = Counter()  # without anybody having killed them
        self._back_at: dict[str, float] = {}
        self._began: dict[str, float] = {}
        self._relays = itertools.cycle(("relay", "relay-2"))

    def open_a_second_relay(self) -> None:
        child = self._shop.supervisor.start(replace(house.relay(), name="relay-2"))
        child.wait_until_ready()

    def shut_for_good(self, name: str) -> None:
        """Down for the whole storm."""
        self._server(name).stop()
        self._back_at[name] = NEVER
        self._note("down", name)

    def inflict(self, fault: Fault) -> bool:
        """False when the target is not up yet: ask again later."""
        if fault.kind == "flush":
            return self._flush()
        name = next(self._relays) if fault.target == "relay" else fault.target
        if not self._is_steady(name) or not self._strike(name, fault.way):
            return False
        self._note("kill", fault.target)
        if fault.way != "child":  # its parent sees to that
            self._back_at[name] = time.monotonic() + fault.down_s
        return True

    def look_after(self) -> None:
        """Start again whose time has come, and whoever ended alone."""
        now = time.monotonic()
        for name in self._ended():
            if name not in self._back_at:
                self.ended_alone[name] += 1
                self._back_at[name] = now
            elif now >= self._back_at[name]:
                self._start(name)
                del self._back_at[name]
                self._began[name] = now
                self._note("up", name)

    @property
    def is_whole(self) -> bool:
        """Everything runs that shall ever run again, and the shop answers."""
        is_coming = any(at < NEVER for at in self._back_at.values())
        return not is_coming and house.answers(self._shop.place.url("shop", "/healthz"))

    def _ended(self) -> Iterator[str]:
        for name in CHILDREN:
            if not self._child(name).is_running:
                yield name
        for name in ("postgres", "valkey"):
            if not self._server(name).is_alive:
                yield name

    def _start(self, name: str) -> None:
        if name in CHILDREN:
            child = self._child(name)
            child.end_what_is_left()
            child.start()
        else:
            self._server(name).start()

    def _strike(self, name: str, way: str) -> bool:
        leader = self._pid(name)
        if leader is None:
            return False
        try:
            match way:
                case "child":
                    os.kill(_eldest_child(leader), signal.SIGKILL)
                case "main":
                    os.kill(leader, signal.SIGKILL)
                case "immediate":
                    os.kill(leader, signal.SIGQUIT)
                case _:
                    os.killpg(leader, signal.SIGKILL)
        except (ProcessLookupError, LookupError):
            return False
        return True

    def _flush(self) -> bool:
        """The broker forgets all it holds."""
        try:
            with redis.Redis.from_url(self._shop.servers.valkey.url, socket_timeout=2) as broker:
                broker.flushall()
        except redis.RedisError:
            return False
        self._note("flush", "valkey")
        return True

    def _is_steady(self, name: str) -> bool:
        is_young = time.monotonic() - self._began.get(name, 0.0) < STEADY_S
        return name not in self._back_at and not is_young

    def _pid(self, name: str) -> int | None:
        if name not in CHILDREN:
            return self._server(name).pid
        process = self._child(name).process
        return process.pid if process else None

    def _child(self, name: str) -> Child:
        return self._shop.supervisor.child(name)

    def _server(self, name: str) -> Postgres | Valkey:
        return self._shop.servers.postgres if name == "postgres" else self._shop.servers.valkey

    def _note(self, kind: str, target: str) -> None:
        self.facts.append(FaultFact(at=datetime.now(UTC), kind=kind, target=target))


def _eldest_child(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    if not children:
        raise LookupError(f"process {pid} has no children")
    return int(children[0])
