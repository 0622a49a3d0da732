"""The rules of the machines, in the engine's JSON, each with the sentence a customer reads.

Sentences name the role ("the graphics card") where a name would be long, give the figures that do
not meet, and name only groups without which the rule would not be broken.
"""

from config.demo.catalogue.rule_writing import Json, at_most, compare, rule, test

HEADROOM_PERCENT = 80  # of its rating that a power supply may be loaded with; 4 / 5 in the sum
BASE_LOAD_W = 75  # board, memory, drives, fans, pump: our allowance
LOW_COOLER_MM = 100
WARM_PROCESSOR_W = 105


def board_rules() -> list[Json]:
    """Processor, board and memory."""
    return [
        rule(
            "socket",
            "Processor fits the board",
            "{cpu} needs socket {cpu.socket}; {motherboard} has {motherboard.socket}.",
            compare("cpu.socket", "==", "motherboard.socket"),
        ),
        rule(
            "memory-type",
            "Memory fits the board",
            "{motherboard} takes {motherboard.memory_type}; the memory is {memory.memory_type}.",
            compare("memory.memory_type", "==", "motherboard.memory_type"),
        ),
        rule(
            "memory-controller",
            "Processor can drive the memory",
            "{cpu} works with {cpu.memory_types}; the memory is {memory.memory_type}.",
            compare("memory.memory_type", "in", "cpu.memory_types"),
        ),
        rule(
            "memory-buffering",
            "Registered or unbuffered memory",
            "{motherboard} takes {motherboard.memory_buffering} modules; "
            "these are {memory.memory_buffering}.",
            compare("memory.memory_buffering", "==", "motherboard.memory_buffering"),
        ),
        rule(
            "memory-slots",
            "Modules find a slot",
            "{motherboard} has {motherboard.memory_slots} memory slots; "
            "the chosen kits, {memory.modules} modules each, need more.",
            at_most("motherboard.memory_slots", "memory.modules", times="memory_quantity"),
        ),
        rule(
            "memory-board-maximum",
            "Board can address the memory",
            "{motherboard} takes {motherboard.max_memory_gb} GB at most; "
            "the chosen kits, {memory.capacity_gb} GB each, are more.",
            at_most("motherboard.max_memory_gb", "memory.capacity_gb", times="memory_quantity"),
        ),
        rule(
            "memory-processor-maximum",
            "Processor can address the memory",
            "{cpu} takes {cpu.max_memory_gb} GB at most; "
            "the chosen kits, {memory.capacity_gb} GB each, are more.",
            at_most("cpu.max_memory_gb", "memory.capacity_gb", times="memory_quantity"),
        ),
        rule(
            "memory-system-maximum",
            "Operating system can use the memory",
            "{operating_system} uses {operating_system.max_memory_gb} GB at most; "
            "the chosen kits, {memory.capacity_gb} GB each, are more.",
            at_most(
                "operating_system.max_memory_gb", "memory.capacity_gb", times="memory_quantity"
            ),
        ),
    ]


def case_rules() -> list[Json]:
    """What has to fit into the case."""
    return [
        rule(
            "board-in-case",
            "Board fits the case",
            "{motherboard} is {motherboard.form_factor}; "
            "{case} takes {case.motherboard_form_factors}.",
            compare("motherboard.form_factor", "in", "case.motherboard_form_factors"),
        ),
        rule(
            "graphics-length",
            "Graphics card fits the case",
            "The graphics card is {graphics.length_mm} mm long; "
            "{case} leaves {case.max_graphics_length_mm} mm.",
            compare("graphics.length_mm", "<=", "case.max_graphics_length_mm"),
        ),
        rule(
            "graphics-slots",
            "Case has the slots for the card",
            "Slots: the graphics card takes {graphics.slots}, {case} has {case.expansion_slots}.",
            compare("graphics.slots", "<=", "case.expansion_slots"),
        ),
        rule(
            "supply-in-case",
            "Power supply fits the case",
            "{power_supply} is {power_supply.form_factor}; {case} takes {case.psu_form_factors}.",
            compare("power_supply.form_factor", "in", "case.psu_form_factors"),
        ),
        rule(
            "drive-bays-3-5",
            "Large drives find a bay",
            "The drives need more 3.5-inch bays than {case} has ({case.bays_3_5}).",
            at_most("case.bays_3_5", "drive.bays_3_5", "second_drive.bays_3_5"),
        ),
        rule(
            "drive-bays",
            "Drives find a bay",
            "The drives need more bays than {case} has ({case.drive_bays}).",
            at_most("case.drive_bays", "drive.drive_bays", "second_drive.drive_bays"),
        ),
        rule(
            "fan-places",
            "Fans find a place",
            "We place {case.max_fans} more fans in {case}; "
            "the chosen packs, {fans.fans_in_pack} each, are more.",
            at_most("case.max_fans", "fans.fans_in_pack", times="fan_quantity"),
        ),
    ]


