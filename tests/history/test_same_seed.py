import pytest

from config.history.demand import visits
from tests.history.lived import ENDS_AT

pytestmark = [pytest.mark.django_db]


def test_the_same_seed_makes_the_same_history(lived_twice):
    history, twin = lived_twice
    for what, rows in history.facts().items():
        assert rows == twin[what], what
        assert rows, what


def test_another_seed_brings_other_visitors():
    last = ENDS_AT.date()
    one, two = (
        visits(orders=5, seed=seed, first=last.replace(month=1), last=last, until=ENDS_AT)
        for seed in "34"
    )
    assert [visit.at for visit in one] != [visit.at for visit in two]
