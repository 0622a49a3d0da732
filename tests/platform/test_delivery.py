"""The files that carry the shop to other machines say what the code means."""

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from config.demo.house import QUEUES
from config.outbox import bus, errands, sources

PROJECT = Path(__file__).resolve().parents[2]
OURS = ("migrate", "web", "worker", "beat", "relay")


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((PROJECT / "compose.yaml").read_text())


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_write_nowhere_and_gain_nothing(compose, name):
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


@pytest.mark.parametrize("name", [name for name in OURS if name != "migrate"])
def test_nothing_works_before_the_schema_is_there(compose, name):
    needs = compose["services"][name]["depends_on"]
    assert needs["migrate"] == {"condition": "service_completed_successfully"}


def test_the_worker_of_the_compose_file_serves_every_queue_of_the_demo(compose):
    assert f"--queues={QUEUES}" in compose["services"]["worker"]["command"]


def test_every_queue_that_work_is_sent_to_is_served():
    by_event = {subscription.queue for subscription in bus._by_name.values()}
    by_errand = {runner.queue for runner in errands._runners.values()}
    by_row = {bus.Delivery, errands.Errand}
    by_table = {s.queue(None) for s in sources.all_sources() if s.model not in by_row}
    assert by_event | by_errand | by_table | {"default"} == set(QUEUES.split(","))


def test_the_image_runs_as_an_ordinary_user_and_holds_no_secret():
    text = (PROJECT / "Dockerfile").read_text()
    assert re.search(r"^USER cartwright$", text, re.MULTILINE)
    assert not re.search(r"^ENV .*SECRET_KEY", text, re.MULTILINE)


def test_what_the_image_leaves_out_is_in_the_lock():
    lines = (PROJECT / ".docker/excluded.txt").read_text().splitlines()
    left_out = {line for line in lines if line and not line.startswith("#")}
    locked = re.findall(
        r"^([a-z0-9-]+)==", (PROJECT / "requirements.txt").read_text(), re.MULTILINE
    )
    assert left_out <= set(locked)


@pytest.mark.parametrize("script", [".ci/run", ".ci/checks"])
def test_ci_scripts_are_programs_that_bash_can_read(script):
    path = PROJECT / script
    assert path.stat().st_mode & stat.S_IXUSR
    assert subprocess.run(["bash", "-n", path], check=False).returncode == 0


def test_every_make_target_explains_itself():
    text = (PROJECT / "Makefile").read_text()
    targets = re.findall(r"^([a-z-]+):(.*)$", text, re.MULTILINE)
    assert [name for name, rest in targets if "## " not in rest] == []
    shown = subprocess.run(
        ["make", "--no-print-directory"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    ).stdout
    assert all(f"make {name}" in shown for name, _rest in targets)
