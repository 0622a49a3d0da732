"""Model versions: draft → checked → published → retired, each step proven and written down."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from config.audit.services import change_status
from config.locks import lock_rows
from configurator.engine.check import Report, check_model
from configurator.engine.errors import EngineError
from configurator.engine.ir import Model, model_from_dict, model_to_dict
from configurator.engine.price import PriceBook
from configurator.errors import ModelCheckFailed
from configurator.models import ModelVersion, PriceList
from configurator.selectors import read_price_book
from configurator.services.circuits import request_circuit
from configurator.services.compiling import model_data

MOST_PROBLEMS_TOLD = 20


@transaction.atomic
def check_model_version(*, version_id: int, actor: str = "system") -> Report:
    """Turn the tables into the engine's form and prove it sound; the version becomes checked.

    Returns what is worth knowing but does not block, such as options that nobody can have.
    Raises ModelCheckFailed with every problem: a malformed group, option or rule; rules that
    allow nothing; defaults that break a rule; options without a price.
    """
    (version,) = lock_rows(ModelVersion, [version_id])
    model = _compiled(version)
    report = check_model(model)
    problems = [
        f"{finding.where}: {finding.message}" for finding in report.findings if finding.is_blocking
    ]
    problems += _unpriced(version, model)
    if problems:
        raise ModelCheckFailed(f"{version} cannot go live", problems=problems[:MOST_PROBLEMS_TOLD])
    version.ir = model_to_dict(model)
    version.ir_sha256 = model.sha256
    version.save(update_fields=["ir", "ir_sha256"])
    change_status(version, to=ModelVersion.Status.CHECKED, why="no problem found", actor=actor)
    return report


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
    """Put a checked version on sale from `at` (now); the one before it is retired.

    Raises IllegalTransition when the version has not been checked.
    """
    product_model = ModelVersion.objects.values_list("product_model", flat=True).get(pk=version_id)
    live = ModelVersion.objects.filter(
        product_model=product_model, status=ModelVersion.Status.PUBLISHED
    ).values_list("pk", flat=True)
    versions = {row.pk: row for row in lock_rows(ModelVersion, {version_id, *live})}
    version = versions.pop(version_id)
    for older in versions.values():
        why = f"replaced by version {version.number}"
        change_status(older, to=ModelVersion.Status.RETIRED, why=why, actor=actor)
    version.valid_from = at or timezone.now()
    version.save(update_fields=["valid_from"])
    change_status(version, to=ModelVersion.Status.PUBLISHED, why="put on sale", actor=actor)
    request_circuit(ir_sha256=version.ir_sha256)
    return version


def _compiled(version: ModelVersion) -> Model:
    try:
        return model_from_dict(model_data(version))
    except EngineError as error:
        raise ModelCheckFailed(f"{version} cannot go live", problems=[error.message]) from error


def _unpriced(version: ModelVersion, model: Model) -> list[str]:
    lists = PriceList.objects.filter(version=version, currency=settings.SHOP_CURRENCY)
    newest = lists.first()
    if newest is None:
        return [f"There is no price list in {settings.SHOP_CURRENCY}"]
    book: PriceBook = read_price_book(newest)
    return [
        f"{group.code}.{option.code} has no price in {newest}"
        for group in model.groups
        if group.quantity_for is None
        for option in group.options
        if (group.code, option.code) not in book.option_minor
    ]
