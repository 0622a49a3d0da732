"""The machines are the same in every process: a difference would be a new version on sale."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = """
from tests.demo.catalogue_models import SLUGS, model
print(*(model(slug).sha256 for slug in SLUGS))
"""


def hashes(seed: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=PROJECT,
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_the_machines_do_not_depend_on_the_order_of_sets():
    assert hashes("1") == hashes("2") == hashes("3")
