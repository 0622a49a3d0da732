"""What only shows in a process of its own, where nothing else was imported before."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def in_a_fresh_process(script: str) -> str:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {script}"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_whoever_sends_a_task_knocks_at_the_broker_of_the_settings():
    script = (
        "from config.outbox.tasks import run_work_item; print(run_work_item.app.conf.broker_url)"
    )
    assert in_a_fresh_process(script) == os.environ["REDIS_URL"]
