"""Two short histories of one seed, for all tests of histories: most of one is furnishing a shop."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.history.lived import Lived, lived

type Facts = dict[str, list[Any]]

SAME = {"orders": 14, "seed": "7", "days": 60}


@pytest.fixture(scope="package")
def lived_twice(
    django_db_setup, django_db_blocker, tmp_path_factory
) -> Iterator[tuple[Lived, Facts]]:
    """A history, and the facts of another one of the same seed, in a database that is gone."""
    folder = tmp_path_factory.mktemp("cashiers")
    with django_db_blocker.unblock():
        with lived(folder / "twin", **SAME) as twin:
            facts = twin.facts()
        with lived(folder / "history", **SAME) as history:
            yield history, facts


@pytest.fixture
def history(lived_twice) -> Lived:
    return lived_twice[0]
