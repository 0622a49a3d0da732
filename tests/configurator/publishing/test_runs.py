"""A run of a version: asked for, worked off, reported; broken off, it is done again."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from config.errors import IllegalTransition
from config.outbox import sources
from config.outbox.relay import drain
from configurator import selectors
from configurator.engine.circuit import rungs
from configurator.engine.circuit.artefact import Artefact
from configurator.engine.circuit.compiling import is_compiler_installed, run
from configurator.engine.circuit.encode import encode
from configurator.engine.circuit.leaves import leaves_of
from configurator.engine.classes import ClassedModel, classify
from configurator.errors import ModelCheckFailed, RunUnderWay
from configurator.models import EngineCircuit, ModelVersion, Option, Rule, VersionRun
from configurator.services import circuits, runs
from configurator.services.publishing import check_model_version, publish_model_version
from configurator.services.runs import request_version_run
from tests.factories.configurator import draft_small_model, publish_small_model

pytestmark = pytest.mark.django_db

needs_compiler = pytest.mark.skipif(
    not is_compiler_installed(), reason="no wheel of the circuit compiler for this platform"
)
LABEL = "configurator.versionrun"


def check(version, **fields):
    return request_version_run(
        version_id=version.pk, **{"purpose": "check", "actor": "staff:anna"} | fields
    )


def publish(version, **fields):
    return check(version, purpose="publish", **fields)


def done(run):
    drain()
    run.refresh_from_db()
    return run


def test_a_check_is_worked_off_and_leaves_the_version_checked():
    version = draft_small_model()
    run = check(version)
    assert (run.outcome, run.step_name) == ("", "Waiting for a worker")
    run = done(run)
    assert (run.outcome, run.step, run.steps) == ("passed", 9, 9)
    version.refresh_from_db()
    assert version.status == ModelVersion.Status.CHECKED
    assert run.ir_sha256 == version.ir_sha256


def test_a_draft_is_checked_and_published_in_one_run():
    version = draft_small_model()
    assert done(publish(version)).outcome == "passed"
    assert selectors.published_version(version.product_model.slug) == version


def test_publishing_is_refused_with_the_reasons_and_changes_nothing():
    version = draft_small_model()
    Rule.objects.filter(version=version, code="some-graphics").update(sentence="  ")
    run = done(publish(version))
    assert run.outcome == "refused"
    assert run.reasons == [
        "some-graphics: Something draws the picture has no sentence for customers"
    ]
    assert [(f["kind"], f["rule"], f["is_blocking"]) for f in run.report] == [
        ("no_sentence", "some-graphics", True)
    ]
    version.refresh_from_db()
    assert version.status == ModelVersion.Status.DRAFT


def test_a_malformed_rule_is_reported_with_its_code():
    version = draft_small_model()
    Rule.objects.filter(version=version, code="power-budget").update(constraint={"sum": "x"})
    run = done(check(version))
    assert run.outcome == "refused"
    assert [(f["kind"], f["rule"]) for f in run.report] == [("malformed", "power-budget")]


def test_two_runs_of_one_version_at_once_are_refused():
    version = draft_small_model()
    check(version)
    with pytest.raises(RunUnderWay):
        publish(version)
    check(draft_small_model())
    drain()
    assert done(publish(version)).outcome == "passed"


def test_what_is_on_sale_cannot_be_published_again_but_looked_at():
    version = publish_small_model()
    with pytest.raises(ModelCheckFailed, match="published already"):
        publish(version)
    assert done(check(version)).outcome == "passed"
    version.refresh_from_db()
    assert version.status == ModelVersion.Status.PUBLISHED


def test_a_version_that_was_changed_while_it_was_checked_is_not_published(monkeypatch):
    version = draft_small_model()
    prove = runs.prove

    def prove_and_be_late(*args, **kwargs):
        proof = prove(*args, **kwargs)
        Option.objects.filter(group__version=version, code="mini").update(
            attributes={"max_graphics_length_mm": 300}
        )
        return proof

    monkeypatch.setattr(runs, "prove", prove_and_be_late)
    run = done(publish(version))
    assert run.outcome == "refused"
    assert "was changed while it was checked" in run.reasons[0]


def test_a_killed_worker_leaves_a_run_that_is_done_again_after_its_lease():
    version = draft_small_model()
    run = publish(version)
    # What a worker that was killed in the middle leaves behind.
    held = timezone.now() + timedelta(seconds=60)
    VersionRun.objects.filter(pk=run.pk).update(
        step=4, step_name="Rules", leased_until=held, sends=1, due_at=timezone.now()
    )
    assert not sources.run(LABEL, run.pk)  # somebody has it
    VersionRun.objects.filter(pk=run.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    assert sources.run(LABEL, run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.step) == ("passed", 9)


def test_a_run_killed_after_its_version_was_published_ends_as_it_did():
    """Publishing and the run's outcome are one transaction: there is no state in between."""
    version = draft_small_model()
    run = publish(version)
    runs.perform_run(run)
    run.refresh_from_db()
    assert run.outcome == "passed"
    assert run.done_at is not None
    runs.perform_run(run)  # handed out again: nothing is left to do
    assert VersionRun.objects.get(pk=run.pk).outcome == "passed"


