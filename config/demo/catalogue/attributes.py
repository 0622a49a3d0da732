"""What the rules may ask of a part, derived from its record.

Whole numbers with their unit in the name. `None` means unknown: the source leaves it out, or says
something that physics or its own other fields rule out. A rule over an unknown warns.
"""

import math
import re
from collections.abc import Callable, Mapping

from config.demo.catalogue.records import Record

type Value = str | int | bool | list[str] | None
type Attributes = dict[str, Value]

SLOT_POWER_W = 75  # what a PCIe slot delivers by itself
EIGHT_PIN_W = 150  # one PCIe eight-pin plug (PCI Express Card Electromechanical Specification)
SIXTEEN_PIN_W = 600  # one 12V-2x6 plug
TOLERANCE = 1.05  # makers round what a card draws
SMALLEST_BOARD_MAXIMUM_GB = 16  # a desktop board that is said to take less is a slip of units
MOST_SATA_PORTS = 16
REGISTERED_SOCKETS = frozenset({"sTR5"})  # Threadripper boards take registered modules only


def of_processor(record: Record) -> Attributes:
    """Socket, heat, and what memory it can drive."""
    return {
        "socket": record["socket"],
        "cores": record["cores"],
        "tdp_w": record["tdp_w"],
        "memory_types": sorted(record["memory_types"]),
        "max_memory_gb": _memory_maximum(record),
        "integrated_graphics": record["integrated_graphics"],
        "includes_cooler": record["includes_cooler"],
    }


def _memory_maximum(record: Record) -> int | None:
    maximum: int = record["max_memory_gb"]
    return maximum if maximum >= SMALLEST_BOARD_MAXIMUM_GB else None


def of_motherboard(record: Record) -> Attributes:
    """Socket, size and what can be plugged in."""
    ports = record["sata_ports"]
    registered = record["socket"] in REGISTERED_SOCKETS
    return {
        "socket": record["socket"],
        "form_factor": record["form_factor"],
        "memory_type": record["ram_type"],
        "memory_buffering": "registered" if registered else "unbuffered",
        "memory_slots": record["ram_slots"],
        "max_memory_gb": _memory_maximum(record),
        "m2_slots": record["m2_slots"],
        # The source writes 0 where it does not know; every desktop chipset brings SATA.
        "sata_ports": ports if 0 < ports <= MOST_SATA_PORTS else None,
    }


def of_memory(record: Record) -> Attributes:
    """One kit: its modules, its type, and whether it is registered (often only in the name)."""
    registered = record["registered"] or re.search(r"\bregistered\b", record["name"], re.IGNORECASE)
    return {
        "memory_type": record["ram_type"],
        "memory_buffering": "registered" if registered else "unbuffered",
        "modules": record["modules"],
        "capacity_gb": record["capacity_gb"],
    }


def of_graphics(record: Record) -> Attributes:
    """Size, power and power plugs of a card."""
    eight_pin, sixteen_pin = _power_plugs(record)
    cables = _cables(record) if eight_pin is None else eight_pin
    width = record["slot_width"]
    return {
        "fitted": True,
        "length_mm": math.ceil(record["length_mm"]),
        "slots": None if width is None else math.ceil(width),
        "tdp_w": record["tdp_w"],
        "eight_pin_plugs": eight_pin,
        "sixteen_pin_plugs": sixteen_pin,
        "cables_8_pin": cables,
        "cables_16_pin": sixteen_pin or 0,
    }


def _cables(record: Record) -> int:
    """Return how many eight-pin cables to lay in for a card whose plugs nobody tells."""
    power_w: int = record["tdp_w"]
    return max(0, math.ceil((power_w - SLOT_POWER_W) / EIGHT_PIN_W))


def _power_plugs(record: Record) -> tuple[int | None, int | None]:
    """Return the plugs, or unknown when they could not feed what the card draws."""
    eight_pin, sixteen_pin = record["pcie_8_pin"], record["pcie_16_pin"]
    if eight_pin is None or sixteen_pin is None:
        return None, None
    available_w = SLOT_POWER_W + EIGHT_PIN_W * eight_pin + SIXTEEN_PIN_W * sixteen_pin
    is_believable = available_w * TOLERANCE >= record["tdp_w"]
    return (eight_pin, sixteen_pin) if is_believable else (None, None)


