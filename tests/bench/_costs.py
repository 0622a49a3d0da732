"""What a piece of work costs: CPU of its own threads, SQL statements, bytes.

Thread CPU leaves out PostgreSQL, the cashier and whatever else runs, and hardly changes with the
load of the machine. Questions to Stripe are asked on lines of their own, which are counted in.
Statements are those sent through a cursor: BEGIN and COMMIT ride along.
"""

import gzip
import os
import re
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from django.contrib.staticfiles import finders
from django.core.management.base import CommandError
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.urls import path

from configurator.models import Option
from shop.stripe.patience import LINE_NAME

# Where the shop stands in the requests of a benchmark; a host that ALLOWED_HOSTS has by default.
HOST = "127.0.0.1"
ASSETS = re.compile(r'<(?:link rel="stylesheet" href|script\b[^>]*? src)="([^"?]+)')


@dataclass(slots=True)
class Cost:
    """`html` is the body as sent (compressed), `page` that with its style sheets and scripts."""

    cpu_ms: float = 0.0
    statements: int = 0
    html_kb: float | None = None
    page_kb: float | None = None

    @classmethod
    def typical(cls, costs: list["Cost"]) -> "Cost":
        """Median CPU and statements; the largest body."""
        bodies = [cost.html_kb for cost in costs if cost.html_kb is not None]
        pages = [cost.page_kb for cost in costs if cost.page_kb is not None]
        return cls(
            median(cost.cpu_ms for cost in costs),
            round(median(cost.statements for cost in costs)),
            max(bodies, default=None),
            max(pages, default=None),
        )


@contextmanager
def measured() -> Iterator[Cost]:
    """Fill in the cost of the block."""
    cost = Cost()

    def count(execute: Callable[..., Any], *statement: Any) -> Any:
        cost.statements += 1
        return execute(*statement)

    with connection.execute_wrapper(count):
        start = _cpu_s()
        yield cost
        cost.cpu_ms = (_cpu_s() - start) * 1000


def _cpu_s() -> float:
    """Seconds of CPU that this thread and the lines to Stripe have used so far."""
    lines = [one.ident for one in threading.enumerate() if one.name.startswith(LINE_NAME)]
    clocks = [time.pthread_getcpuclockid(ident) for ident in lines if ident]
    return time.thread_time() + sum(time.clock_gettime(clock) for clock in clocks)


def database_cpu_s() -> float:
    """Seconds of CPU that our backend of PostgreSQL has used; zero where it runs elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def visitor() -> Client:
    """Takes compressed pages and must show its token, as a browser does and must."""
    client = Client(enforce_csrf_checks=True, SERVER_NAME=HOST, HTTP_ACCEPT_ENCODING="gzip")
    with warnings.catch_warnings(action="ignore", category=UserWarning):
        # A server does this once; that there are no collected files does not matter here.
        client.handler.load_middleware()
    return client


def ask(client: Client, url: str, **options: Any) -> tuple[Cost, HttpResponse]:
    """One request; `method` (get) and further arguments as the client takes them."""
    method = options.pop("method", "get")
    with measured() as cost:
        answer = getattr(client, method)(url, **options)
    if answer.status_code >= 400:
        raise CommandError(f"{method.upper()} {url} answered {answer.status_code}")
    cost.html_kb = len(answer.content) / 1000 or None
    text = text_of(answer)
    if cost.html_kb and "<html" in text[:500]:
        cost.page_kb = cost.html_kb + sum(_asset_kb(asset) for asset in ASSETS.findall(text))
    return cost, answer


def text_of(answer: HttpResponse) -> str:
    body = answer.content
    is_compressed = answer.headers.get("Content-Encoding") == "gzip"
    return (gzip.decompress(body) if is_compressed else body).decode()


_kilobytes: dict[str, float] = {}


def _asset_kb(url: str) -> float:
    """A style sheet or script at gzip's usual level; the server's own copies are a bit smaller."""
    if url not in _kilobytes:
        found = finders.find(url.removeprefix("/static/"))
        if not isinstance(found, str):
            raise CommandError(f"{url} is no static file of ours (measure without STATIC_MANIFEST)")
        _kilobytes[url] = len(gzip.compress(Path(found).read_bytes(), 6)) / 1000
    return _kilobytes[url]


def calibrate(rounds: int) -> Cost:
    """The yardstick: one query, a hundred rows, about 10 kB, one middleware."""
    with override_settings(
        ROOT_URLCONF=__name__, MIDDLEWARE=["django.middleware.common.CommonMiddleware"]
    ):
        client = visitor()
        ask(client, "/")
        return Cost.typical([ask(client, "/")[0] for _ in range(rounds)])


def calibration(request: HttpRequest) -> HttpResponse:
    rows = list(Option.objects.order_by("pk")[:100])
    return HttpResponse(_table().render({"rows": rows}))


@cache
def _table() -> Any:
    """Compiled once, as the shop's templates are."""
    return engines["django"].from_string(TABLE)


TABLE = (
    "<!doctype html><table>{% for row in rows %}<tr><td>{{ row.pk }}<td>{{ row.code }}"
    "<td>{{ row.name }}<td>{{ row.part_number }}</tr>{% endfor %}</table>"
)
urlpatterns = [path("", calibration)]
