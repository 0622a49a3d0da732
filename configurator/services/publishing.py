"""Model versions: draft → checked → published → retired, each step proven and written down.

`runs` does the same as work for a worker, with progress; this is what both rest on.
"""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from config.audit.services import change_status
from config.errors import IllegalTransition
from config.locks import lock_rows
from configurator.engine.ir import Model, model_to_dict
from configurator.errors import ModelCheckFailed
from configurator.models import ModelVersion, PriceList, ProductModel
from configurator.services.acceptance import accept_kinds
from configurator.services.checking import Proof, prove
from configurator.services.circuits import request_circuit

MOST_PROBLEMS_TOLD = 20


@transaction.atomic
def check_model_version(
    *, version_id: int, actor: str = "system", accept: Mapping[str, str] | None = None
) -> Proof:
    """Turn the tables into the engine's form and prove it sound; the version becomes checked.

    `accept` maps kinds of findings to why they are meant. Returns everything that was found.
    Raises ModelCheckFailed with every problem that was not accepted.
    """
    (version,) = lock_rows(ModelVersion, [version_id])
    accept_kinds(version_id=version_id, reasons=accept or {}, actor=actor)
    proof = prove(version)
    if proof.problems or proof.model is None:
        problems = proof.problems[:MOST_PROBLEMS_TOLD]
        raise ModelCheckFailed(f"{version} cannot go live", problems=problems)
    mark_checked(version, proof.model, actor=actor)
    return proof


def mark_checked(version: ModelVersion, model: Model, *, actor: str) -> None:
    """Freeze what was proven. The caller has locked the row."""
    version.ir = model_to_dict(model)
    version.ir_sha256 = model.sha256
    version.save(update_fields=["ir", "ir_sha256"])
    change_status(version, to=ModelVersion.Status.CHECKED, why="no problem found", actor=actor)


@transaction.atomic
def reopen_model_version(*, version_id: int, actor: str = "system") -> ModelVersion:
    """Let a checked version be edited again; it must be checked anew."""
    (version,) = lock_rows(ModelVersion, [version_id])
    change_status(version, to=ModelVersion.Status.DRAFT, why="reopened for changes", actor=actor)
    return version


@transaction.atomic
def publish_model_version(
    *, version_id: int, at: datetime | None = None, actor: str = "system"
) -> ModelVersion:
    """Put a checked version on sale from `at`, or at once where that is past or not given.

    The one before it stays on sale until that moment. Raises IllegalTransition when the version
    has not been checked, ModelCheckFailed when it would have no price then, or when another one
    starts at the very same moment.
    """
    version, others = _locked(version_id)
    if version.status != ModelVersion.Status.CHECKED:
        raise IllegalTransition(f"{version} is {version.status}; it cannot be published")
    now = timezone.now()
    starts = now if at is None or at < now else at
    problems = [
        f"{other} starts at that very moment" for other in others if other.valid_from == starts
    ]
    lists = PriceList.objects.filter(version=version, currency=settings.SHOP_CURRENCY)
    if not lists.filter(valid_from__lte=starts).exists():
        problems.append(f"no price list in {settings.SHOP_CURRENCY} is valid by then")
    if problems:
        raise ModelCheckFailed(f"{version} cannot go live", problems=problems)
    version.valid_from = starts
    version.save(update_fields=["valid_from"])
    change_status(version, to=ModelVersion.Status.PUBLISHED, why=_said(starts, now), actor=actor)
    request_circuit(ir_sha256=version.ir_sha256)
    if starts == now:
        for older in others:
            if older.valid_from is not None and older.valid_from < now:
                _retire(older, version, actor=actor)
    return version


def _said(starts: datetime, now: datetime) -> str:
    if starts <= now:
        return "put on sale"
    return f"on sale from {timezone.localtime(starts):%Y-%m-%d %H:%M}"


def _locked(version_id: int) -> tuple[ModelVersion, list[ModelVersion]]:
    """The version, and all others of its product model that are published."""
    product_model = ModelVersion.objects.values_list("product_model", flat=True).get(pk=version_id)
    lock_rows(ProductModel, [product_model])  # one sale is arranged after the other
    published = ModelVersion.objects.filter(
        product_model=product_model, status=ModelVersion.Status.PUBLISHED
    ).values_list("pk", flat=True)
    versions = {row.pk: row for row in lock_rows(ModelVersion, {version_id, *published})}
    return versions.pop(version_id), list(versions.values())


def _retire(older: ModelVersion, newer: ModelVersion, *, actor: str) -> None:
    why = f"replaced by version {newer.number}"
    change_status(older, to=ModelVersion.Status.RETIRED, why=why, actor=actor)


@transaction.atomic
def withdraw_model_version(*, version_id: int, actor: str = "system") -> ModelVersion:
    """Take a version back whose date has not come; it is checked again, and can be reopened.

    Raises ModelCheckFailed when there is nothing to take back: what was sold stays.
    """
    version, _ = _locked(version_id)
    if version.status != ModelVersion.Status.PUBLISHED:
        state = version.get_status_display().lower()
        raise ModelCheckFailed(f"{version} is {state}; there is nothing to take back")
    if version.valid_from is None or version.valid_from <= timezone.now():
        raise ModelCheckFailed(f"{version} is on sale; publish another version instead")
    why = "taken back before its date"
    change_status(version, to=ModelVersion.Status.CHECKED, why=why, actor=actor)
    return version


@transaction.atomic
def retire_replaced_versions(*, actor: str = "system") -> int:
    """Write down what time has decided: published versions that a later one has replaced.

    Customers get the later one from its date on, whether this runs or not. Returns how many.
    """
    count = 0
    for live in ModelVersion.objects.published().defer("ir").order_by("pk"):
        version, others = _locked(live.pk)
        for older in others:
            if older.valid_from < version.valid_from:  # type: ignore[operator]  # of published ones
                _retire(older, version, actor=actor)
                count += 1
    return count
