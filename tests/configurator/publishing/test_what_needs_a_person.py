"""What the product desk shows to a person: checks that broke down."""

import pytest

from config.console.registry import MOST_SHOWN
from configurator import console
from configurator.models import VersionRun
from tests.factories.configurator import ModelVersionFactory

pytestmark = pytest.mark.django_db


def broken_run(version=None):
    return VersionRun.objects.create(
        version=version or ModelVersionFactory.create(),
        purpose=VersionRun.Purpose.CHECK,
        outcome=VersionRun.Outcome.FAILED,
        reasons=["The solver ran out of memory."],
        actor="staff:product",
        done_at="2026-01-05T12:00Z",
    )


def test_a_check_that_broke_down_is_a_concern_until_it_is_asked_for_again():
    run = broken_run()
    (concern,) = console.concerns()
    assert concern.title == f"{run.version} could not be checked"
    assert concern.detail == "The solver ran out of memory."
    VersionRun.objects.create(
        version=run.version, purpose=VersionRun.Purpose.CHECK, actor="staff:product"
    )
    assert list(console.concerns()) == []


def test_a_crowd_of_them_ends_in_a_line_that_tells_how_many_more_there_are():
    for _ in range(MOST_SHOWN + 3):
        broken_run()
    *shown, rest = console.concerns()
    assert len(shown) == MOST_SHOWN
    assert (rest.title, rest.count) == ("3 more", 3)
