"""The key-facts line under an option's name, derived from the record's fields."""

import re
from collections.abc import Callable, Mapping

from config.demo.catalogue.attributes import (
    connection_of,
    of_graphics,
    of_memory,
    of_motherboard,
    of_power_supply,
)
from config.demo.catalogue.naming import memory_series
from config.demo.catalogue.records import Record
from config.demo.catalogue.wording import counted, joined, maker_of


def of_processor(record: Record) -> str:
    """16 cores · 5.7 GHz · 170 W · AM5."""
    return joined(
        counted(record["cores"], "core"),
        f"{record['boost_ghz']:g} GHz",
        f"{record['tdp_w']} W",
        record["socket"],
        "graphics built in" if record["integrated_graphics"] else "",
    )


def of_board(record: Record) -> str:
    """AM5 · B850 · Mini-ITX · DDR5, 2 slots · 2 × M.2 · Wi-Fi."""
    ports = of_motherboard(record)["sata_ports"]
    return joined(
        record["socket"],
        record["chipset"].split()[-1],
        record["form_factor"],
        f"{record['ram_type']}, {counted(record['ram_slots'], 'slot')}",
        f"{record['m2_slots']} × M.2",
        f"{ports} × SATA" if ports else "",
        "Wi-Fi" if record["wifi"] else "",
    )


def of_kit(record: Record) -> str:
    """Corsair Vengeance RGB · 2 modules · registered."""
    registered = of_memory(record)["memory_buffering"] == "registered"
    return joined(
        memory_series(record),
        counted(record["modules"], "module"),
        "ECC" if record["ecc"] else "",
        "registered" if registered else "",
    )


def of_card(record: Record) -> str:
    """ASUS · 360 W · 16-pin · 304 mm · 2 slots."""
    known = of_graphics(record)
    return joined(
        maker_of(record),
        f"{record['tdp_w']} W" if record["tdp_w"] else "",
        plugs(known["eight_pin_plugs"], known["sixteen_pin_plugs"]),
        f"{known['length_mm']} mm",
        counted(known["slots"], "slot"),
    )


def plugs(eight_pin: object, sixteen_pin: object) -> str:
    """Return "2 × 8-pin", "16-pin", "no power plug"; "" when unknown."""
    if eight_pin is None or sixteen_pin is None:
        return ""
    named = [
        f"{count} × {pins}-pin" if count != 1 else f"{pins}-pin"
        for count, pins in ((eight_pin, 8), (sixteen_pin, 16))
        if count
    ]
    return " + ".join(named) or "no power plug"


def of_case(record: Record) -> str:
    """ATX Full Tower · cards to 413 mm · coolers to 185 mm · 61 litres."""
    volume_l = record["volume_l"]
    return joined(
        re.sub("Tower|Desktop|Mid|Full|Mini (?!ITX)", _lower, record["form_factor"]),
        f"cards to {record['max_gpu_length_mm']:.0f} mm",
        f"coolers to {record['max_cooler_height_mm']:.0f} mm",
        f"{volume_l:.0f} litres" if volume_l else "",
    )


def _lower(match: re.Match[str]) -> str:
    return match[0].lower()


def of_supply(record: Record) -> str:
    """80+ Gold · ATX · fully modular · 2 × 8-pin + 16-pin."""
    known = of_power_supply(record)
    modular = {"Full": "fully modular", "Semi-Modular": "partly modular"}
    found = plugs(known["eight_pin_plugs"], known["sixteen_pin_plugs"])
    return joined(
        record["efficiency"],
        str(known["form_factor"]),
        modular.get(record["modular"], "fixed cables"),
        found if found != "no power plug" else "no PCIe plug",
    )


def of_cooler(record: Record) -> str:
    """Water · 360 mm radiator; Air · 155 mm high · 26 dB(A)."""
    is_water = record["water_cooled"]
    noise = record["noise_dba"]
    return joined(
        "water" if is_water else "air",
        f"{record['radiator_mm']} mm radiator" if is_water else f"{record['height_mm']:g} mm high",
        f"{noise:g} dB(A)" if noise else "",
        ", ".join(sorted(record["sockets"])),
    )


def of_drive(record: Record) -> str:
    """SSD · M.2 · PCIe 4.0 ×4."""
    connection = connection_of(record)
    lanes = str(record["interface"]).removeprefix("M.2 ").replace(" x", " ×")
    return joined(
        "SSD" if is_solid_state(record) else "hard drive",
        connection if connection == "M.2" else f"{record['form_factor']} inch",
        lanes if lanes != connection else connection,
    )


def is_solid_state(record: Record) -> bool:
    """Tell SSD from hard drive; some SSDs are filed as HDD."""
    solid = record["kind"] == "SSD" or "SSD" in record["name"]
    return solid or str(record["form_factor"]).startswith("M.2")


def of_fans(record: Record) -> str:
    """120 mm · PWM · 2 in the pack."""
    return joined(
        f"{record['size_mm']} mm",
        "speed controlled (PWM)" if record["pwm"] else "fixed speed",
        f"{record['quantity']} in the pack" if record["quantity"] > 1 else "",
    )


def of_monitor(record: Record) -> str:
    """3840 × 2160 · 120 Hz · QD-OLED."""
    width, height = record["resolution"]
    hertz = record["refresh_hz"]
    return joined(f"{width} × {height}", f"{hertz} Hz" if hertz else "", record["panel"] or "")


FACTS_OF: Mapping[str, Callable[[Record], str]] = {
    "cpu": of_processor,
    "motherboard": of_board,
    "memory": of_kit,
    "graphics": of_card,
    "case": of_case,
    "power_supply": of_supply,
    "cooler": of_cooler,
    "drive": of_drive,
    "fans": of_fans,
    "monitor": of_monitor,
}
