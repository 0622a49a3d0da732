import pytest

from tests.factories.shop import FIXED_PROMISER


@pytest.fixture(autouse=True)
def _fixed_promise(settings) -> None:
    """The shop alone: dates come from a promiser that always says the same."""
    settings.SHOP_PROMISER = FIXED_PROMISER
