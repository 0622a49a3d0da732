"""What is done and tested on the demo's machines, step by step, as the configuration asks for it.

`{group}` in a text is the name of what is chosen there, `{group.attribute}` a value of it.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class StepText:
    """One step of an operation, done where its condition holds."""

    operation: str
    text: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class CheckText:
    """One thing to be tested where its condition holds: yes or no, or a value within limits."""

    code: str
    text: str
    condition: str = ""
    unit: str = ""
    at_least: Decimal | None = None
    at_most: Decimal | None = None


CHASSIS = (
    StepText("build", "Open the {case}: take off both side panels and put them on the felt."),
    StepText("build", "Mount the {power_supply}; its fan looks at the vent. Four screws."),
    StepText(
        "build",
        "Fit {fan_quantity.count} × {fans}: front ones blow in, rear ones out. "
        "Leads go to the tray side.",
        'fans != "none" and fan_quantity.count > 0',
    ),
)
CORE = (
    StepText("build", "Put on the wrist strap and lay the {motherboard} on the table mat."),
    StepText(
        "build",
        "Open the {cpu.socket} socket, seat the {cpu} by its corner mark and close the lever. "
        "No force.",
    ),
    StepText(
        "build",
        "Fit {memory_quantity.count} × {memory}: {memory.modules * memory_quantity.count} modules, "
        "second slot from the processor first. Both latches click.",
    ),
    StepText("build", "Put on one dose of thermal paste, in the middle.", 'cooler != "boxed"'),
    StepText(
        "build",
        "Fit the {cooler}: screws crosswise, half a turn at a time, then its fan lead.",
        'cooler.kind == "air"',
    ),
    StepText(
        "build",
        "Fit the {cooler}: pump block crosswise, radiator ({cooler.radiator_mm} mm) with the hoses "
        "down, pump and fan leads.",
        'cooler.kind == "water"',
    ),
    StepText(
        "build",
        "Fit the cooler that came with the {cpu}; its paste is on it already.",
        'cooler == "boxed"',
    ),
)
ACCESSORIES = (
    StepText("box", "Put power cord and quick-start card into the accessory bag and close it."),
)
# Only the bench offers a first drive that is not an M.2 one.
FIRST_DRIVE_IN_A_BAY = StepText(
    "build",
    "Mount the {drive} on its rails in the lowest bay; data and power cable.",
    "drive.drive_bays > 0",
)
MACHINE = (
    StepText("kitting", "Take a tote, put the traveller in it and scan the job."),
    StepText("kitting", "Fetch and scan every part of the pick list. Boxes stay sealed."),
    StepText(
        "kitting",
        "Lay the {graphics} flat on top, in its antistatic bag.",
        'graphics != "none"',
    ),
    StepText("build", "Lower the core into the chassis onto its stand-offs; screws crosswise."),
    StepText("build", "Connect the front panel cable set to the {motherboard}."),
    StepText(
        "build",
        "Fit the {drive} in the M.2 slot next to the processor; one screw, finger-tight.",
        "drive.m2_slots > 0",
    ),
    StepText(
        "build",
        "Fit the {second_drive} in the next M.2 slot; one screw, finger-tight.",
        "second_drive.m2_slots > 0",
    ),
    StepText(
        "build",
        "Mount the {second_drive} on its rails in the next bay; data and power cable.",
        "second_drive.drive_bays > 0",
    ),
    StepText(
        "build",
        "Fit the {graphics} in the top slot: it clicks, then {graphics.slots} bracket screws.",
        'graphics != "none"',
    ),
    StepText(
        "build",
        "Connect {graphics.cables_8_pin} × 8-pin power to the card, one cable a plug.",
        "graphics.cables_8_pin > 0",
    ),
    StepText(
        "build",
        "Connect the 16-pin power cable to the card: pushed home, no bend within 35 mm.",
        "graphics.cables_16_pin > 0",
    ),
    StepText("build", "Tie the cables behind the tray; nothing touches a fan."),
    StepText("build", "Stick the rating label on the back, below the vents."),
    StepText("test", "Connect display, keyboard, network and the test stick, and start."),
    StepText(
        "test",
        "Install {operating_system} from the image of the week.",
        'operating_system != "none"',
    ),
    StepText(
        "test",
        "Enter the licence from the card that was fetched, and check that it is active.",
        "operating_system.licensed",
    ),
    StepText("test", "Run the burn-in: {assembly.burn_in_h} hours under full load."),
    StepText("test", "Print the test report card and sign it.", "assembly.burn_in_h >= 24"),
    StepText("box", "Wipe the panels, close the case and put it into its bag."),
    StepText(
        "box",
        "Put an inner foam block under the {graphics}: it is {graphics.length_mm} mm long.",
        "graphics.length_mm >= 280",
    ),
    StepText("box", "Foam at both ends, accessory bag on top, close the box with two strips."),
    StepText(
        "box",
        "Label {monitor_quantity.count} × {monitor} with the same order; each ships in its carton.",
        'monitor != "none"',
    ),
)
CORE_CHECKS = (
    CheckText("post", "Starts and reaches the firmware without an error."),
    CheckText("processor-shown", "The firmware shows the {cpu} with {cpu.cores} cores."),
    CheckText(
        "memory-shown",
        "The firmware shows {memory.capacity_gb * memory_quantity.count} GB of memory.",
    ),
)


def machine_checks(burn_in_hours: tuple[int, ...]) -> tuple[CheckText, ...]:
    """Return what is tested on a machine that offers so many hours of burn-in."""
    return (
        CheckText(
            "memory-errors",
            "Memory test over all {memory.capacity_gb * memory_quantity.count} GB, one pass.",
            unit="errors",
            at_most=Decimal(0),
        ),
        CheckText("drive-health", "The {drive} reports good health and full size."),
        CheckText(
            "second-drive-health",
            "The {second_drive} reports good health and full size.",
            'second_drive != "none"',
        ),
        CheckText(
            "idle-temperature",
            "Processor after ten minutes of nothing to do.",
            unit="°C",
            at_most=Decimal(50),
        ),
        CheckText(
            "load-temperature",
            "Processor after thirty minutes under full load.",
            unit="°C",
            at_most=Decimal(95),
        ),
        CheckText(
            "graphics-temperature",
            "{graphics} after thirty minutes under full load.",
            'graphics != "none"',
            unit="°C",
            at_most=Decimal(88),
        ),
        *(
            CheckText(
                f"burn-in-{hours}",
                f"Hours under full load without an error, of {hours}.",
                f"assembly.burn_in_h == {hours}",
                unit="h",
                at_least=Decimal(hours),
            )
            for hours in burn_in_hours
        ),
        CheckText("ports", "Every USB, sound and network port answers."),
        CheckText(
            "system-starts",
            "{operating_system} starts to its sign-in.",
            'operating_system != "none"',
        ),
    )