def test_two_workers_at_the_same_run_publish_once():
    version = draft_small_model()
    run = publish(version)
    one, other = VersionRun.objects.get(pk=run.pk), VersionRun.objects.get(pk=run.pk)
    runs.perform_run(one)
    runs.perform_run(other)
    run.refresh_from_db()
    assert run.outcome == "passed"
    version.refresh_from_db()
    assert version.status == ModelVersion.Status.PUBLISHED


def test_a_run_that_breaks_is_tried_again_and_then_says_what_broke(monkeypatch):
    version = draft_small_model()
    run = check(version)
    monkeypatch.setattr(runs, "prove", lambda *a, **k: 1 / 0)
    for tries in range(1, runs.MOST_TRIES):
        assert not sources.run(LABEL, run.pk)
        run.refresh_from_db()
        assert (run.failures, run.outcome) == (tries, "")
    assert sources.run(LABEL, run.pk)
    run.refresh_from_db()
    assert run.outcome == "failed"
    sentence, log = run.reasons
    assert sentence == "It broke down 3 times and was given up. Nothing was changed."
    assert log == "ZeroDivisionError: division by zero"
    check(version)  # another may be asked for


def test_progress_is_written_step_by_step_and_renews_the_lease():
    run = check(draft_small_model())
    told = []
    step = runs._step

    def watched(run, name, number, **kwargs):
        step(run, name, number, **kwargs)
        row = VersionRun.objects.get(pk=run.pk)
        told.append((row.step, row.step_name, row.leased_until > timezone.now()))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "_step", watched)
        runs.perform_run(run)
    assert [number for number, _, _ in told] == list(range(1, 10))
    assert all(is_held for _, _, is_held in told)


@needs_compiler
def test_the_circuit_is_there_when_the_version_goes_on_sale(settings):
    settings.COMPILE_CIRCUITS = True
    rungs._entries.clear()
    version = draft_small_model()
    run = done(publish(version))
    assert run.variants == "48"
    assert run.answering["rung"] == "circuit"
    assert run.answering["compared"] > 0
    assert EngineCircuit.objects.get(ir_sha256=run.ir_sha256).artefact
    rungs._entries.clear()


def too_generous(model, limits):
    """The circuit of the model's groups without any of its rules."""
    classed = classify(model)
    leaves = leaves_of(classed)
    clauses = encode(ClassedModel(model, classed.groups, ()), leaves)
    return Artefact(model.sha256, run(clauses, leaves.total, limits), None, None, 0.0)


@needs_compiler
def test_an_artefact_that_differs_from_the_solver_is_not_used_and_that_is_said(
    settings, monkeypatch
):
    settings.COMPILE_CIRCUITS = True
    rungs._entries.clear()
    monkeypatch.setattr(circuits, "compile_to_circuit", too_generous)
    finished = done(publish(draft_small_model()))
    assert finished.outcome == "passed"
    assert finished.answering["rung"] == "solver"
    assert "differ from the solver's" in finished.answering["reason"]
    assert not EngineCircuit.objects.get(ir_sha256=finished.ir_sha256).artefact
    assert rungs.answering(finished.ir_sha256).rung == "solver"
    rungs._entries.clear()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE configurator_versionrun SET report = '[]', outcome = 'refused', reasons = '[1]'",
        "UPDATE configurator_versionrun SET outcome = 'failed'",
        "UPDATE configurator_versionrun SET actor = 'nobody'",
        "UPDATE configurator_versionrun SET variants = '1'",
        "UPDATE configurator_versionrun SET done_at = NULL",
        "UPDATE configurator_versionrun SET step = steps + 1",
        "UPDATE configurator_versionrun SET valid_from = now()",
    ],
)
def test_sql_cannot_rewrite_what_a_run_said(statement):
    done(check(draft_small_model()))
    with (
        pytest.raises(IntegrityError, match=r"refused|version_run"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_sql_cannot_start_a_second_run():
    run = check(draft_small_model())
    with (
        pytest.raises(IntegrityError, match="version_run_one_at_a_time"),
        transaction.atomic(),
    ):
        VersionRun.objects.create(version=run.version, purpose="check", actor="sql")


def test_an_unchecked_version_is_still_not_published_by_the_core():
    with pytest.raises(IllegalTransition):
        publish_model_version(version_id=draft_small_model().pk)
    version = draft_small_model()
    check_model_version(version_id=version.pk)
    publish_model_version(version_id=version.pk)
