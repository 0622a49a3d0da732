"""All that goes with a machine through the floor, on one sheet. No customer's name or address."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F

from configurator.selectors import ChosenOption, Drawing, chosen_options, drawing
from production.bom import Check
from production.models import AssemblyJob, JobHold, JobOperation, MaterialRequirement
from production.selectors.checks import checks_of
from production.selectors.floor import with_operations


@dataclass(frozen=True, slots=True)
class TravelOperation:
    """One operation with what it takes and what is to be done, as this machine's bill says."""

    operation: JobOperation
    parts: tuple[MaterialRequirement, ...]
    steps: tuple[str, ...]

    @property
    def kind(self) -> str:
        return self.operation.kind


@dataclass(frozen=True, slots=True)
class Traveller:
    """`promised_on`: what the customer was told. `hold`: why nobody works on it, or None."""

    job: AssemblyJob
    order_number: str
    promised_on: date | None
    chosen: tuple[ChosenOption, ...]
    drawing: Drawing
    operations: tuple[TravelOperation, ...]
    checks: tuple[Check, ...]
    hold: JobHold | None


def traveller(number: str) -> Traveller | None:
    """The sheet of the job with this number; None where there is no such job."""
    job = (
        with_operations(AssemblyJob.objects.filter(number=number))
        .select_related(
            "snapshot", "order_line__order", "order_line__configuration__version__product_model"
        )
        .first()
    )
    if job is None:
        return None
    configuration = job.order_line.configuration
    parts = _parts(job)
    return Traveller(
        job=job,
        order_number=job.order_line.order.number,
        promised_on=job.order_line.order.promised_ships_on,
        chosen=tuple(one for one in chosen_options(configuration) if one.quantity),
        drawing=drawing(configuration.version, configuration.choices),
        operations=tuple(
            TravelOperation(
                operation=one,
                parts=tuple(need for need in parts if need.operation == one.kind),
                steps=tuple(
                    step["text"] for step in job.snapshot.steps if step["operation"] == one.kind
                ),
            )
            for one in job.operations.all()
        ),
        checks=checks_of(job),
        hold=job.holds.filter(lifted_at=None).first(),
    )


def _parts(job: AssemblyJob) -> list[Any]:
    """What the job takes, each with its part and what it replaces, along the walk."""
    return list(
        MaterialRequirement.objects.filter(job=job, quantity__gt=0)
        .select_related("part__stock_level__home_bin", "replaces")
        .order_by(F("part__stock_level__home_bin__sequence").asc(nulls_last=True), "pk")
    )
