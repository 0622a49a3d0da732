"""Versions as the desk sees them: what is on sale, what comes, what the last run said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.db.models import Count, Prefetch, QuerySet
from django.utils import timezone

from config.audit.models import StateChange
from configurator.engine.circuit.artefact import from_bytes
from configurator.engine.errors import ArtefactError
from configurator.models import (
    EngineCircuit,
    ModelVersion,
    Option,
    OptionGroup,
    ProductModel,
    Rule,
    VersionRun,
)

type Standing = Literal["draft", "checked", "coming", "on_sale", "replaced", "retired"]

Status = ModelVersion.Status


def standing(version: ModelVersion, on_sale: int | None) -> Standing:
    """Where a version stands, given the key of the one that its product has on sale."""
    if version.status == Status.DRAFT:
        return "draft"
    if version.status == Status.CHECKED:
        return "checked"
    if version.status == Status.RETIRED:
        return "retired"
    if version.pk == on_sale:
        return "on_sale"
    is_past = version.valid_from is not None and version.valid_from <= timezone.now()
    return "replaced" if is_past else "coming"


def on_sale_of(version: ModelVersion) -> ModelVersion | None:
    """The version of the same product that customers configure now."""
    live = ModelVersion.objects.published().defer("ir")
    return live.filter(product_model=version.product_model_id).first()


def sold_before(version: ModelVersion) -> ModelVersion | None:
    """The version of the same product that customers configured before this one."""
    earlier = ModelVersion.objects.filter(
        product_model=version.product_model_id,
        status__in=(Status.PUBLISHED, Status.RETIRED),
        valid_from__lt=version.valid_from,
    )
    return earlier.defer("ir").order_by("-valid_from").first()


def groups_of(version: ModelVersion) -> QuerySet[OptionGroup]:
    """Its groups in their order, with the number of their options as `size`."""
    return (
        OptionGroup.objects.filter(version=version)
        .annotate(size=Count("options"))
        .order_by("position", "pk")
    )


@dataclass(frozen=True, slots=True)
class DeskVersion:
    """A version with what a list of all machines says of it."""

    version: ModelVersion
    standing: Standing
    run: VersionRun | None


@dataclass(frozen=True, slots=True)
class DeskModel:
    """A product model and its versions, newest first."""

    model: ProductModel
    versions: Sequence[DeskVersion]


def desk_models() -> list[DeskModel]:
    """All product models with all their versions, in four queries."""
    versions = ModelVersion.objects.defer("ir").order_by("-number")
    models = list(ProductModel.objects.prefetch_related(Prefetch("versions", queryset=versions)))
    live = dict(ModelVersion.objects.published().values_list("product_model", "pk"))
    runs = {
        run.version_id: run
        for run in VersionRun.objects.order_by("version", "-pk")
        .distinct("version")
        .defer("report", "impact")
    }
    return [
        DeskModel(
            model,
            [
                DeskVersion(one, standing(one, live.get(model.pk)), runs.get(one.pk))
                for one in model.versions.all()
            ],
        )
        for model in models
    ]


def last_run(version: ModelVersion) -> VersionRun | None:
    return VersionRun.objects.filter(version=version).first()


def history_of_version(version: ModelVersion) -> QuerySet[StateChange]:
    """Who moved it, and what was accepted in it; newest first."""
    rows = StateChange.objects.filter(
        subject_type="configurator.modelversion", subject_id=version.pk
    )
    return rows.order_by("-pk")


@dataclass(frozen=True, slots=True)
class Content:
    """Keys by code of what findings may name, for links to where it is changed."""

    groups: Mapping[str, int]
    options: Mapping[tuple[str, str], int]
    rules: Mapping[str, int]


def content_of(version: ModelVersion) -> Content:
    options = Option.objects.filter(group__version=version)
    return Content(
        groups=dict(OptionGroup.objects.filter(version=version).values_list("code", "pk")),
        options={
            (group, code): pk
            for group, code, pk in options.values_list("group__code", "code", "pk")
        },
        rules=dict(Rule.objects.filter(version=version).values_list("code", "pk")),
    )


@dataclass(frozen=True, slots=True)
class Answers:
    """Who answers clicks on a checked version; sizes in bytes, times in seconds."""

    rung: Literal["circuit", "solver"]
    reason: str
    size: int = 0
    seconds: float = 0.0
    variants: int | None = None
    is_being_compiled: bool = False


def answers_of(ir_sha256: str) -> Answers:
    """From the stored circuit of this content, whatever process asks."""
    if not settings.COMPILE_CIRCUITS:
        return Answers("solver", "circuits are switched off on this machine")
    row = EngineCircuit.objects.filter(ir_sha256=ir_sha256).first()
    if row is None:
        return Answers("solver", "it was never compiled")
    if row.artefact is None:
        reason = row.outcome.partition(": ")[2] or row.last_error
        is_waiting = row.done_at is None and row.dead_at is None
        return Answers("solver", reason, is_being_compiled=is_waiting)
    try:
        artefact = from_bytes(bytes(row.artefact), model=ir_sha256)
    except ArtefactError as error:
        return Answers("solver", error.message)
    return Answers(
        "circuit",
        row.outcome.partition(": ")[2],
        size=len(row.artefact),
        seconds=artefact.seconds,
        variants=artefact.variants,
    )
