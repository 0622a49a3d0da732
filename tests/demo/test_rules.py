"""Each rule blocks what it should, and tells the customer why in one plain sentence."""

import pytest

from config.demo.catalogue.rules import all_rules
from configurator.engine.evaluate import evaluate
from configurator.engine.explain import explain
from tests.demo.catalogue_models import SLUGS, book, model

RYZEN_9600 = "100-100000718box"
RYZEN_9950X3D = "100-100000719wof"
ULTRA_265F = "bx80768265f"
AORUS_B850I = "b850i-aorus-pro"
MASTERBOX_NR200 = "mcb-nr200-knnn-s00"
NCORE_100 = "nr100-knnn-s00"
KIT_2X16 = "ax5u6000c3016g-dtambk"
KIT_192_GB = "cmk192gx5m4b5200c38"
KIT_DDR4 = "cmk8gx4m2a2133c13"
SATA_SSD = "ct4000bx500ssd1"
HARD_DRIVE = "st4000vn008"
M2_SSD = "sfyrd-2000g"
PURE_ROCK = "bk039"

# rule, machine, what is chosen, the option that the rule then blocks, and what the customer reads
BITES = [
    (
        "socket", "bench", {"cpu": RYZEN_9600}, ("motherboard", "pro-b860-p"),
        "Ryzen 5 9600 needs socket AM5; MSI Pro B860-P has LGA 1851.",
    ),
    (
        "memory-type", "bench", {"motherboard": AORUS_B850I}, ("memory", KIT_DDR4),
        "Gigabyte B850I Aorus Pro takes DDR5; the memory is DDR4.",
    ),
    (
        "memory-controller", "bench", {"cpu": RYZEN_9600}, ("memory", KIT_DDR4),
        "Ryzen 5 9600 works with DDR5; the memory is DDR4.",
    ),
    (
        "memory-buffering", "bench", {"motherboard": AORUS_B850I},
        ("memory", "ksm48r40bd4tmm-64hmr"),
        "Gigabyte B850I Aorus Pro takes unbuffered modules; these are registered.",
    ),
    (
        "memory-slots", "compact", {"motherboard": AORUS_B850I, "memory": KIT_2X16},
        ("memory_quantity", "2"),
        "Gigabyte B850I Aorus Pro has 2 memory slots; the chosen kits, 2 modules each, need more.",
    ),
    (
        "memory-board-maximum", "bench", {"motherboard": "b760m-ayw-wifi", "memory_quantity": "1"},
        ("memory", "cp2k64g56c46u5"),
        "ASUS B760M-AYW WiFi takes 96 GB at most; the chosen kits, 128 GB each, are more.",
    ),
    (
        "memory-processor-maximum", "bench", {"cpu": "100-000001721", "memory_quantity": "1"},
        ("memory", KIT_192_GB),
        "Ryzen 5 7600X3D takes 128 GB at most; the chosen kits, 192 GB each, are more.",
    ),
    (
        "memory-system-maximum", "atelier",
        {"memory": "cmh192gx5m4b5200c38", "memory_quantity": "1"},
        ("operating_system", "windows-11-home"),
        "Windows 11 Home uses 128 GB at most; the chosen kits, 192 GB each, are more.",
    ),
    (
        "board-in-case", "bench", {"case": MASTERBOX_NR200}, ("motherboard", "pro-b860-p"),
        "MSI Pro B860-P is ATX; Cooler Master MasterBox NR200, black takes Mini-ITX.",
    ),
    (
        "graphics-length", "bench", {"case": "okicc-aquno-yolk"}, ("graphics", "g507t-16fec"),
        "The graphics card is 338 mm long; Okinos Aqua Uno, yolk leaves 309 mm.",
    ),
    (
        "graphics-slots", "bench", {"case": "csaz-806"}, ("graphics", "dual-rtx5060-8g"),
        "Slots: the graphics card takes 3, AZZA Pyramid Mini 806, silver and black has 2.",
    ),
    (
        "supply-in-case", "bench", {"case": MASTERBOX_NR200},
        ("power_supply", "mag-a650gls-pcie5"),
        ("MSI MAG A650GLS PCIE5, 650 W is ATX; "
        "Cooler Master MasterBox NR200, black takes SFX, SFX-L."),
    ),
    (
        "drive-bays-3-5", "bench", {"case": NCORE_100, "second_drive": "none"},
        ("drive", HARD_DRIVE),
        "The drives need more 3.5-inch bays than Cooler Master Ncore 100 Air, black has (0).",
    ),
    (
        "drive-bays", "bench", {"case": NCORE_100, "drive": SATA_SSD}, ("second_drive", SATA_SSD),
        "The drives need more bays than Cooler Master Ncore 100 Air, black has (1).",
    ),
    (
        "fan-places", "bench", {"case": MASTERBOX_NR200, "fans": "nf-a12x25-g2-pwm-sx2-pp"},
        ("fan_quantity", "2"),
        (
            "We place 3 more fans in Cooler Master MasterBox NR200, black; "
            "the chosen packs, 2 each, are more."
        ),
    ),
    (
        "cooler-socket", "bench", {"cpu": ULTRA_265F}, ("cooler", "nh-l9a-am5"),
        ("Noctua NH-L9A-AM5, brown and silver has no mount for LGA 1851, "
        "the socket of Core Ultra 7 265F."),
    ),
    (
        "cooler-height", "bench", {"case": "nr200p-v2-white"}, ("cooler", PURE_ROCK),
        ("be quiet! Pure Rock 3, black is 154 mm high; "
        "Cooler Master MasterBox NR200P V2, white leaves 67 mm."),
    ),
    (
        "radiator", "bench", {"case": MASTERBOX_NR200}, ("cooler", "acfre00180a"),
        "The radiator is 360 mm; we fit 240 mm into Cooler Master MasterBox NR200, black.",
    ),
    (
        "boxed-cooler", "bench", {"cpu": RYZEN_9950X3D}, ("cooler", "boxed"),
        "Ryzen 9 9950X3D comes without a cooler, so it needs one of its own.",
    ),
    (
        "power-budget", "bench", {"cpu": RYZEN_9950X3D, "power_supply": "cp-9020104-na"},
        ("graphics", "tuf-rtx3080ti-o12g-gaming"),
        ("Processor, graphics and 75 W for the rest would load "
        "Corsair SF450 (2016), 450 W above 80 % of its 450 W."),
    ),
    (
        "plugs-8-pin", "bench", {"power_supply": "nx-5000-r3"},
        ("graphics", "rx7700xt-cl-12go-d63e11"),
        "Eight-pin plugs: the graphics card needs 2, Nexus NX-5000 R3, 530 W has 1.",
    ),
    (
        "plugs-16-pin", "compact", {"power_supply": "cp-9020105-na"},
        ("graphics", "vcg5070t16dfsxpb1-o"),
        ("Sixteen-pin plugs: the graphics card needs 1, Corsair SF600, 600 W has 0; "
        "we do not build with adapters."),
    ),
    (
        "picture", "bench", {"cpu": ULTRA_265F}, ("graphics", "none"),
        "Core Ultra 7 265F has no graphics of its own, so the machine needs a graphics card.",
    ),
    (
        "m2-slots", "bench", {"motherboard": "pro-h810i-wifi", "drive": M2_SSD},
        ("second_drive", M2_SSD),
        "The drives need more M.2 slots than MSI Pro H810I WiFi has (1).",
    ),
    (
        "no-fans", "compact", {"fan_quantity": "2"}, ("fans", "none"),
        "No extra fans chosen, so the number is 0.",
    ),
    (
        "some-fans", "compact", {"fan_quantity": "0"}, ("fans", "acfan00318a"),
        "Choose how many packs of fans: at least 1 of ARCTIC P14 Pro ARGB, 140 mm, white.",
    ),
    (
        "no-monitor", "compact", {"monitor_quantity": "1"}, ("monitor", "none"),
        "No monitor chosen, so the number is 0.",
    ),
    (
        "some-monitor", "compact", {"monitor_quantity": "0"}, ("monitor", "210-brhs"),
        "Choose how many monitors: at least 1 of Dell P2425D, 24-inch QHD.",
    ),
    (
        "long-warranty", "compact", {"assembly": "standard"}, ("warranty", "5-years"),
        ("We give 5 years only on machines that ran 24 h under load; "
        "Standard assembly is 2 h."),
    ),
]  # fmt: skip
# Two drives never exceed the two SATA ports that every board has, if its ports are known at all.
ONLY_WARN_ABOUT_UNKNOWN = {"sata-ports-drive", "sata-ports-second-drive"}


