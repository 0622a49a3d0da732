"""A floor to scan on: one paid machine, serial numbers of the processor and the memory, checks."""

from uuid import uuid4

from production.models import (
    AssemblyJob,
    BillOfMaterial,
    BomLine,
    CheckItem,
    MaterialRequirement,
    Part,
)
from production.services.scanning import scan
from production.services.shop_floor import finish_operation, start_operation
from tests.factories.production import draft_bill, makeable_model, part, planned_order

ACTOR = "staff:ines"
KINDS = ("kitting", "build", "test", "box")
CHECKS = (("boots", "It boots", "", None, None), ("rail-12v", "12 V rail", "V", "11.4", "12.6"))


# Two glues, of which three of the second do for two of the first; two fans, one for one.
ALTERNATES = (("GLUE", "2", 1), ("GLUE-B", "3", 2), ("FAN", "1", 1), ("FAN-B", "1", 2))


def model_with_checks(*, tracked=("CPU-6",), has_alternates=False):
    """The small computer, whose machine is tested; `tracked`: parts with serial numbers."""
    version = makeable_model()
    Part.objects.filter(part_number__in=tracked).update(is_serial_tracked=True)
    top = Part.objects.get(part_number__startswith="MCH-")
    old = top.bills.get(status=BillOfMaterial.Status.RELEASED)
    rows = [
        (
            f"@{line.component_group}" if line.component_group else line.component.part_number,
            line.quantity_per,
            line.condition,
            line.operation,
        )
        for line in old.lines.select_related("component").order_by("position")
    ]
    BillOfMaterial.objects.filter(pk=old.pk).update(status=BillOfMaterial.Status.SUPERSEDED)
    new = draft_bill(top, rows, old.product_slug)
    for code, text, unit, low, high in CHECKS:
        CheckItem.objects.create(
            bill=new, code=code, text=text, unit=unit, at_least=low, at_most=high
        )
    for position, (number, quantity, priority) in enumerate(ALTERNATES * has_alternates, 100):
        BomLine.objects.create(
            bill=new,
            position=position,
            component=part(number, is_tracked=number.startswith("FAN")),
            quantity_per=quantity,
            operation="build",
            alternates=number.removesuffix("-B").lower(),
            priority=priority,
        )
    BillOfMaterial.objects.filter(pk=new.pk).update(status=BillOfMaterial.Status.RELEASED)
    return version


def job_of(order):
    return AssemblyJob.objects.get(clearance=order.pk)


def planned_job(**options):
    return job_of(planned_order(**options))


def start(job, kind):
    return start_operation(job_id=job.pk, kind=kind, actor=ACTOR)


def finish(job, kind, **options):
    options.setdefault("by_hand", "counted")
    return finish_operation(job_id=job.pk, kind=kind, actor=ACTOR, **options)


def go(job, *kinds):
    for kind in kinds:
        start(job, kind)
        finish(job, kind)


def beep(code, job=None, *, client_id=None, **options):
    """One scan of somebody who is at a job."""
    return scan(
        client_id=client_id or uuid4(),
        job_number=job.number if job else None,
        code=code,
        actor=options.pop("actor", ACTOR),
        **options,
    )


def need(job, part_number):
    return MaterialRequirement.objects.get(job=job, part__part_number=part_number)
