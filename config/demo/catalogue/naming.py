"""Short, readable option names, one function a category."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from config.demo.catalogue.records import Record
from config.demo.catalogue.wording import (
    COLOURS,
    calm,
    capacity,
    colour_of,
    counted,
    maker_of,
    tidy,
    without,
    without_maker,
)

SOCKETS = (r"\b(AMD |Intel )?(AM[45]|LGA ?\d{4}|sTR5)\b",)
FORM_FACTORS = (r"\b(Mini|Micro|E)[- ]?(ATX|ITX|DTX)\b", r"\bATX\b", r"\bEATX\b")
MEMORY_WORDS = (r"\bDDR[45](-?\d{4,5})?\b", r"\bGDDR\d+X?\b", r"\bGEN5\b")
COLOUR_WORDS = (
    r"\bchromax\.black(\.swap)?\b( Multicolor)?",
    rf"\b({'|'.join((*COLOURS, 'Snow'))})( / \w+)*\b",
)


def processor_name(record: Record) -> str:
    """Ryzen 9 9950X3D."""
    name = without(tidy(record["name"]), r"^AMD ", r"^Intel ")
    name = re.sub(r"^(Core i\d)-", r"\1 ", name)
    return re.sub(r" OEM/Tray$", ", tray", name)


def motherboard_name(record: Record) -> str:
    """ASUS ROG Strix B850-I Gaming WiFi."""
    name = without_maker(tidy(record["name"]), record)
    name = name.split(",")[0]
    name = without(name, *SOCKETS, *FORM_FACTORS, *MEMORY_WORDS, r"SATA 6Gb/s", r"PCIe 4\.0")
    name = without(name, r"\b(AMD|Intel) [XBHAZ]\d{3}E?\b", r"Motherboard", r"\bUSB 3\.2\b")
    name = without(name, r"\bAMD( Ryzen 3000)?\b", r"\bIntel\b", r"\(rev[^)]*\)")
    chipset = record["chipset"].split()[-1]
    if name.upper().count(chipset) > 1:  # "B860 B860M Pro-A": the chipset is in the model already
        name = re.sub(rf"^{chipset}\s+", "", name)
    # The source puts the chipset before "M-X"; its maker prints B850M-X.
    name = re.sub(rf"^({chipset}) (M-\w+)", r"\1\2", name)
    name = re.sub(r"\b(D4)\b", "DDR4", name)
    return f"{maker_of(record)} {calm(name)}"


def memory_name(record: Record) -> str:
    """64 GB, 2 × 32, DDR5-6000 CL30."""
    return (
        f"{record['capacity_gb']} GB, {record['modules']} × {record['module_gb']}, "
        f"{record['ram_type']}-{record['speed_mts']} CL{record['cas_latency']}"
    )


# Longer names before the shorter ones that they contain.
GRAPHICS_SERIES = (
    *("Red Dragon", "Red Devil", "Challenger D", "Challenger", "Steel Legend Dark"),
    *("Taichi White", "Low Profile", "Dual-Fan Slim", "Phantom Gaming D", "Phantom Gaming"),
    *("Dual", "ROG Strix LC", "ROG Strix", "ROG Astral", "TUF Gaming", "Prime", "Nitro+", "Nitro"),
    *("Pure", "Pulse", "Fighter", "Speedster", "Merc 310", "Merc 319", "Swft 309", "Swft 210"),
    *("Aorus", "Windforce", "Gaming X Trio", "Gaming Trio", "Gaming X Slim", "Gaming X", "Gaming"),
    *("Elite", "Master", "Xtreme", "Waterforce", "Ventus 2X Black", "Ventus 2X", "Ventus 3X"),
    *("Ventus GP", "Ventus", "XC Black", "XC Hybrid", "XC", "FTW3 Ultra", "FTW3 Black", "KO Ultra"),
    *("World of Warcraft Midnight Light", "World of Warcraft Midnight Void", "Frieren"),
    *("Mandalorian and Grogu", "Lightning Z", "Eco", "Orc", "Blower", "Limited Edition"),
    *("Founders Edition", "Max", "Evo Advanced", "Evo", "V2", "White", "BTF", "Core", "ITX", "OC"),
)
SERIES_PATTERN = rf"\b(?:{'|'.join(map(re.escape, GRAPHICS_SERIES))})(?!\w)"


def graphics_name(record: Record) -> str:
    """GeForce RTX 5080 Prime Evo OC, 16 GB."""
    chipset = re.sub(r" \d+ ?GB\b| GDDR\dX| Workstation Edition| Generation", "", record["chipset"])
    rest = without(tidy(record["name"]), re.escape(chipset), *MEMORY_WORDS)
    spelled = {series.lower(): series for series in GRAPHICS_SERIES}
    words = re.findall(SERIES_PATTERN, rest, re.IGNORECASE)
    series = " ".join(dict.fromkeys(spelled[word.lower()] for word in words))
    return f"{tidy(f'{chipset} {series}')}, {record['memory_gb']} GB"


def case_name(record: Record) -> str:
    """Fractal Design North XL, black."""
    name = without_maker(tidy(record["name"]), record)
    name = re.split(
        r"\s(?:EATX|E-ATX|ATX|Micro[- ]?ATX|MicroATX|Mini-ITX|HTPC)\b"
        r"|,|/ARGB| with | w/ | TG | — | – ",
        name,
        flags=re.IGNORECASE,
    )[0]
    name = without(
        name,
        *COLOUR_WORDS,
        r"Tempered Glass.*",
        r"(ATX )?(Modular )?(Mid|Full|Mini)-?Tower.*",
        r"\bPC\b",
        r"\bComputer Case\b",
        r"\(CC-[^)]*\)",
        r" Steel\b",
        r"\bWhite\b",
        r" Clear$",
    )
    colour = colour_of(record)
    short = f"{maker_of(record)} {calm(name)}" if name else maker_of(record)
    return f"{short}, {colour}" if colour and colour not in short.lower() else short


def power_supply_name(record: Record) -> str:
    """MSI MAG A650GLS PCIE5, 650 W."""
    name = without_maker(tidy(record["name"]), record)
    name = without(
        name,
        r"\b\d{3,4} ?W\b",
        r"\b80 ?(\+|plus|PLUS)( ?(Bronze|Silver|Gold|Platinum|Titanium|White))?",
        r"\bCertified\b",
        r"\b(Fully|Full|Semi|Non)[- ]?Modular\b",
        r"\b(Flex ATX|ATX/PS2|ATX 3(\.\d)?|ATX|SFX-L|SFX|TFX)\b(?! Series)",
        r"\bPower Supply\b.*",
        r"\bPSU\b",
        r"\b230V\b",
        r"\b3 Year Warranty\b",
        r"Compact.*",
        r"\(?CP-\d+-NA\)?",
        r"\(FD-[^)]*\)",
        *COLOUR_WORDS,
    )
    name = re.sub(
        r"\b(Platinum|Titanium|Gold|Bronze) (Platinum|Titanium|Gold|Bronze)\b", r"\1", name
    )
    return f"{tidy(f'{maker_of(record)} {calm(name)}').strip(' ,-')}, {record['wattage']} W"


def cooler_name(record: Record) -> str:
    """ARCTIC Liquid Freezer III Pro, 360 mm."""
    name = without_maker(tidy(record["name"]), record)
    name = re.split(r",| - All-In-One| - AIO| CPU (?:Air )?Cooler|Liquid / Water", name)[0]
    name = without(
        name,
        r"\bAir\b(?! Cooler)",
        r"\bAir Cooler\b",
        r"\bLiquid Cooler.*",
        r"\bWater\b",
        r"\b\d+(\.\d+)? ?CFM\b",
        r"\b\d+(\.\d+)? ?mm\b",
        r"\bAIO\b",
        r"\(20\d\d\)",
        *COLOUR_WORDS,
    )
    if record["water_cooled"]:
        name = without(name, rf"\b{record['radiator_mm']}\b")
        size = f", {record['radiator_mm']} mm"
    else:
        size = ""
    colour = colour_of(record)
    short = f"{maker_of(record)} {calm(name)}".strip()
    return f"{short}{size}" + (f", {colour}" if colour else "")


def drive_name(record: Record) -> str:
    """Kingston Fury Renegade, 2 TB."""
    name = without_maker(tidy(record["name"]), record)
    name = re.split(r",| – | - HDD| - hard| - \d+TB", name)[0]
    name = without(
        name,
        r"\b\d+(\.\d)? ?Gb/s",
        r"\b(NVMe|SSD|HDD|SATA|SAS|PATA)\b( 3(?!\.)\b| 100)?",
        r"\b\d+(\.\d+)? ?[GT]B\b",
        r"\b(2|3)\.5([- ]?inch)?\"?",
        r"\bM\.2(-2280| 2280)?\b",
        r"\b2280\b",
        r"\bPCI[e-]?(-Express)? ?(Gen ?)?\d(\.\d)?( ?x\d)?\b",
        r"\bGen ?\d( ?x\d)?\b",
        r"\bU\.2\b",
        r"\b\d+ ?RPM\b",
        r"\b(Internal|Hard Drive|Gaming|3D NAND|SATA 6Gb/s|CMR|Inch)\b",
        r"\"",
        r" HDD Replacement.*",
        r"\([^)]*\)",
    )
    return f"{maker_of(record)} {calm(name)}".strip(" -") + f", {drive_capacity(record)}"


def drive_capacity(record: Record) -> str:
    """Return "7.68 TB" from the name where the field is cut to whole terabytes, else the field."""
    exact = re.search(r"\b(\d+\.\d+) ?TB\b", record["name"])
    return f"{exact[1]} TB" if exact else capacity(record["capacity_gb"])


def fan_name(record: Record) -> str:
    """Noctua NF-A12x25 G2, 120 mm, pack of 2."""
    name = without_maker(tidy(record["name"]), record)
    name = without_maker(name.split(",")[0], record)
    name = without(
        name,
        r"\b\d+ ?mm\b",
        r"\b\d+(\.\d+)? ?CFM\b",
        r"\bPWM\b",
        r"\b(Pack of \d|\d+-Pack|\(\d-pk\)|\d-Fan Pack|Twin Pack|X\d\b|Sx2-PP|\(Pack of \d\))",
        r"\(2-Pack\)",
        r"\bCase Fans?\b.*",
        r"\bCooling Fan\b.*",
        r"\b\d+-LEDs?\b",
        r"3-Pin.*",
        *COLOUR_WORDS,
    )
    colour = colour_of(record)
    pack = f", pack of {record['quantity']}" if record["quantity"] > 1 else ""
    tint = f", {colour}" if colour else ""
    return f"{maker_of(record)} {calm(name)}, {record['size_mm']} mm{tint}{pack}"


def resolution_word(record: Record) -> str:
    """Return 4K, 5K, QHD, Full HD for common widths and heights; else 2560 × 2880."""
    width, height = record["resolution"]
    known = {(1920, 1080): "Full HD", (2560, 1440): "QHD", (3840, 2160): "4K", (5120, 2880): "5K"}
    return known.get((width, height), f"{width} × {height}")


def monitor_name(record: Record) -> str:
    """AOC AGON Pro AG274UXP, 27-inch 4K."""
    name = without_maker(tidy(record["name"]), record)
    name = re.split(r" - |, ", name)[-1] if name.startswith(("32 Plus", "Pro ")) else name
    name = without(
        name,
        r"\b\d+(\.\d+)?(\"|[- ]inch\b)",
        r"\b(\d{4}p|\d{3,4}x\d{3,4}|[45]K|QHD|FHD)\b",
        r"\b\d+ ?Hz\b",
        r"\b(Nano IPS|IPS|QD-VA|VA|TN|PLS|PVA|AHVA|W?OLED|QD-OLED|Mini LED)\b(?! \w+\d)",
        r"\b(Gaming )?Monitor\b.*",
        r"\bCurved\b",
        r"\b5K\b",
        r"Standard Glass.*",
    )
    size = math.floor(record["size_in"] + 0.5)  # 26.5 inches are sold as 27
    return f"{maker_of(record)} {calm(name)}, {size}-inch {resolution_word(record)}"


NAME_OF: Mapping[str, Callable[[Record], str]] = {
    "cpu": processor_name,
    "motherboard": motherboard_name,
    "memory": memory_name,
    "graphics": graphics_name,
    "case": case_name,
    "power_supply": power_supply_name,
    "cooler": cooler_name,
    "drive": drive_name,
    "fans": fan_name,
    "monitor": monitor_name,
}


def distinct(names: Sequence[str], *suffixes: Sequence[str]) -> list[str]:
    """Make equal names different by the first suffix that tells all of them apart."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(name, []).append(place)
    result = list(names)
    for same in (equal for equal in places.values() if len(equal) > 1):
        column = next(
            column for column in suffixes if len({column[place] for place in same}) == len(same)
        )
        for place in same:
            result[place] = f"{names[place]} ({column[place]})"
    return result


def names_of(group: str, records: Iterable[Record]) -> list[str]:
    """Return one distinct name a record, in order."""
    rows = list(records)
    write = NAME_OF[group]
    return distinct(
        [row.get("short_name") or write(row) for row in rows],
        [_series_or_maker(group, row) for row in rows],
        [tidy(row["mpn"])[:24] for row in rows],
        [row["id"][:8] for row in rows],
    )


def _series_or_maker(group: str, record: Record) -> str:
    return memory_series(record) if group == "memory" else maker_of(record)


def memory_series(record: Record) -> str:
    """Corsair Vengeance RGB."""
    name = without_maker(tidy(record["name"]), record)
    name = re.split(r"\bDDR[45]\b|\bRegistered\b|\bECC\b|\bBlack\b|\bWhite\b|\d+ ?GB|\(|,", name)[0]
    name = without(name, rf"\b{re.escape(record['mpn'])}\b", *COLOUR_WORDS, r"\bDDR[45]-?\d+\b")
    return tidy(f"{maker_of(record)} {calm(name)}").strip(" -/")


__all__ = ["counted", "memory_series", "names_of", "resolution_word"]
