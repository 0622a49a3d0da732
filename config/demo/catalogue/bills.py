"""The 150% bill of material of each machine, several levels deep.

A line names a fixed part, or the group whose chosen option brings the part. Quantities and
conditions are expressions of `production.bom.expression`; what is to be done and tested stands in
`instructions`.
"""

from dataclasses import dataclass
from typing import Literal

from config.demo.catalogue import instructions
from config.demo.catalogue.instructions import CheckText, StepText

type Operation = Literal["kitting", "build", "test", "box"]

HAS_OWN_COOLER = 'cooler != "boxed"'


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line: exactly one of `part_number` and `group`."""

    operation: Operation
    part_number: str | None = None
    group: str | None = None
    quantity: str = "1"
    condition: str = ""
    alternates: str = ""
    priority: int = 1
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """The bill of one made or phantom part; the top bill of a machine names its product."""

    part_number: str
    name: str
    kind: Literal["make", "phantom"]
    lines: tuple[BillLine, ...]
    steps: tuple[StepText, ...] = ()
    checks: tuple[CheckText, ...] = ()
    product_slug: str = ""
    is_stocked: bool = False


def fixed(
    part_number: str, operation: Operation, quantity: str = "1", condition: str = ""
) -> BillLine:
    """Return a line with a part that does not depend on the choices."""
    return BillLine(operation, part_number=part_number, quantity=quantity, condition=condition)


def chosen(group: str, operation: Operation, condition: str = "", quantity: str = "1") -> BillLine:
    """Return a line with the part chosen in a group."""
    return BillLine(operation, group=group, quantity=quantity, condition=condition)


def chassis(slug: str, name: str) -> Bill:
    """Case, power supply and fans: the first thing on the bench."""
    return Bill(
        part_number=f"CHS-{slug.upper()}",
        name=f"{name} chassis",
        kind="make",
        lines=(
            chosen("case", "build"),
            chosen("power_supply", "build"),
            chosen("fans", "build", 'fans != "none"', "fan_quantity.count"),
            fixed("CBL-FRONT", "build"),
        ),
        steps=instructions.CHASSIS,
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
            chosen("cooler", "build", HAS_OWN_COOLER),
            fixed("SET-PASTE", "build", condition=HAS_OWN_COOLER),
            chosen("memory", "build", quantity="memory_quantity.count"),
        ),
        steps=instructions.CORE,
        checks=instructions.CORE_CHECKS,
    )


PASTE = Bill(
    part_number="SET-PASTE",
    name="Thermal paste, one dose",
    kind="phantom",
    lines=(
        BillLine("build", part_number="PST-THERMAL", alternates="paste", priority=1),
        BillLine(
            "build",
            part_number="PST-THERMAL-C",
            alternates="paste",
            priority=2,
            note="Ceramic; half a degree warmer under load, approved for every cooler.",
        ),
    ),
)
CABLES = Bill(
    part_number="SET-CABLES",
    name="Cable set",
    kind="phantom",
    lines=(
        fixed("CBL-SATA", "build", "drive.sata_ports + second_drive.sata_ports"),
        fixed("CBL-PCIE-8", "build", "graphics.cables_8_pin"),
        fixed("CBL-PCIE-16", "build", "graphics.cables_16_pin"),
    ),
)
MOUNTS = Bill(
    part_number="SET-MOUNTS",
    name="Drive mounts",
    kind="phantom",
    lines=(
        fixed("SCR-M2", "build", "drive.m2_slots + second_drive.m2_slots"),
        fixed("RLS-DRIVE", "build", "drive.drive_bays + second_drive.drive_bays"),
    ),
)
ACCESSORIES = Bill(
    part_number="KIT-ACCESSORY",
    name="Accessory bag, packed",
    kind="make",
    # The same for every machine, so it is packed in quiet hours and lies on the shelf.
    is_stocked=True,
    lines=(
        fixed("BAG-ACCESSORY", "box"),
        fixed("CRD-POWER", "box"),
        fixed("CRD-QUICKSTART", "box"),
    ),
    steps=instructions.ACCESSORIES,
)


def packaging(size: str) -> Bill:
    """Box, foam and the accessory bag."""
    return Bill(
        part_number=f"SET-PACK-{size}",
        name=f"Packaging, {size.lower()}",
        kind="phantom",
        lines=(
            fixed(f"BOX-{size}", "box"),
            fixed(f"FOAM-{size}", "box"),
            fixed("KIT-ACCESSORY", "box"),
        ),
    )


def machine_bill(
    slug: str,
    name: str,
    pack: str,
    burn_in_hours: tuple[int, ...],
    more_steps: tuple[StepText, ...] = (),
) -> Bill:
    """The machine itself."""
    return Bill(
        part_number=f"MCH-{slug.upper()}",
        name=f"{name}, assembled",
        kind="make",
        product_slug=slug,
        lines=(
            fixed(f"CHS-{slug.upper()}", "build"),
            fixed(f"COR-{slug.upper()}", "build"),
            chosen("drive", "build"),
            chosen("second_drive", "build", 'second_drive != "none"'),
            chosen("graphics", "build", 'graphics != "none"'),
            fixed("SET-MOUNTS", "build"),
            fixed("SET-CABLES", "build"),
            fixed("LBL-RATING", "build"),
            chosen("operating_system", "test", "operating_system.licensed"),
            fixed("USB-RECOVERY", "test", condition='operating_system != "none"'),
            fixed("CRD-REPORT", "test", condition="assembly.burn_in_h >= 24"),
            fixed(f"SET-PACK-{pack}", "box"),
            chosen("monitor", "box", 'monitor != "none"', "monitor_quantity.count"),
        ),
        steps=(*instructions.MACHINE, *more_steps),
        checks=instructions.machine_checks(burn_in_hours),
    )


# Slug, name, size of the box, hours of burn-in that can be chosen, steps of its own.
MACHINES = (
    ("compact", "Compact", "SMALL", (2, 24), ()),
    ("atelier", "Atelier", "LARGE", (2, 24, 72), ()),
    ("bench", "Bench", "LARGE", (2, 24), (instructions.FIRST_DRIVE_IN_A_BAY,)),
)


def bills() -> tuple[Bill, ...]:
    """Return every bill, components before those that use them."""
    return (
        PASTE,
        CABLES,
        MOUNTS,
        ACCESSORIES,
        packaging("SMALL"),
        packaging("LARGE"),
        *(
            bill
            for slug, name, pack, hours, steps in MACHINES
            for bill in (
                chassis(slug, name),
                core(slug, name),
                machine_bill(slug, name, pack, hours, steps),
            )
        ),
    )
