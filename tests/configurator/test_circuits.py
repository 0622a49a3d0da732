"""A published model gets its circuit: asked for at once, compiled by a worker, used everywhere."""

import pytest

from config.outbox.relay import drain
from config.outbox.sources import all_sources
from configurator.engine.circuit import rungs
from configurator.engine.circuit.compiling import is_compiler_installed
from configurator.models import EngineCircuit
from configurator.selectors import circuits, current_price_list, engine_model, evaluation
from configurator.services.circuits import LIMITS, store_circuit
from tests.factories.configurator import publish_small_model

pytestmark = pytest.mark.django_db

needs_compiler = pytest.mark.skipif(
    not is_compiler_installed(), reason="no wheel of the circuit compiler for this platform"
)


@pytest.fixture(autouse=True)
def _compiling(settings):
    """Circuits on, and nothing remembered of other tests' models."""
    settings.COMPILE_CIRCUITS = True
    rungs._entries.clear()
    circuits._looked_at.clear()
    yield
    rungs._entries.clear()


def another_process() -> None:
    """What this process knows is forgotten; what is stored is not."""
    rungs._entries.clear()
    circuits._looked_at.clear()


@needs_compiler
def test_publishing_asks_for_a_circuit_and_a_worker_compiles_it():
    version = publish_small_model()
    assert EngineCircuit.objects.get().done_at is None
    drain()
    circuit = EngineCircuit.objects.get()
    assert circuit.ir_sha256 == version.ir_sha256
    assert circuit.outcome.startswith("circuit: compiled, ")
    another_process()
    engine_model(version)
    assert rungs.answering(version.ir_sha256).rung == "circuit"


@needs_compiler
def test_circuit_and_solver_say_the_same_of_every_option():
    version = publish_small_model()
    prices = current_price_list(version)
    by_solver = evaluation(version, prices, {"case": "mini"})
    drain()
    another_process()
    by_circuit = evaluation(version, prices, {"case": "mini"})
    assert by_circuit == by_solver


def test_until_a_circuit_is_there_the_solver_answers():
    version = publish_small_model()
    assert evaluation(version, current_price_list(version), {}).is_consistent
    assert rungs.answering(version.ir_sha256).rung == "solver"


def test_a_missing_circuit_is_not_looked_for_at_every_click(django_assert_num_queries):
    version = publish_small_model()
    engine_model(version)
    with django_assert_num_queries(0):
        engine_model(version)


def test_an_artefact_of_another_model_is_not_taken():
    version = publish_small_model()
    assert not store_circuit(ir_sha256=version.ir_sha256, artefact=b"something else")
    assert rungs.answering(version.ir_sha256).rung == "solver"


def test_a_damaged_artefact_leaves_the_answers_to_the_solver(caplog):
    version = publish_small_model()
    EngineCircuit.objects.update(artefact=b"damaged")
    another_process()
    engine_model(version)
    assert rungs.answering(version.ir_sha256).rung == "solver"
    assert "not used" in caplog.text


def test_switched_off_nothing_is_asked_for(settings):
    settings.COMPILE_CIRCUITS = False
    publish_small_model()
    assert not EngineCircuit.objects.exists()


def test_nobody_else_compiles_what_is_being_compiled():
    """A model may take two attempts: the lease outlasts both."""
    (source,) = (one for one in all_sources() if one.model is EngineCircuit)
    assert source.lease.total_seconds() > 2 * LIMITS.seconds