@pytest.mark.parametrize(
    ("rule", "slug", "choices", "blocked", "sentence"), BITES, ids=[bite[0] for bite in BITES]
)
def test_a_rule_blocks_and_says_why(rule, slug, choices, blocked, sentence):
    group, option = blocked
    assert not evaluate(model(slug), choices).states[blocked].is_possible
    explanation = explain(model(slug), choices, group, option)
    assert explanation.rules == (rule,)
    assert explanation.sentences == (sentence,)


def test_every_blocking_rule_is_seen_to_bite():
    blocking = {rule["code"] for rule in all_rules() if rule["severity"] == "block"}
    assert blocking == {bite[0] for bite in BITES} | ONLY_WARN_ABOUT_UNKNOWN


def test_there_are_at_least_twelve_rules():
    assert len({rule["code"] for rule in all_rules()}) >= 12


def test_a_low_cooler_on_a_warm_processor_warns_but_does_not_block():
    choices = {"cpu": "100-100000662wof", "cooler": "nh-l9a-am5"}
    evaluation = evaluate(model("bench"), choices)
    assert evaluation.is_consistent
    assert (
        "Ryzen 9 9900X gives off 120 W; a cooler 37 mm high will be heard."
    ) in evaluation.warnings


def test_a_drive_for_a_server_says_that_it_needs_a_controller():
    evaluation = evaluate(model("bench"), {"second_drive": "0f27502"})
    assert any("has a SAS plug; it needs a controller card" in w for w in evaluation.warnings)


