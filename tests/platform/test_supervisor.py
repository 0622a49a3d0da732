"""The demo's processes: ready, revived, stopped, and never left behind."""

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.demo import processes
from config.demo.errors import DemoError
from config.demo.processes import Spec, Supervisor
from config.demo.run import the_only_demo_of
from config.demo.screen import Screen
from config.embedded.identity import ProcessRecord
from config.embedded.waiting import wait_until

PROJECT = Path(__file__).resolve().parents[2]
WAITING = "print('here', flush=True); import threading; threading.Event().wait()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAITING


def python(name: str, script: str, **options) -> Spec:
    command = (sys.executable, "-c", script)
    return Spec(name=name, title=name.title(), command=command, **options)


def supervisor_of(folder: Path) -> Supervisor:
    return Supervisor(project=PROJECT, log_folder=folder / "logs", record_folder=folder / "run")


@pytest.fixture
def supervisor(tmp_path):
    found = supervisor_of(tmp_path)
    yield found
    found.stop()


def test_a_child_is_ready_when_its_log_says_so(supervisor):
    child = supervisor.start(python("web", WAITING, ready_words="here"))
    child.wait_until_ready()
    assert child.is_running


def test_a_child_that_was_ready_once_has_started_however_slowly_it_answers_next(supervisor):
    answers = iter([False, True, False])
    spec = python("web", WAITING, is_ready=lambda: next(answers))
    supervisor.start(spec).wait_until_ready()
    assert next(answers) is False  # not asked again


def test_a_child_that_ends_at_once_is_told_with_its_last_words(supervisor):
    child = supervisor.start(python("web", "raise SystemExit('the port is taken')", is_ready=bool))
    with pytest.raises(DemoError, match=r"Web did not start.*the port is taken"):
        child.wait_until_ready()


def test_a_child_that_dies_is_started_again_and_said_so(supervisor):
    child = supervisor.start(python("worker", WAITING, ready_words="here"))
    child.wait_until_ready()
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    said: list[str] = []

    def runs_again() -> bool:
        supervisor.revive(said.append)
        return child.is_running and child.process.pid != first

    assert wait_until(runs_again, within_s=20)
    assert "Worker ended (killed by SIGKILL); starting it again" in said[0]


def test_a_child_that_keeps_dying_is_given_longer_and_longer_pauses(supervisor, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(processes.time, "monotonic", lambda: clock[0])
    child = supervisor.start(python("beat", "raise SystemExit(3)"))
    pauses = []
    for _ in range(4):
        child.process.wait()
        supervisor.revive(lambda _text: None)
        pauses.append(child.next_start - clock[0])
        clock[0] = child.next_start
        supervisor.revive(lambda _text: None)
    assert pauses == [1, 2, 4, 8]


def test_all_stop_in_reverse_order_helpers_last_and_leave_no_record(
    tmp_path, supervisor, monkeypatch
):
    stopped: list[str] = []
    stop = processes.Child.stop

    def noting(child, **options) -> None:
        stopped.append(child.spec.name)
        stop(child, **options)

    monkeypatch.setattr(processes.Child, "stop", noting)
    supervisor.start(python("helper", WAITING, is_helper=True))
    for name in ("first", "second"):
        supervisor.start(python(name, WAITING))
    supervisor.stop()
    assert stopped == ["second", "first", "helper"]
    assert list((tmp_path / "run").iterdir()) == []


def test_one_that_will_not_stop_is_killed(supervisor, monkeypatch):
    monkeypatch.setattr(processes.Child.stop, "__kwdefaults__", {"within_s": 0.2})
    child = supervisor.start(python("stubborn", STUBBORN, ready_words="here"))
    child.wait_until_ready()
    supervisor.stop()
    assert not child.is_running


def test_orphans_of_a_killed_demo_are_ended(tmp_path):
    orphan = subprocess.Popen([sys.executable, "-c", WAITING], start_new_session=True)
    (tmp_path / "run").mkdir()
    ProcessRecord.of(orphan.pid).write(tmp_path / "run/web.json")
    assert supervisor_of(tmp_path).end_orphans() == ["web"]
    assert orphan.wait(timeout=10) != 0


def test_a_stranger_with_an_orphan_s_number_is_left_alone(tmp_path):
    stranger = subprocess.Popen([sys.executable, "-c", WAITING], start_new_session=True)
    (tmp_path / "run").mkdir()
    ProcessRecord(pid=stranger.pid, began="another time").write(tmp_path / "run/web.json")
    assert supervisor_of(tmp_path).end_orphans() == []
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells of a parent")
def test_children_of_a_killed_demo_end_with_it(tmp_path):
    script = (
        "import sys, threading\n"
        "from pathlib import Path\n"
        "from config.demo.processes import Spec, Supervisor\n"
        "folder = Path(sys.argv[1])\n"
        "boss = Supervisor(project=folder, log_folder=folder / 'l', record_folder=folder / 'r')\n"
        f"command = (sys.executable, '-c', {WAITING!r})\n"
        "boss.start(Spec('x', command, 'X', ready_words='here')).wait_until_ready()\n"
        "print('started', flush=True)\n"
        "threading.Event().wait()\n"
    )
    demo = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout.readline() == "started\n"
    record = ProcessRecord.read(tmp_path / "r/x.json")
    demo.kill()
    demo.wait()
    demo.stdout.close()
    assert wait_until(lambda: not record.is_alive, within_s=10)


def test_a_second_demo_over_the_same_data_is_told_about_the_first(tmp_path):
    with (
        the_only_demo_of(tmp_path),
        pytest.raises(DemoError, match="runs already over"),
        the_only_demo_of(tmp_path),
    ):
        pytest.fail("two demos over the same data")


def test_a_step_is_one_line_with_a_tick_or_a_cross():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    screen = Screen(stream)
    screen.step("Web server", lambda: "")
    with pytest.raises(ZeroDivisionError):
        screen.step("Worker", lambda: str(1 // 0))
    lines = stream.buffer.getvalue().decode().splitlines()
    assert lines[0].startswith("  ✓ Web server")
    assert lines[1].startswith("  ✗ Worker")


def test_a_terminal_without_these_signs_gets_words():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True)
    Screen(stream).step("Web server", lambda: "")
    assert stream.buffer.getvalue().startswith(b"  ok Web server")