def of_case(record: Record) -> Attributes:
    """Room in a case. Radiator and fan places are our own estimate (see the data's README)."""
    return {
        "motherboard_form_factors": sorted(record["motherboard_form_factors"]),
        "psu_form_factors": sorted(record["psu_form_factors"]),
        "max_graphics_length_mm": math.floor(record["max_gpu_length_mm"]),
        "max_cooler_height_mm": math.floor(record["max_cooler_height_mm"]),
        "max_radiator_mm": radiator_estimate_mm(record),
        "max_fans": fan_estimate(record),
        "expansion_slots": record["expansion_slots"],
        "bays_3_5": record["bays_3_5"],
        "drive_bays": record["bays_3_5"] + record["bays_2_5"],
    }


def radiator_estimate_mm(record: Record) -> int:
    """Return the largest radiator we would promise to fit, from form factor and volume."""
    form, volume_l = record["form_factor"], record["volume_l"] or 0
    if "Full Tower" in form:
        return 420
    if form == "HTPC":
        return 120
    if form.startswith("Mini ITX"):
        return 240 if volume_l >= 18 else 0
    if form.startswith("Micro ATX"):
        if 0 < volume_l < 15:
            return 0
        return 240 if volume_l < 26.2 else 360
    return 360


def fan_estimate(record: Record) -> int:
    """Return how many fans we would promise to place."""
    form = record["form_factor"]
    if form == "HTPC" or form.startswith("Mini ITX"):
        return 3
    if form.startswith("Micro ATX"):
        return 6
    return 12 if "Full Tower" in form else 9


def of_power_supply(record: Record) -> Attributes:
    """Power, size and plugs. Every ATX unit has an EPS plug: 0 there means plugs are unknown."""
    is_known = record["eps_8_pin"] > 0
    return {
        "wattage_w": record["wattage"],
        "form_factor": record["form_factor"].removesuffix("/EPS"),
        "eight_pin_plugs": record["pcie_8_pin"] if is_known else None,
        "sixteen_pin_plugs": record["pcie_16_pin"] if is_known else None,
    }


def of_cooler(record: Record) -> Attributes:
    """An air cooler has a height, a water cooler a radiator."""
    is_water = record["water_cooled"]
    return {
        "kind": "water" if is_water else "air",
        "sockets": sorted(record["sockets"]),
        "height_mm": 0 if is_water else math.ceil(record["height_mm"]),
        "radiator_mm": record["radiator_mm"],
    }


def of_drive(record: Record) -> Attributes:
    """How a drive connects and what room it takes."""
    connection = connection_of(record)
    return {
        "fitted": True,
        "connection": connection,
        "capacity_gb": record["capacity_gb"],
        "m2_slots": int(connection == "M.2"),
        "sata_ports": int(connection == "SATA"),
        "bays_3_5": int(record["form_factor"] == "3.5"),
        "drive_bays": int(connection != "M.2"),
    }


def connection_of(record: Record) -> str:
    """Return M.2, SATA, SAS, U.2 or PATA."""
    if record["form_factor"].startswith("M.2"):
        return "M.2"
    return str(record["interface"]).split()[0]


def of_fans(record: Record) -> Attributes:
    """One pack of fans."""
    return {"fitted": True, "size_mm": record["size_mm"], "fans_in_pack": record["quantity"]}


def of_monitor(record: Record) -> Attributes:
    """Nothing in the machine depends on the screen but its presence."""
    return {"fitted": True, "width_px": record["resolution"][0]}


ATTRIBUTES_OF: Mapping[str, Callable[[Record], Attributes]] = {
    "cpu": of_processor,
    "motherboard": of_motherboard,
    "memory": of_memory,
    "graphics": of_graphics,
    "case": of_case,
    "power_supply": of_power_supply,
    "cooler": of_cooler,
    "drive": of_drive,
    "fans": of_fans,
    "monitor": of_monitor,
}
