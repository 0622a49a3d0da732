"""Product managers who would close a circle of sub-assemblies together, or renew one at once."""

from collections import defaultdict
from threading import Barrier

import pytest

from configurator.errors import AssemblyRefused
from configurator.models import ModelVersion, SubAssembly
from configurator.services.authoring import assemblies
from configurator.services.authoring.drafts import draft_from
from tests.concurrency.races import race
from tests.factories.assemblies import monitor_set, take

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]

NAMES = "ABCD"


def four_drafts():
    """By name: each with a version to be taken in and a draft to take others into."""
    sources = {name: monitor_set(name=name) for name in NAMES}
    drafts = {
        name: draft_from(version_id=source.pk, actor="tests", is_another=True)
        for name, source in sources.items()
    }
    return sources, drafts


def close_together():
    """A has B and C has D; now B would take in C, and D would take in A."""
    sources, drafts = four_drafts()
    take(drafts["A"], sources["B"])
    take(drafts["C"], sources["D"])
    return race(
        lambda: take(drafts["B"], sources["C"]),
        lambda: take(drafts["D"], sources["A"]),
    )


def has_circle():
    parts = defaultdict(set)
    for whole, part in SubAssembly.objects.values_list(
        "version__product_model__name", "of_version__product_model__name"
    ):
        parts[whole].add(part)

    def reaches(start, seen):
        return any(part in seen or reaches(part, {*seen, part}) for part in parts.get(start, set()))

    return any(reaches(name, {name}) for name in NAMES)


def test_of_two_who_would_close_a_circle_together_one_is_refused():
    results = close_together()
    (refused,) = [result for result in results if isinstance(result, AssemblyRefused)]
    assert "in a circle of sub-assemblies" in str(refused)
    assert SubAssembly.objects.count() == 3
    assert not has_circle()


def test_control_without_the_lock_on_all_models_they_close_it(monkeypatch):
    gate, verify = Barrier(2, timeout=30), assemblies._verify_codes_are_free
    racing = []

    def wait(assembly):
        """Both have looked for circles by now."""
        if assembly.version.product_model.name in {"B", "D"}:
            racing.append(assembly)
            gate.wait()
        verify(assembly)

    monkeypatch.setattr(assemblies, "lock_rows", lambda model, keys: [])
    monkeypatch.setattr(assemblies, "_verify_codes_are_free", wait)
    results = close_together()
    assert all(isinstance(result, assemblies.Change) for result in results)
    assert len(racing) == 2
    assert has_circle()


def test_of_two_who_confirm_the_same_preview_one_takes_it_in():
    source, draft = monitor_set(), draft_of_another()
    shown = assemblies.preview(lambda: take(draft, source))

    def confirm():
        return assemblies.perform(lambda: take(draft, source), state=shown.state)

    results = race(*[confirm] * 3)
    assert sum(isinstance(result, assemblies.Change) for result in results) == 1
    assert sum(isinstance(result, AssemblyRefused) for result in results) == 2
    assert draft.groups.filter(code__startswith="left-").count() == 3


def draft_of_another() -> ModelVersion:
    other = monitor_set(name="Another")
    return draft_from(version_id=other.pk, actor="tests", is_another=True)
