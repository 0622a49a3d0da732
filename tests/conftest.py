"""Real PostgreSQL and real Valkey for every test: started here, before the settings are read."""

import os
from collections.abc import Callable, Iterator
from typing import Any

from xdist.scheduler.loadscope import LoadScopeScheduling

from config.embedded import start_for_tests

start_for_tests()
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
# What a machine may have set for its own shop must not reach the tests.
for name in ("STRIPE_API_BASE", "EMAIL_URL", "BASE_URL", "STATIC_MANIFEST"):
    os.environ.pop(name, None)
os.environ["STRIPE_SECRET_KEY"] = "sk_test_cartwright"
os.environ["STRIPE_WEBHOOK_SECRET"] = "whsec_tests"
os.environ["COMPILE_CIRCUITS"] = "0"  # the tests of circuits switch it on
os.environ["CONN_MAX_AGE"] = "0"  # threads of the concurrency tests must not keep connections
# Playwright's synchronous API runs an event loop in the test's thread.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

import django  # noqa: E402 - the servers come first
import pytest  # noqa: E402
from django.core.management import call_command  # noqa: E402

django.setup()

# What these folders share is dear to make: each stays on one worker. Marks of xdist's own would say
# so beside the tests, but with pytest 9.2 they do not reach the one who hands tests out.
TOGETHER = ("tests/browser/", "tests/history/", "tests/test_storm_truths/")
# These take longest, the longest first: begun last, one would have the machine to itself.
FIRST = (*TOGETHER, "tests/journeys/", "tests/shop/timelines/", "tests/configurator/engine/")


class ByFolder(LoadScopeScheduling):
    """Hands out tests one by one, and those of some folders together."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Chance has shuffled them; what takes long comes before the rest all the same."""
    places = range(len(FIRST))
    items.sort(
        key=lambda item: next((n for n in places if item.nodeid.startswith(FIRST[n])), len(FIRST))
    )


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return ByFolder(config, log)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The web's role can do in the test database what it can in any."""
    from tests.as_the_web import ROLE
    from tests.emptying import empty_after_tests

    empty_after_tests()
    with django_db_blocker.unblock():
        call_command("grant_web_role", ROLE, verbosity=0)


@pytest.fixture(autouse=True)
def _requests_run_as_the_web(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request of the test client has the rights of the web process, and no more."""
    from tests.as_the_web import answer_as_the_web

    answer_as_the_web(monkeypatch)


@pytest.fixture(autouse=True)
def _plain_secrets(settings) -> None:
    """Passwords in tests are hashed fast."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _nobody_asks_for_bills(settings) -> None:
    """Machines of tests are sold without bills of material; the tests of bills ask for them."""
    settings.CONFIGURATOR_BUILDER = "configurator.ports.builds_anything"


@pytest.fixture
def drain(db) -> Callable[[], int]:
    """Work off everything due, as relay and worker would, in this process."""
    from config.outbox.relay import drain as drain_outbox

    return drain_outbox


@pytest.fixture
def committed(transactional_db) -> Iterator[None]:
    """A test whose transactions really commit: for races and other processes."""
    return
