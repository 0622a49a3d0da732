"""The circuits that ship are of the machines as they are described now."""

import pytest

from config.demo.loading.circuits import FOLDER
from configurator.engine.circuit.artefact import from_bytes
from tests.demo.catalogue_models import model


@pytest.mark.parametrize("slug", ["compact", "atelier", "bench"])
def test_a_shipped_circuit_is_of_the_present_machine(slug):
    # After a change of options or rules: ./manage.py load_demo --refresh-circuits
    from_bytes((FOLDER / f"{slug}.circuit").read_bytes(), model=model(slug).sha256)
