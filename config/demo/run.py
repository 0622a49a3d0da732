"""Open the shop, and close it again whatever happens in between."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.demo import house
from config.demo.errors import DemoError
from config.demo.processes import Supervisor
from config.demo.screen import Screen
from config.demo.surroundings import PROJECT, WEB_ROLE, Surroundings
from config.embedded.servers import EmbeddedServers
from config.embedded.sessions import URLS, end_on_request

LOOK_EVERY_S = 0.5
STAFF = "staff"


class OpenShop:
    """A shop that runs, until the `open_shop` block ends."""

    def __init__(
        self, place: Surroundings, supervisor: Supervisor, servers: EmbeddedServers
    ) -> None:
        self.place = place
        self.supervisor = supervisor
        self.servers = servers

    def keep_open(self, screen: Screen) -> None:
        """Look after the processes until somebody interrupts."""
        while True:
            time.sleep(LOOK_EVERY_S)
            for name in self.servers.revive():
                screen.say(f"  {name} had ended; it runs again.")
            self.supervisor.revive(screen.say)


@contextmanager
def open_shop(
    place: Surroundings, screen: Screen, *, ends_with_us: bool = False
) -> Iterator[OpenShop]:
    """Start everything, in order; stop everything, in reverse.

    With `ends_with_us` the servers of the data end with this process too, however it ends.
    """
    end_on_request()
    supervisor = Supervisor(
        project=PROJECT, log_folder=place.log_folder, record_folder=place.record_folder
    )
    if orphans := supervisor.end_orphans():
        screen.say(f"  Ended what a killed demo had left running: {', '.join(orphans)}.")
    servers = EmbeddedServers(home=place.home, ends_with_us=ends_with_us)
    (place.home / "static").mkdir(exist_ok=True)  # STATIC_ROOT, which the demo leaves empty
    try:
        _open_servers(servers, screen)
        os.environ.update(place.environment())
        _open_processes(place, supervisor, screen)
        yield OpenShop(place, supervisor, servers)
    finally:
        supervisor.stop()
        servers.close()


@contextmanager
def the_only_demo_of(home: Path) -> Iterator[None]:
    """Two demos over the same data would fight for them; the second is told about the first."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / "demo.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoError(
                f"A demo runs already over {home}. Stop that one, or give this one a folder of "
                "its own: CARTWRIGHT_HOME=/path ./manage.py demo"
            ) from None
        yield


def _open_servers(servers: EmbeddedServers, screen: Screen) -> None:
    wanted = [name for name in URLS if not os.environ.get(name)]
    if wanted:
        found = servers.open(
            needs_postgres="DATABASE_URL" in wanted,
            needs_valkey="REDIS_URL" in wanted,
            report=screen.step,
        )
        os.environ.update(found)


def _open_processes(place: Surroundings, supervisor: Supervisor, screen: Screen) -> None:
    """Most of a start is importing: what asks the database nothing yet does so meanwhile."""
    early = [supervisor.start(spec) for spec in house.standing_by(place)]
    screen.step("Database schema", _prepare_django)
    if place.has_web_role:
        screen.step("Role of the web server", lambda: _grant_web_role(place.web_password))
    screen.step("Demo shop", lambda: _load_demo_shop(place.staff_password))
    late = [supervisor.start(spec) for spec in house.at_work(place)]
    for child in early + late:
        screen.step(child.spec.title, _until(child.wait_until_ready))


def _until(wait: Callable[[], None]) -> Callable[[], str]:
    def work() -> str:
        wait()
        return ""

    return work


def _prepare_django() -> str:
    import django
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    django.setup()
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        call_command("migrate", verbosity=0, interactive=False)
        return f"Database schema: {missing} migrations applied"
    return "Database schema: up to date"


def _grant_web_role(password: str) -> str:
    from config.web_role import grant_web_role

    grants = grant_web_role(WEB_ROLE, password=password)
    kept = sum(1 for grant in grants if grant.why)
    return f"Role of the web server: {kept} of {len(grants)} tables kept from it"


def _load_demo_shop(staff_password: str) -> str:
    from django.core.management import call_command
    from django.db import connection

    from configurator.models import ProductModel

    is_new = not ProductModel.objects.exists()
    if is_new:
        call_command("load_demo", verbosity=0, staff_password=staff_password)
    _ensure_staff(staff_password)
    connection.close()  # this process keeps none open while it waits
    return "Demo shop: loaded" if is_new else "Demo shop: kept from last time"


def _ensure_staff(password: str) -> None:
    from django.contrib.auth import get_user_model

    users = get_user_model()
    if not users.objects.filter(username=STAFF).exists():
        users.objects.create_superuser(STAFF, email="", password=password)
