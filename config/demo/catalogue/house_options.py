"""Options that are not parts from the data: "nothing", quantities, software and our own work."""

from types import MappingProxyType

from config.demo.catalogue.options import CatalogueOption, CataloguePart

ALL_SOCKETS = ["AM4", "AM5", "LGA 1700", "LGA 1851", "sTR5", "sTR4"]
BOX_COOLER_HEIGHT_MM = 71  # the tallest of those that AMD and Intel pack with a processor
NO_MEMORY_LIMIT_GB = 4096

NO_GRAPHICS = CatalogueOption(
    code="none",
    name="No graphics card",
    facts="the processor's own graphics",
    attributes={
        "fitted": False,
        "length_mm": 0,
        "slots": 0,
        "tdp_w": 0,
        "eight_pin_plugs": 0,
        "sixteen_pin_plugs": 0,
        "cables_8_pin": 0,
        "cables_16_pin": 0,
    },
)
BOX_COOLER = CatalogueOption(
    code="boxed",
    name="Cooler from the processor's box",
    facts="air · up to 71 mm high · costs nothing more",
    attributes={
        "kind": "boxed",
        "sockets": sorted(ALL_SOCKETS),
        "height_mm": BOX_COOLER_HEIGHT_MM,
        "radiator_mm": 0,
    },
)
NO_SECOND_DRIVE = CatalogueOption(
    code="none",
    name="No second drive",
    attributes={
        "fitted": False,
        "connection": "none",
        "capacity_gb": 0,
        "m2_slots": 0,
        "sata_ports": 0,
        "bays_3_5": 0,
        "drive_bays": 0,
    },
)
NO_FANS = CatalogueOption(
    code="none",
    name="Only the fans of the case",
    attributes={"fitted": False, "size_mm": 0, "fans_in_pack": 0},
)
NO_MONITOR = CatalogueOption(
    code="none", name="No monitor", attributes={"fitted": False, "width_px": 0}
)


def quantities(lowest: int, highest: int) -> tuple[CatalogueOption, ...]:
    """Return the counts of a quantity group; their own price is nothing."""
    return tuple(
        CatalogueOption(code=str(count), name=str(count), attributes={"count": count})
        for count in range(lowest, highest + 1)
    )


# Memory ceilings: Microsoft's table of physical memory limits for Windows 11.
SYSTEMS = MappingProxyType(
    {
        "none": CatalogueOption(
            code="none",
            name="No operating system",
            facts="you install your own",
            attributes={"licensed": False, "max_memory_gb": NO_MEMORY_LIMIT_GB},
        ),
        "ubuntu": CatalogueOption(
            code="ubuntu",
            name="Ubuntu 26.04 LTS",
            facts="installed and updated · no licence fee",
            attributes={"licensed": False, "max_memory_gb": NO_MEMORY_LIMIT_GB},
        ),
        "windows-11-home": CatalogueOption(
            code="windows-11-home",
            name="Windows 11 Home",
            list_price_minor=11900,
            facts="installed and activated · up to 128 GB memory",
            part_number="LIC-WIN11-HOME",
            attributes={"licensed": True, "max_memory_gb": 128},
        ),
        "windows-11-pro": CatalogueOption(
            code="windows-11-pro",
            name="Windows 11 Pro",
            list_price_minor=16900,
            facts="installed and activated · up to 2 TB memory",
            part_number="LIC-WIN11-PRO",
            attributes={"licensed": True, "max_memory_gb": 2048},
        ),
        "windows-11-workstation": CatalogueOption(
            code="windows-11-workstation",
            name="Windows 11 Pro for Workstations",
            list_price_minor=27900,
            facts="installed and activated · up to 6 TB memory",
            part_number="LIC-WIN11-WS",
            attributes={"licensed": True, "max_memory_gb": NO_MEMORY_LIMIT_GB},
        ),
    }
)
WARRANTIES = MappingProxyType(
    {
        "2-years": CatalogueOption(
            code="2-years",
            name="2 years",
            facts="parts and work, sent in",
            attributes={"years": 2},
            is_service=True,
        ),
        "3-years": CatalogueOption(
            code="3-years",
            name="3 years",
            list_price_minor=8900,
            facts="parts and work, we collect",
            attributes={"years": 3},
            is_service=True,
        ),
        "5-years": CatalogueOption(
            code="5-years",
            name="5 years",
            list_price_minor=18900,
            facts="parts and work, we collect",
            attributes={"years": 5},
            is_service=True,
        ),
        "5-years-on-site": CatalogueOption(
            code="5-years-on-site",
            name="5 years, on site",
            list_price_minor=42900,
            facts="parts and work at your desk, next working day",
            attributes={"years": 5},
            is_service=True,
        ),
    }
)
ASSEMBLIES = MappingProxyType(
    {
        "standard": CatalogueOption(
            code="standard",
            name="Standard assembly",
            facts="cables tied, 2 h test under load",
            attributes={"burn_in_h": 2},
            is_service=True,
        ),
        "burn-in": CatalogueOption(
            code="burn-in",
            name="Fine assembly and 24 h burn-in",
            list_price_minor=7900,
            facts="cables combed, test report in the box",
            attributes={"burn_in_h": 24},
            is_service=True,
        ),
        "burn-in-72": CatalogueOption(
            code="burn-in-72",
            name="Fine assembly and 72 h burn-in",
            list_price_minor=14900,
            facts="cables combed, memory tested for a night, test report in the box",
            attributes={"burn_in_h": 72},
            is_service=True,
        ),
    }
)

LICENCES = tuple(
    CataloguePart(
        number=str(option.part_number),
        name=f"{option.name}, licence",
        category="licence",
        list_price_minor=option.list_price_minor,
        maker="Microsoft",
    )
    for option in SYSTEMS.values()
    if option.part_number
)
