"""What was found when a machine was tested: yes or no, or a value within the snapshot's limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.db import transaction

from production.bom import Check
from production.errors import (
    CheckRefused,
    ClientIdReused,
    IllegalTransition,
    OperationOutOfOrder,
    UnknownCheck,
)
from production.models import AssemblyJob, CheckResult, JobOperation
from production.selectors.checks import checks_of
from production.services.client_ids import each_id_once
from production.services.locked_job import LockedJob, lock_job, refuse_on_hold

LARGEST = Decimal(10) ** 9
STEP = Decimal("0.001")


@transaction.atomic
def record_check(
    *,
    client_id: UUID,
    job_id: int,
    code: str,
    actor: str,
    is_passed: bool | None = None,
    value: Decimal | None = None,
    note: str = "",
) -> CheckResult:
    """Write down the result of one check; the last one counts. Once a `client_id`.

    A check with a unit takes `value`, and passes within its limits; one without takes
    `is_passed`. Raises `UnknownCheck`, `CheckRefused` when the other was given, `IllegalTransition`
    before the machine is tested or after it is boxed, `JobOnHold`, `UnknownJob`,
    `ClientIdReused`.
    """
    locked = lock_job(job_id)
    if said := CheckResult.objects.filter(client_id=client_id).first():
        if (said.job_id, said.code) != (job_id, code):
            raise ClientIdReused(f"The client id {client_id} was used for something else.")
        return said
    refuse_unless_under_test(locked)
    found = Found(client_id, code, is_passed=is_passed, value=value, note=note)
    result = _judged(locked, checks_of(locked.job), found, actor)
    with each_id_once():
        result.save(force_insert=True)
    return result


@dataclass(frozen=True, slots=True)
class Found:
    """What one check found: `value` where it has a unit, `is_passed` where it has none."""

    client_id: UUID
    code: str
    is_passed: bool | None = None
    value: Decimal | None = None
    note: str = ""


@transaction.atomic
def record_checks(*, job_id: int, found: Sequence[Found], actor: str) -> list[CheckResult]:
    """A whole protocol at once, all of it or nothing: `record_check` for each, once a `client_id`.

    Returns what was new.
    """
    locked = lock_job(job_id)
    ids = [one.client_id for one in found]
    said = {
        one.client_id: (one.job_id, one.code)
        for one in CheckResult.objects.filter(client_id__in=ids)
    }
    for one in found:
        if said.get(one.client_id, (job_id, one.code)) != (job_id, one.code):
            raise ClientIdReused(f"The client id {one.client_id} was used for something else.")
    new = [one for one in found if one.client_id not in said]
    if new:
        refuse_unless_under_test(locked)
    known = checks_of(locked.job)
    results = [_judged(locked, known, one, actor) for one in new]
    with each_id_once():
        return CheckResult.objects.bulk_create(results)


def _judged(locked: LockedJob, known: Sequence[Check], one: Found, actor: str) -> CheckResult:
    check = _check(locked, known, one.code)
    is_passed, value = one.is_passed, one.value
    if check.unit:
        measured = _measured(check, value)
        # Judged as measured, kept in thousandths: rounding must not carry a value over a limit.
        is_passed, value = is_within(check, measured), measured.quantize(STEP)
    elif value is not None or is_passed is None:
        raise CheckRefused(f"{check.text}: expected passed or failed, got {_told(value)}.")
    return CheckResult(
        client_id=one.client_id,
        job=locked.job,
        code=check.code,
        is_passed=is_passed,
        value=value,
        note=one.note.strip()[:200],
        actor=actor[:120],
    )


def is_within(check: Check, value: Decimal) -> bool:
    """Whether a value lies within the limits of a check; the limits themselves do."""
    low, high = check.at_least, check.at_most
    return (low is None or value >= Decimal(low)) and (high is None or value <= Decimal(high))


def refuse_unless_under_test(locked: LockedJob) -> None:
    """Raises `OperationOutOfOrder` before the test has begun, `IllegalTransition`, `JobOnHold`."""
    job = locked.job
    refuse_on_hold(job)
    if locked.operation(JobOperation.Kind.TEST).status == JobOperation.Status.PENDING:
        raise OperationOutOfOrder(f"{job.number}: its test has not been started.")
    if job.status != AssemblyJob.Status.IN_PROGRESS:
        raise IllegalTransition(f"{job.number} is {job.get_status_display().lower()}.")


def _check(locked: LockedJob, known: Sequence[Check], code: str) -> Check:
    for check in known:
        if check.code == code:
            return check
    codes = ", ".join(check.code for check in known) or "none"
    raise UnknownCheck(f"{locked.job.number} has no check {code[:40]!r}; expected one of {codes}.")


def _measured(check: Check, value: Decimal | None) -> Decimal:
    if value is None:
        raise CheckRefused(f"{check.text}: expected a value in {check.unit}, got none.")
    if not value.is_finite() or abs(value) >= LARGEST:
        raise CheckRefused(f"{check.text}: expected a value in {check.unit}, got {value}.")
    return value


def _told(value: Decimal | None) -> str:
    return "nothing" if value is None else f"the value {value}"


def record_told_check(*, client_id: UUID, job_id: int, told: str, actor: str) -> CheckResult:
    """`record_check` for what a label says: `<code>:pass`, `<code>:fail`, `<code>:12.05`."""
    code, _, result = told.rpartition(":")
    word = result.strip().casefold()
    if word in {"pass", "fail"}:
        return record_check(
            client_id=client_id, job_id=job_id, code=code, actor=actor, is_passed=word == "pass"
        )
    try:
        value = Decimal(word)
    except InvalidOperation as error:
        raise CheckRefused(f"Expected pass, fail or a value, got {result[:40]!r}.") from error
    return record_check(client_id=client_id, job_id=job_id, code=code, actor=actor, value=value)
