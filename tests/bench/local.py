"""What a click costs in the browser: the engine's modules in Chromium, and what is fetched for it.

Random states of the demo's machines. "page" asks for the options that a page shows, "all" for
every option there is. Milliseconds by the browser's own clock, which is as coarse as 0.1 ms;
each machine is warmed up by one round.
"""

import gzip
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from playwright.sync_api import Page, Route

from config.demo.loading.circuits import FOLDER
from config.management.commands.bench import Report
from configurator.engine.circuit.rungs import use_artefact
from configurator.views.facets import LONGEST_GROUP
from configurator.views.windows import WINDOW
from tests.bench.engine import MACHINES, quantile
from tests.browser.chromium import running_chromium
from tests.configurator.in_browser import question, random_states
from tests.demo.catalogue_models import book, model

HEAD = ("", "kB gz", "open ms", "page p50", "page p99", "all p50", "all p99")
STATES_A_ROUND = 15
STATIC = Path(settings.BASE_DIR) / "static"
MODULES = [
    STATIC / "js" / "local.js",
    *STATIC.glob("js/local/*.js"),
    *STATIC.glob("js/engine/*.js"),
]
ORIGIN = "https://bench.example"  # nobody is asked: every request is answered from the folder

MEASURE = """async (question) => {
  const { artefact, model, data, states, shown, warm } = JSON.parse(question);
  const { readArtefact } = await import("/static/js/engine/artefact.js");
  const { Evaluator } = await import("/static/js/engine/evaluator.js");
  const bytes = Uint8Array.from(atob(artefact), (letter) => letter.charCodeAt(0));
  const began = performance.now();
  const evaluator = new Evaluator(await readArtefact(bytes.buffer, model), data);
  const open = performance.now() - began;
  const timed = (wanted) => states.map((state) => {
    const explicit = new Map(state), began = performance.now();
    evaluator.evaluate(explicit, wanted);
    return performance.now() - began;
  }).slice(warm);
  return JSON.stringify({ open, page: timed(shown), all: timed() });
}"""


def run(*, rounds: int) -> Report:
    report = Report(head=HEAD)
    script = sum(map(gz_kb, (path.read_bytes() for path in MODULES)))
    report.rows.append(("modules", f"{script:.1f}", *[""] * (len(HEAD) - 2)))
    report.figures["modules"] = {"kb_gz": round(script, 1)}
    with running_chromium() as chromium:
        page = chromium.new_page()
        page.route(f"{ORIGIN}/**", serve)
        page.goto(ORIGIN)
        for slug in MACHINES:
            add_machine(report, page, slug, rounds)
    figures = report.figures["bench"]
    report.goal("bench, click in the browser p50 ms", figures["page_p50_ms"], at_most=16)
    report.goal("bench, fetched once, kB gz", figures["kb_gz"], at_most=100)
    return report


def serve(route: Route) -> None:
    path = STATIC / route.request.url.removeprefix(f"{ORIGIN}/static/")
    if path.is_file():
        route.fulfill(path=path, content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html>", content_type="text/html")


def add_machine(report: Report, page: Page, slug: str, rounds: int) -> None:
    product, prices = model(slug), book(slug)
    artefact = (FOLDER / f"{slug}.circuit").read_bytes()
    use_artefact(product.sha256, artefact)
    states = list(random_states(product, prices, STATES_A_ROUND * (rounds + 1)))
    asked: dict[str, Any] = question(product, artefact, prices, states)
    asked["shown"] = [
        list(range(size if size <= LONGEST_GROUP else WINDOW))
        for size in (len(group.options) for group in product.groups)
    ]
    asked["warm"] = STATES_A_ROUND
    found = json.loads(page.evaluate(MEASURE, json.dumps(asked)))
    fetched = gz_kb(artefact) + gz_kb(json.dumps(asked["data"], separators=(",", ":")).encode())
    figures = {
        "kb_gz": round(fetched, 1),
        "open_ms": round(found["open"], 1),
        **{
            f"{what}_p{share}_ms": round(quantile(found[what], share / 100), 2)
            for what in ("page", "all")
            for share in (50, 99)
        },
    }
    report.figures[slug] = figures
    report.rows.append((slug, *map(str, figures.values())))


def gz_kb(data: bytes) -> float:
    return len(gzip.compress(data, 6)) / 1000
