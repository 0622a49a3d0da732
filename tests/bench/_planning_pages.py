"""Pages over a full plant: statements and CPU of the server for each, as a member of staff.

The plant is what the planning benchmark leaves: some 2,200 open jobs of 97 requirements each.
Every page is asked for once before it is measured. The frame of the console (session, user,
permissions, the menu's counts) is measured by itself, on a page that asks for nothing: it is
within the CPU of each page, and taken off its statements.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission, User
from django.db.models import Sum
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from production.models import AssemblyJob, BillOfMaterial, BomLine, MaterialRequirement, Part
from production.services import supply
from production.services.scheduling import reschedule
from production.services.serials import capture_serial
from production.services.shop_floor import finish_operation, start_operation
from tests.bench._costs import Cost, ask, measured, visitor

ACTOR = "staff:bench"
ROUNDS = 7
PICKED_AT_ONCE = 20
# Figures for a machine of the scenario are in planning.py; this bill is wider and all in one piece.
WIDTHS = (25, 7, 11, 9, 8)  # lines of a bill, by level; one sub-assembly in each below the top
BRANCHES = 5


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked for, by whom it is prepared, and what it may cost."""

    name: str
    address: Callable[[], str]
    most_statements: int
    most_cpu_ms: int


def measure() -> tuple[Cost, list[tuple[Page, Cost]]]:
    """The frame, and every page within it, in a plant that is there already."""
    client = _staff()
    frame = _typical(client, reverse("ops:trace"))
    return frame, [(page, _typical(client, page.address())) for page in PAGES]


def rescheduled() -> list[tuple[str, Cost]]:
    """Every open job gets its place in the queues; then again, when nothing is new."""
    found = []
    for name in ("plan the floor: all jobs are new", "plan the floor: nothing is new"):
        with measured() as cost:
            reschedule()
        found.append((name, cost))
    return found


def _typical(client: Client, url: str) -> Cost:
    ask(client, url)
    return Cost.typical([ask(client, url)[0] for _ in range(ROUNDS)])


def _staff() -> Client:
    """Somebody who may do all that production has."""
    user = User.objects.create_user("bench", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="production"))
    client = visitor()
    client.force_login(user)
    return client


def _wide_bill() -> BillOfMaterial:
    """200 lines on five levels: 25 on top, five of them sub-assemblies of four levels each."""
    bought = list(Part.objects.filter(kind=Part.Kind.BUY).order_by("pk")[:1_000])
    below: list[Part] = []
    bills = []
    for level in range(len(WIDTHS), 0, -1):
        owners = [
            Part.objects.create(
                part_number=f"W{level}-{n}", name=f"Wide {level}-{n}", kind=Part.Kind.MAKE
            )
            for n in range(1 if level == 1 else BRANCHES)
        ]
        for n, owner in enumerate(owners):
            subs = below if level == 1 else below[n : n + 1]
            first = (level * BRANCHES + n) * len(WIDTHS) * BRANCHES
            leaves = bought[first : first + WIDTHS[level - 1] - len(subs)]
            bills.append(_release(owner, [*subs, *leaves]))
        below = owners
    lines = BomLine.objects.filter(bill__in=bills).count()
    if lines != WIDTHS[0] + BRANCHES * sum(WIDTHS[1:]):
        raise AssertionError(f"the wide bill has {lines} lines")
    return bills[-1]


def _release(owner: Part, components: list[Part]) -> BillOfMaterial:
    bill = BillOfMaterial.objects.create(part=owner, revision=1)
    BomLine.objects.bulk_create(
        BomLine(bill=bill, component=one, quantity_per="2", position=position)
        for position, one in enumerate(components)
    )
    BillOfMaterial.objects.filter(pk=bill.pk).update(status=BillOfMaterial.Status.RELEASED)
    return bill


def _bill_page() -> str:
    bill = _wide_bill()
    return reverse("ops:bill", args=[bill.pk])


def _where_used_page() -> str:
    """Of the part that most bills take."""
    most: dict[int, int] = {}
    for part_id in BomLine.objects.filter(component__isnull=False).values_list(
        "component_id", flat=True
    ):
        most[part_id] = most.get(part_id, 0) + 1
    return reverse("ops:bills_used", args=[max(most, key=lambda it: (most[it], it))])


def _trace_page() -> str:
    """Of a machine that is built here, from deliveries where parts lack and with serials."""
    job = AssemblyJob.objects.filter(status__in=("ready", "waiting_for_parts")).order_by("pk")[0]
    needs = list(MaterialRequirement.objects.filter(job=job, quantity__gt=0))
    for one in needs:
        if one.short_quantity:
            _deliver(one)
    tracked = [it for it in needs if it.part.is_tracked and it.quantity == 1]
    Part.objects.filter(pk__in=[it.part_id for it in tracked]).update(is_serial_tracked=True)
    for kind in ("kitting", "build", "test", "box"):
        start_operation(job_id=job.pk, kind=kind, actor=ACTOR)
        if kind == "kitting":
            for one in tracked:
                capture_serial(requirement_id=one.pk, serial=f"SN-{one.pk}", actor=ACTOR)
        finish_operation(job_id=job.pk, kind=kind, actor=ACTOR, by_hand="counted")
    return reverse("ops:trace_job", args=[job.number])


def _deliver(one: MaterialRequirement) -> None:
    facts: dict[str, Any] = {"reference": f"PO-{one.pk}/1", "quantity": one.short_quantity}
    supply.record_scheduled_receipt(
        **facts,
        part_id=one.part_id,
        due_on=None,
        supplier_name="Nordkomp",
        pegs=[(one.pk, one.short_quantity)],
    )
    supply.record_goods_receipt(**facts, key=f"r{one.pk}", actor=ACTOR)


def _pick_page() -> str:
    """Of the twenty jobs that have most of their parts here."""
    jobs = (
        AssemblyJob.objects.filter(status__in=("ready", "waiting_for_parts"))
        .annotate(here=Sum("requirements__allocated_quantity"))
        .order_by("-here", "pk")[:PICKED_AT_ONCE]
    )
    numbers = urlencode({"job": [job.number for job in jobs]}, doseq=True)
    return f"{reverse('ops:pick')}?{numbers}"


PAGES = (
    Page("bill of 200 lines on five levels", _bill_page, 10, 50),
    Page("where a part is used", _where_used_page, 10, 50),
    Page("record of a machine", _trace_page, 10, 50),
    Page("board with 2,000 open jobs", lambda: reverse("ops:board"), 12, 100),
    Page("pick list of twenty jobs", _pick_page, 12, 100),
)
