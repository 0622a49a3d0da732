from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.plant import Plant


@pytest.fixture
def plant(transactional_db: None, tmp_path: Path) -> Iterator[Plant]:
    """A broker and a mail server; the test starts worker and relay as it needs them."""
    made = Plant(tmp_path)
    yield made
    made.stop()
