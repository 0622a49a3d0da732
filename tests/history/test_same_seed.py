from typing import Any

import pytest

from config.history.demand import visits
from tests.history.lived import ENDS_AT, lived

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("history")]


@pytest.fixture(scope="module")
def facts(django_db_setup, django_db_blocker, tmp_path_factory) -> list[dict[str, list[Any]]]:
    """Of two short histories of one seed, each in a database of its own."""
    folder = tmp_path_factory.mktemp("cashiers")
    found = []
    with django_db_blocker.unblock():
        for name in ("first", "second"):
            with lived(folder / name, orders=5, seed="3", days=60) as history:
                found.append(history.facts())
    return found


def test_the_same_seed_makes_the_same_history(facts):
    first, second = facts
    for what, rows in first.items():
        assert rows == second[what], what
        assert rows, what


def test_another_seed_brings_other_visitors():
    last = ENDS_AT.date()
    one, two = (
        visits(orders=5, seed=seed, first=last.replace(month=1), last=last, until=ENDS_AT)
        for seed in "34"
    )
    assert [visit.at for visit in one] != [visit.at for visit in two]