@pytest.mark.parametrize("group", ["drive", "second_drive"])
def test_a_board_with_unknown_sata_ports_warns_when_a_sata_drive_is_chosen(group):
    board = {"motherboard": "b860i-wifi"}
    assert evaluate(model("bench"), {**board, "drive": M2_SSD}).warnings == ()
    assert evaluate(model("bench"), {**board, group: SATA_SSD}).warnings


def test_a_card_whose_plugs_nobody_tells_warns_instead_of_passing_silently():
    evaluation = evaluate(model("bench"), {"graphics": "a770-cl-16go"})
    assert evaluation.is_consistent
    assert evaluation.warnings


@pytest.mark.parametrize("slug", SLUGS)
def test_the_default_is_valid_complete_and_without_any_doubt(slug):
    evaluation = evaluate(model(slug), {}, book=book(slug))
    assert evaluation.is_consistent
    assert dict(evaluation.chosen) == dict(model(slug).defaults)
    assert evaluation.warnings == ()
    assert evaluation.total_minor is not None


@pytest.mark.parametrize("slug", ["compact", "atelier"])
def test_the_curated_machines_offer_nothing_that_cannot_be_had(slug):
    states = evaluate(model(slug), {}).states
    assert [key for key, state in states.items() if not state.is_possible] == []


def test_what_nothing_fits_on_the_bench_is_a_handful_and_says_why():
    states = evaluate(model("bench"), {}).states
    dead = [key for key, state in states.items() if not state.is_possible]
    assert 0 < len(dead) <= 25
    for group, option in dead:
        assert explain(model("bench"), {}, group, option).rules
