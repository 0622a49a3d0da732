"""The browser of the tests: the machine's own Chromium, nothing is downloaded."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--headless=new",
    "--no-sandbox",  # in a container there is no user namespace for it
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-features=OptimizationHints,Translate,MediaRouter",
]


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Chromium from CHROMIUM or PATH. Without one tests are skipped; under CI they fail."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no chromium on PATH")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, chromium_sandbox=False, args=FLAGS
        )
        yield chromium
        chromium.close()
