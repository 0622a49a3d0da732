"""Checking and publishing as work for a worker: asked for, done under a lease, reported.

A run that its worker did not live to finish is handed out again when its lease ends. Nothing of
it is written before the end but its progress and the circuit, which is the same however often it
is compiled, so it may be done any number of times.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from config.errors import CartwrightError
from config.locks import lock_rows
from configurator.engine.errors import EngineError
from configurator.engine.ir import Model, model_from_dict
from configurator.errors import ModelCheckFailed, RunUnderWay
from configurator.models import ModelVersion, VersionRun
from configurator.selectors.impact import impact_of
from configurator.services import circuits
from configurator.services.checking import Proof, prove
from configurator.services.compiling import model_data
from configurator.services.publishing import mark_checked, publish_model_version

logger = logging.getLogger(__name__)

# Renewed before every step, so it need only outlast the longest: compiling.
LEASE = circuits.LEASE
QUICK_LEASE = timedelta(seconds=90)
# A run that breaks this often is given up, so that another can be asked for.
MOST_TRIES = 3
OPEN = (ModelVersion.Status.DRAFT, ModelVersion.Status.CHECKED)
COMPILING, IMPACT, LAST = "Circuit and count", "Carts and orders", "Writing it down"
STEPS_BEFORE, STEPS = 6, 9


def request_version_run(
    *,
    version_id: int,
    purpose: str,
    actor: str,
    valid_from: datetime | None = None,
) -> VersionRun:
    """Have a worker check a version, or check and publish it from `valid_from` (at once) on.

    Raises RunUnderWay when it is at it already, and ModelCheckFailed when there is nothing to
    publish any more.
    """
    version = ModelVersion.objects.select_related("product_model").defer("ir").get(pk=version_id)
    is_to_be_sold = purpose == VersionRun.Purpose.PUBLISH
    if is_to_be_sold and version.status not in OPEN:
        raise ModelCheckFailed(f"{version} is {version.get_status_display().lower()} already")
    try:
        with transaction.atomic():
            run = VersionRun.objects.create(
                version=version,
                purpose=VersionRun.Purpose(purpose),
                valid_from=valid_from if is_to_be_sold else None,
                actor=actor,
                steps=STEPS,
                step_name="Waiting for a worker",
            )
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_notify('outbox', '')")
    except IntegrityError as error:
        if "version_run_one_at_a_time" not in str(error):
            raise
        raise RunUnderWay(f"{version} is being checked already; wait for it to end") from error
    return run


def perform_run(run: VersionRun) -> None:
    """Do what was asked, step by step, and write down what came of it. Idempotent.

    Runs under a lease, outside any transaction. What is wrong with the version ends the run as
    refused; what is wrong with us is tried again, and ends it as failed after `MOST_TRIES`.
    """
    if run.outcome:
        return
    try:
        _perform(run)
    except Exception as error:
        is_outage = isinstance(error, CartwrightError) and error.is_outage
        if is_outage or run.failures + 1 < MOST_TRIES:
            raise
        logger.exception("run %s of %s given up", run.pk, run.version)
        sentence = f"It broke down {MOST_TRIES} times and was given up. Nothing was changed."
        log = f"{type(error).__name__}: {error}"[:500]
        _finish(run, VersionRun.Outcome.FAILED, reasons=[sentence, log])


def _perform(run: VersionRun) -> None:
    version = (
        ModelVersion.objects.select_related("product_model").defer("ir").get(pk=run.version_id)
    )
    starts = run.valid_from
    if run.purpose == VersionRun.Purpose.PUBLISH:
        starts = max(starts or timezone.now(), timezone.now())
    proof = prove(version, at=starts, progress=lambda name, n, _: _step(run, name, n))
    facts: dict[str, object] = {"report": [told.as_json() for told in proof.findings]}
    if proof.model is not None:
        facts["ir_sha256"] = proof.model.sha256
        kinds = {told.kind for told in proof.findings}
        if not kinds & {"malformed", "void"}:
            is_unpriced = "no_price" in kinds
            facts |= _looked_further(run, version, proof.model, is_unpriced=is_unpriced)
    _step(run, LAST, STEPS)
    _conclude(run, proof, facts)


def _looked_further(
    run: VersionRun, version: ModelVersion, model: Model, *, is_unpriced: bool
) -> Mapping[str, object]:
    """Circuit, number of variants and impact: of a model that can be configured at all.

    Without a price for every option nobody knows what becomes of a cart.
    """
    _step(run, COMPILING, STEPS_BEFORE + 1, lease=LEASE)
    answering = circuits.prepare_circuit(model)
    _step(run, IMPACT, STEPS_BEFORE + 2)
    return {
        "answering": answering.as_json(),
        "variants": answering.variants,
        "impact": None if is_unpriced else impact_of(version, model),
    }


def _step(run: VersionRun, name: str, number: int, *, lease: timedelta = QUICK_LEASE) -> None:
    """Say what is being done, and hold the lease for as long as that may take."""
    VersionRun.objects.filter(pk=run.pk, done_at__isnull=True).update(
        step=number, steps=STEPS, step_name=name, leased_until=timezone.now() + lease
    )


def _conclude(run: VersionRun, proof: Proof, facts: Mapping[str, object]) -> None:
    """Move the version and finish the run in one transaction, or refuse and say why."""
    reasons = proof.problems
    if not reasons:
        try:
            with transaction.atomic():
                _move_version(run, proof)
                _finish(run, VersionRun.Outcome.PASSED, **facts)
        except CartwrightError as error:
            reasons = str(error).splitlines()
    if reasons:
        _finish(run, VersionRun.Outcome.REFUSED, reasons=reasons, **facts)


def _move_version(run: VersionRun, proof: Proof) -> None:
    (version,) = lock_rows(ModelVersion, [run.version_id])
    model = proof.model
    if version.status == ModelVersion.Status.DRAFT and model is not None:
        if not _is_unchanged(version, model):
            raise ModelCheckFailed(f"{version} was changed while it was checked; check it again")
        mark_checked(version, model, actor=run.actor)
    if run.purpose == VersionRun.Purpose.PUBLISH:
        publish_model_version(version_id=version.pk, at=run.valid_from, actor=run.actor)


def _is_unchanged(version: ModelVersion, model: Model) -> bool:
    try:
        return model_from_dict(model_data(version)).sha256 == model.sha256
    except EngineError:
        return False


def _finish(run: VersionRun, outcome: str, **facts: object) -> None:
    """Write the outcome down, once: of two workers at the same run the first one counts."""
    VersionRun.objects.filter(pk=run.pk, outcome="").update(
        outcome=outcome, done_at=timezone.now(), leased_until=None, **facts
    )
