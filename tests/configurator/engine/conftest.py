"""The engine's tests need neither Django nor a database."""

import pytest


@pytest.fixture(autouse=True)
def _plain_secrets():
    """Stands in for the fixture of the same name above, which asks for Django's settings."""
