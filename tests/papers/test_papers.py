"""The papers are true of the code: glossary, states, events, failure table, links."""

import re
from pathlib import Path

import pytest
from django.apps import apps

from config.outbox import bus

ROOT = Path(__file__).resolve().parents[2]
PAPER = ROOT / "docs" / "ARCHITECTURE.md"
OURS = {"outbox", "audit", "mail", "configurator", "shop", "production", "suppliers"}
STATEFUL = [
    "shop.Order",
    "shop.Payment",
    "shop.Refund",
    "shop.Dispute",
    "shop.DisputeAnswer",
    "production.AssemblyJob",
    "suppliers.PurchaseOrder",
]


def own_models():
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def diagram(label: str) -> str:
    """The state diagram of a model, from its own table of transitions."""
    model = apps.get_model(label)
    lines = [f"**{model.__name__}**", "", "```mermaid", "stateDiagram-v2"]
    lines.append(f"    [*] --> {model._meta.get_field('status').default}")
    for before, followers in model.TRANSITIONS.items():
        lines += [f"    {before} --> {after}" for after in sorted(followers)]
    return "\n".join([*lines, "```"])


def test_every_model_stands_in_the_glossary():
    glossary = PAPER.read_text().partition("## Glossary")[2]
    named = set(re.findall(r"`(\w+)`", glossary))
    assert {model.__name__ for model in own_models()} - named == set()


def test_the_glossary_names_nothing_that_is_gone():
    glossary = PAPER.read_text().partition("## Glossary")[2].partition("## Decisions")[0]
    rows = [row.split("|")[1] for row in glossary.splitlines() if row.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named - {model.__name__ for model in own_models()} == set()


def test_the_state_diagrams_are_those_of_the_code():
    shown = PAPER.read_text().partition("<!-- states:begin -->")[2]
    shown = shown.partition("<!-- states:end -->")[0].strip()
    expected = "\n\n".join(diagram(label) for label in STATEFUL)
    assert shown == expected, f"put this between the states marks:\n\n{expected}"


def test_the_event_catalogue_is_complete():
    listed = set(re.findall(r"^\| `(\w+\.\w+)` \|", PAPER.read_text(), re.MULTILINE))
    # Tests publish events of their own.
    ours = {name for name in all_event_names() if not name.startswith("tests.")}
    assert listed == ours


def all_event_names() -> set[str]:
    return {event.name for event in bus.Event.__subclasses__() if hasattr(event, "name")}


def test_the_catalogue_names_the_real_subscribers():
    rows = dict(
        re.findall(r"^\| `(\w+\.\w+)` \| [^|]+ \| ([^|]+) \|", PAPER.read_text(), re.MULTILINE)
    )
    for event in bus.Event.__subclasses__():
        if event.name in rows:
            expected = {subscription.name for subscription in bus.subscribers(event)}
            assert set(re.findall(r"`([\w.]+)`", rows[event.name])) == expected


def test_every_row_of_the_failure_table_names_a_test_that_exists():
    table = PAPER.read_text().partition("## When something fails")[2].partition("## ")[0]
    named = set(re.findall(r"`(test_\w+)`", table))
    written = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text())
    }
    assert named
    assert named - written == set()


@pytest.mark.parametrize(
    "paper", ["README.md", "docs/ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"]
)
def test_links_to_files_lead_somewhere(paper):
    path = ROOT / paper
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text()):
        assert (path.parent / target).exists(), f"{paper} links to {target}"
