"""What each page and one whole order cost, in CPU and SQL statements, beside a calibration page.

Runs in this process against a database of its own with the demo shop and the sandbox cashier.
Everything is warm: each page is asked for once before it is measured. What the engine remembers
it may use for a page as it is offered; a click, and a question by API, are new to it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from config.demo.browser import Page
from config.demo.journey import CHOICE
from config.management.commands.bench import Report
from shop.models import Order
from tests.bench._costs import Cost, ask, calibrate, text_of, visitor
from tests.bench._shop import SHOP, Customer, demo_shop, tell_of_payment, work_off

MACHINES = ("compact", "atelier", "bench")
PAGE_KB, LARGEST_PAGE_KB = 40, 60  # the bench offers every part there is
CLICK_CPU_MS = 25
REQUESTS, WEB_CPU_MS = 5, 150  # from the product page to the redirect to the cashier
HEAD = ("", "CPU ms", "× calibration", "SQL", "kB gz HTML", "kB gz page")
HTMX = {"HX-Request": "true"}
STEPS = {"POST /cart/add/": "add to cart (POST)", "POST /checkout/": "place order (POST)"}
WHOLE_WAY = "product page to redirect"
BEHIND = "all work behind the pages"


class Table:
    """Rows for the report, each against the calibration page."""

    def __init__(self, report: Report, calibration: Cost) -> None:
        self.report, self.calibration = report, calibration
        self.add("calibration: 1 query, 100 rows", calibration)

    def add(self, name: str, cost: Cost) -> None:
        ratio = cost.cpu_ms / self.calibration.cpu_ms
        sizes = ["" if size is None else f"{size:.1f}" for size in (cost.html_kb, cost.page_kb)]
        self.report.rows.append(
            (name, f"{cost.cpu_ms:.1f}", f"{ratio:.2f}", str(cost.statements), *sizes)
        )
        self.report.figures[name] = {
            "cpu_ms": round(cost.cpu_ms, 2),
            "ratio": round(ratio, 2),
            "statements": cost.statements,
            "html_kb": cost.html_kb and round(cost.html_kb, 2),
            "page_kb": cost.page_kb and round(cost.page_kb, 2),
        }


def run(*, rounds: int) -> Report:
    report = Report(head=HEAD)
    with demo_shop():
        table = Table(report, calibrate(rounds))
        add_pages(table, rounds)
        order = add_orders(table, rounds)
        add_order_pages(table, order, rounds)
    pages = {name: row["page_kb"] for name, row in report.figures.items() if row["page_kb"]}
    click = report.figures["configure bench, a click"]["cpu_ms"]
    report.goal("bench page, a click, web CPU ms", click, at_most=CLICK_CPU_MS)
    report.goal("bench page, kB gz", pages.pop("configure bench"), at_most=LARGEST_PAGE_KB)
    report.goal("largest other page, kB gz", max(pages.values()), at_most=PAGE_KB)
    return report


def add_pages(table: Table, rounds: int) -> None:
    """Pages that anybody sees before an order, and a click on the configure page."""
    customer = Customer()
    table.add("home", typical(customer.client, "/", rounds))
    for slug in MACHINES:
        path = reverse("configurator:configure", args=[slug])
        table.add(f"configure {slug}", typical(customer.client, path, rounds))
        clicks = islice(cycle(clicks_on(customer.open(SHOP + path))), rounds)
        costs = [ask(customer.client, click, headers=HTMX)[0] for click in clicks]
        table.add(f"configure {slug}, a click", Cost.typical(costs))
    customer.fill_cart("compact")
    for name in ("cart", "checkout"):
        table.add(name, typical(customer.client, reverse(f"shop:{name}"), rounds))
    table.add("API evaluate atelier", evaluated("atelier", rounds))


def evaluated(slug: str, rounds: int) -> Cost:
    """Two choices at a time, so that no question is one that a click has asked."""
    url, client = reverse("api-evaluate", args=[slug]), visitor()
    offered = Customer().open(f"{SHOP}/machines/{slug}/").form(with_field=CHOICE)
    radios = [one for one in offered.controls if one.kind == "radio" and not one.is_chosen]
    pairs = [
        {one.name.removeprefix(CHOICE): one.value, other.name.removeprefix(CHOICE): other.value}
        for one, other in zip(radios, reversed(radios), strict=True)
        if one.name < other.name
    ]
    costs = [
        ask(client, url, method="post", data={"choices": pair}, content_type="application/json")[0]
        for pair in islice(cycle(pairs), rounds)
    ]
    return Cost.typical(costs)


def typical(client: Client, path: str, rounds: int, **options: Any) -> Cost:
    """Ask again and again; the first answer warms up."""
    return Cost.typical([ask(client, path, **options)[0] for _ in range(rounds + 1)][1:])


def clicks_on(page: Page) -> list[str]:
    """What htmx asks for when an option is clicked: each that is shown and not chosen."""
    form = page.form(with_field=CHOICE)
    clicks = []
    for radio in form.controls:
        if radio.kind == "radio" and not radio.is_chosen:
            fields = [(name, value) for name, value in form.sent(None) if name != radio.name]
            clicks.append(f"{form.action}?{urlencode([*fields, (radio.name, radio.value)])}")
    return clicks


def add_orders(table: Table, rounds: int) -> Order:
    """Buy compacts; let each be cleared, planned and sourced. The first one warms up."""
    requests, stripe = 0, visitor()
    costs: dict[str, list[Cost]] = defaultdict(list)
    for number in range(rounds + 1):
        customer = Customer()
        order = customer.buy("compact")
        told = tell_of_payment(stripe, order)
        work = work_off()
        if number == 0:
            continue
        requests = max(requests, len(customer.costs))
        for path, cost in customer.costs:
            if path in STEPS:
                costs[STEPS[path]].append(cost)
        costs[WHOLE_WAY].append(total(cost for _, cost in customer.costs))
        costs["webhook"].append(told)
        for name, cost in by_name(work):
            costs[name].append(cost)
        costs[BEHIND].append(total(cost for _, cost in work))
    for name, found in costs.items():
        table.add(name, Cost.typical(found))
    way = table.report.figures[WHOLE_WAY]
    way["requests"] = requests
    table.report.goal(f"{WHOLE_WAY}, requests", requests, at_most=REQUESTS)
    table.report.goal(f"{WHOLE_WAY}, web CPU ms", way["cpu_ms"], at_most=WEB_CPU_MS)
    return order


def by_name(work: Iterable[tuple[str, Cost]]) -> Iterator[tuple[str, Cost]]:
    """Work of the same name added up: an order may need several mails."""
    found: dict[str, list[Cost]] = defaultdict(list)
    for name, cost in work:
        found[name].append(cost)
    for name, costs in found.items():
        yield name, total(costs)


def total(costs: Iterable[Cost]) -> Cost:
    every = list(costs)
    return Cost(sum(cost.cpu_ms for cost in every), sum(cost.statements for cost in every))


def add_order_pages(table: Table, order: Order, rounds: int) -> None:
    """Pages about orders, with as many of them as were bought here."""
    url = order.get_absolute_url()
    client = visitor()
    table.add("order page", typical(client, url, rounds))
    _, answer = ask(client, url)
    found = re.search(r'hx-get="([^"]+seen=[^"]+)"', text_of(answer))
    if found is None:
        raise LookupError(f"{url} does not ask for news of itself")
    table.add("order page, nothing new", typical(client, found[1], rounds, headers=HTMX))
    staff = visitor()
    staff.force_login(get_user_model().objects.create_superuser("bench"))
    for name, path in {
        f"board, {rounds + 1} jobs": reverse("ops:board"),
        f"orders list, {rounds + 1} orders": reverse("ops:orders"),
        "one order, for staff": reverse("ops:order", args=[order.number]),
        "purchase orders": reverse("ops:purchase_orders"),
    }.items():
        table.add(name, typical(staff, path, rounds))