def cooling_rules() -> list[Json]:
    """The cooler, its socket and its room."""
    return [
        rule(
            "cooler-socket",
            "Cooler fits the socket",
            "{cooler} has no mount for {cpu.socket}, the socket of {cpu}.",
            compare("cpu.socket", "in", "cooler.sockets"),
        ),
        rule(
            "cooler-height",
            "Cooler fits under the side panel",
            "{cooler} is {cooler.height_mm} mm high; {case} leaves {case.max_cooler_height_mm} mm.",
            compare("cooler.height_mm", "<=", "case.max_cooler_height_mm"),
        ),
        rule(
            "radiator",
            "Radiator fits the case",
            "The radiator is {cooler.radiator_mm} mm; "
            "we fit {case.max_radiator_mm} mm into {case}.",
            compare("cooler.radiator_mm", "<=", "case.max_radiator_mm"),
        ),
        rule(
            "boxed-cooler",
            "The box brings a cooler",
            "{cpu} comes without a cooler, so it needs one of its own.",
            test("cpu.includes_cooler", "==", True),
            when=(test("cooler.kind", "==", "boxed"),),
        ),
        rule(
            "low-cooler",
            "A low cooler on a warm processor",
            "{cpu} gives off {cpu.tdp_w} W; a cooler {cooler.height_mm} mm high will be heard.",
            test("cpu.tdp_w", "<=", WARM_PROCESSOR_W),
            when=(test("cooler.kind", "==", "air"), test("cooler.height_mm", "<", LOW_COOLER_MM)),
            severity="warn",
        ),
    ]


def power_rules() -> list[Json]:
    """Watts, plugs, and a picture on the screen."""
    return [
        rule(
            "power-budget",
            "Power supply carries the load",
            f"Processor, graphics and {BASE_LOAD_W} W for the rest would load {{power_supply}} "
            f"above {HEADROOM_PERCENT} % of its {{power_supply.wattage_w}} W.",
            {
                "sum": [
                    {"ref": "cpu.tdp_w", "weight": 5},
                    {"ref": "graphics.tdp_w", "weight": 5},
                ],
                "op": "<=",
                "limit": "power_supply.wattage_w",
                "constant": 5 * BASE_LOAD_W,
                "limit_weight": 4,
            },
        ),
        rule(
            "plugs-8-pin",
            "Eight-pin power plugs",
            "Eight-pin plugs: the graphics card needs {graphics.eight_pin_plugs}, "
            "{power_supply} has {power_supply.eight_pin_plugs}.",
            compare("graphics.eight_pin_plugs", "<=", "power_supply.eight_pin_plugs"),
            when=(test("graphics.eight_pin_plugs", ">", 0),),
        ),
        rule(
            "plugs-16-pin",
            "Sixteen-pin power plugs",
            "Sixteen-pin plugs: the graphics card needs {graphics.sixteen_pin_plugs}, "
            "{power_supply} has {power_supply.sixteen_pin_plugs}; we do not build with adapters.",
            compare("graphics.sixteen_pin_plugs", "<=", "power_supply.sixteen_pin_plugs"),
            when=(test("graphics.sixteen_pin_plugs", ">", 0),),
        ),
        rule(
            "picture",
            "Something drives the screen",
            "{cpu} has no graphics of its own, so the machine needs a graphics card.",
            {
                "any_of": [
                    test("cpu.integrated_graphics", "==", True),
                    test("graphics.fitted", "==", True),
                ]
            },
        ),
    ]


def drive_rules() -> list[Json]:
    """Where drives connect."""
    return [
        rule(
            "m2-slots",
            "Drives find an M.2 slot",
            "The drives need more M.2 slots than {motherboard} has ({motherboard.m2_slots}).",
            at_most("motherboard.m2_slots", "drive.m2_slots", "second_drive.m2_slots"),
        ),
        *(
            rule(
                f"sata-ports-{group.replace('_', '-')}",
                "Drives find a SATA port",
                "The drives need more SATA ports "
                "than {motherboard} has ({motherboard.sata_ports}).",
                at_most("motherboard.sata_ports", "drive.sata_ports", "second_drive.sata_ports"),
                # Only for a SATA drive: an unknown number of ports matters to nobody else.
                when=(test(f"{group}.connection", "==", "SATA"),),
            )
            for group in ("drive", "second_drive")
        ),
        *(
            rule(
                f"controller-{group.replace('_', '-')}",
                "Drive needs a controller",
                f"{{{group}}} has a {{{group}.connection}} plug; it needs a controller card "
                "that this machine does not include.",
                test(f"{group}.connection", "in", ["M.2", "SATA", "none"]),
                severity="warn",
            )
            for group in ("drive", "second_drive")
        ),
    ]


def order_rules() -> list[Json]:
    """Quantities and our own services."""
    return [
        *(
            found
            for group, quantity, some, none in (
                ("fans", "fan_quantity", "how many packs of fans", "No extra fans"),
                ("monitor", "monitor_quantity", "how many monitors", "No monitor"),
            )
            for found in (
                rule(
                    f"no-{group}",
                    "Nothing has no quantity",
                    f"{none} chosen, so the number is 0.",
                    test(f"{quantity}.count", "==", 0),
                    when=(test(f"{group}.fitted", "==", False),),
                ),
                rule(
                    f"some-{group}",
                    "Something has a quantity",
                    f"Choose {some}: at least 1 of {{{group}}}.",
                    test(f"{quantity}.count", ">=", 1),
                    when=(test(f"{group}.fitted", "==", True),),
                ),
            )
        ),
        rule(
            "long-warranty",
            "Five years need a burn-in",
            "We give {warranty.years} years only on machines that ran 24 h under load; "
            "{assembly} is {assembly.burn_in_h} h.",
            test("assembly.burn_in_h", ">=", 24),
            when=(test("warranty.years", ">=", 5),),
        ),
    ]


def all_rules() -> list[Json]:
    """Return every rule. All machines share them; a rule without parts to block is harmless."""
    return [
        *board_rules(),
        *case_rules(),
        *cooling_rules(),
        *power_rules(),
        *drive_rules(),
        *order_rules(),
    ]
