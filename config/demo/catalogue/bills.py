"""The 150% bill of material of each machine, several levels deep.

A line names a fixed part, or the group whose chosen option brings the part. Quantities and
conditions are the small JSON language that `production.bom` evaluates:
`{"fixed": 1}`, `{"of_group": "fan_quantity"}`, `{"of_attribute": "drive.sata_ports"}`, and
comparisons as the engine writes them, where a bare group stands for the chosen option's code.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

type Json = dict[str, Any]
type Operation = Literal["kitting", "build", "test", "box"]

ONE: Json = {"fixed": 1}


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line: exactly one of `part_number` and `group`."""

    operation: Operation
    part_number: str | None = None
    group: str | None = None
    quantity: Json = field(default_factory=lambda: dict(ONE))
    condition: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class Bill:
    """The bill of one made or phantom part; the top bill of a machine names its product."""

    part_number: str
    name: str
    kind: Literal["make", "phantom"]
    lines: tuple[BillLine, ...]
    product_slug: str = ""


def fixed(part_number: str, operation: Operation, quantity: Json, *condition: Json) -> BillLine:
    """Return a line with a part that does not depend on the choices."""
    return BillLine(
        operation=operation, part_number=part_number, quantity=quantity, condition=condition
    )


def chosen(group: str, operation: Operation, *condition: Json, quantity: Json = ONE) -> BillLine:
    """Return a line with the part chosen in a group."""
    return BillLine(operation=operation, group=group, quantity=quantity, condition=condition)


def is_not(group: str, code: str) -> Json:
    """Hold unless this option is chosen."""
    return {"left": group, "op": "!=", "value": code}


def of_attribute(reference: str) -> Json:
    """Return as many as an attribute of the chosen option says."""
    return {"of_attribute": reference}


def chassis(slug: str, name: str) -> Bill:
    """Case, power supply and fans: the first thing on the bench."""
    return Bill(
        part_number=f"CHS-{slug.upper()}",
        name=f"{name} chassis",
        kind="make",
        lines=(
            chosen("case", "build"),
            chosen("power_supply", "build"),
            chosen("fans", "build", is_not("fans", "none"), quantity={"of_group": "fan_quantity"}),
            fixed("CBL-FRONT", "build", ONE),
        ),
    )


def core(slug: str, name: str) -> Bill:
    """Board, processor, cooler and memory: tested on the table before it goes into the case."""
    return Bill(
        part_number=f"COR-{slug.upper()}",
        name=f"{name} core",
        kind="make",
        lines=(
            chosen("motherboard", "build"),
            chosen("cpu", "build"),
            # A boxed cooler comes with the processor, its paste already on it.
            chosen("cooler", "build", is_not("cooler", "boxed")),
            fixed("PST-THERMAL", "build", ONE, is_not("cooler", "boxed")),
            chosen("memory", "build", quantity={"of_group": "memory_quantity"}),
        ),
    )


CABLES = Bill(
    part_number="SET-CABLES",
    name="Cable set",
    kind="phantom",
    lines=(
        fixed("CBL-SATA", "build", of_attribute("drive.sata_ports")),
        fixed("CBL-SATA", "build", of_attribute("second_drive.sata_ports")),
        fixed("CBL-PCIE-8", "build", of_attribute("graphics.cables_8_pin")),
        fixed("CBL-PCIE-16", "build", of_attribute("graphics.cables_16_pin")),
    ),
)
MOUNTS = Bill(
    part_number="SET-MOUNTS",
    name="Drive mounts",
    kind="phantom",
    lines=(
        fixed("SCR-M2", "build", of_attribute("drive.m2_slots")),
        fixed("SCR-M2", "build", of_attribute("second_drive.m2_slots")),
        fixed("RLS-DRIVE", "build", of_attribute("drive.drive_bays")),
        fixed("RLS-DRIVE", "build", of_attribute("second_drive.drive_bays")),
    ),
)


def packaging(size: str) -> Bill:
    """Box, foam and what lies in the accessory bag."""
    return Bill(
        part_number=f"SET-PACK-{size}",
        name=f"Packaging, {size.lower()}",
        kind="phantom",
        lines=(
            fixed(f"BOX-{size}", "box", ONE),
            fixed(f"FOAM-{size}", "box", ONE),
            fixed("BAG-ACCESSORY", "box", ONE),
            fixed("CRD-POWER", "box", ONE),
            fixed("CRD-QUICKSTART", "box", ONE),
        ),
    )


def machine_bill(slug: str, name: str, pack: str) -> Bill:
    """The machine itself."""
    return Bill(
        part_number=f"MCH-{slug.upper()}",
        name=f"{name}, assembled",
        kind="make",
        product_slug=slug,
        lines=(
            fixed(f"CHS-{slug.upper()}", "build", ONE),
            fixed(f"COR-{slug.upper()}", "build", ONE),
            chosen("drive", "build"),
            chosen("second_drive", "build", is_not("second_drive", "none")),
            chosen("graphics", "build", is_not("graphics", "none")),
            fixed("SET-MOUNTS", "build", ONE),
            fixed("SET-CABLES", "build", ONE),
            fixed("LBL-RATING", "build", ONE),
            chosen(
                "operating_system",
                "test",
                {"left": "operating_system.licensed", "op": "==", "value": True},
            ),
            fixed("USB-RECOVERY", "test", ONE, is_not("operating_system", "none")),
            fixed(
                "CRD-REPORT",
                "test",
                ONE,
                {"left": "assembly.burn_in_h", "op": ">=", "value": 24},
            ),
            fixed(f"SET-PACK-{pack}", "box", ONE),
            chosen(
                "monitor",
                "box",
                is_not("monitor", "none"),
                quantity={"of_group": "monitor_quantity"},
            ),
        ),
    )


MACHINES = (
    ("compact", "Compact", "SMALL"),
    ("atelier", "Atelier", "LARGE"),
    ("bench", "Bench", "LARGE"),
)


def bills() -> tuple[Bill, ...]:
    """Return every bill, components before those that use them."""
    return (
        CABLES,
        MOUNTS,
        packaging("SMALL"),
        packaging("LARGE"),
        *(
            bill
            for slug, name, pack in MACHINES
            for bill in (chassis(slug, name), core(slug, name), machine_bill(slug, name, pack))
        ),
    )
