"""Turn the shouting, keyword-stuffed names of the source into calm, short words."""

import re
import unicodedata

from config.demo.catalogue.records import Record

# Makers that the source spells in several ways, or shouts.
MAKERS = {
    "asus": "ASUS",
    "bequiet!": "be quiet!",
    "cougar": "Cougar",
    "crucial (micron)": "Crucial",
    "darkrock": "Darkrock",
    "deepcool": "DeepCool",
    "g.skill": "G.Skill",
    "gigabyte": "Gigabyte",
    "id-cooling": "ID-Cooling",
    "inwin": "In Win",
    "kingston technology": "Kingston",
    "micron": "Crucial",
    "montech": "Montech",
    "pccooler": "PCCooler",
    "scythe": "Scythe",
    "seagate technology": "Seagate",
    "seasonic": "Seasonic",
    "sharkoon": "Sharkoon",
    "silverstone": "SilverStone",
    "silverstone technology": "SilverStone",
    "teamgroup": "TeamGroup",
    "v-color": "V-Color",
    "wd_black": "Western Digital",
}
# Spellings of one maker that stand at the head of names beside the one in the maker field.
ALIASES = ("bequiet!", "CoolerMaster", "HyperX", "Cougar", "WD")
# Upper-case words that are names or abbreviations, not shouting.
ABBREVIATIONS_TEXT = """
AGV AIO ARGB ASUS AYW BTF CSM EPYC EVGA FTW GRE GTS HAF HDD HGST HTPC HYTE III INF IPS ITX
LCD LED LPX MAG MEG MKII MOD MPG MSI NAS NZXT OEM OLED PLS PWM QHD RGB ROG RTX SATA SFX SLI
SNV SSD SXP TUF UHD VIII VSB WOLED XAF XDR XFX XPG XTX
"""
ABBREVIATIONS = frozenset(ABBREVIATIONS_TEXT.split())
SPECIAL = {"WIFI": "WiFi", "WIFI7": "WiFi 7", "WIFI6": "WiFi 6", "WIFI6E": "WiFi 6E", "ATX": "ATX"}
COLOURS = (
    "Black",
    "White",
    "Grey",
    "Gray",
    "Silver",
    "Beige",
    "Brown",
    "Blue",
    "Green",
    "Pink",
    "Purple",
    "Orange",
    "Yellow",
    "Red",
    "Gold",
    "Smoke",
)


def maker_of(record: Record) -> str:
    """Return the maker in one spelling."""
    maker = tidy(record["manufacturer"])
    return MAKERS.get(maker.lower(), maker)


def tidy(text: str) -> str:
    """Drop marks that nobody reads (trade marks, invisible characters) and spare blanks."""
    visible = "".join(
        character
        for character in unicodedata.normalize("NFC", text)
        if unicodedata.category(character) not in {"Cf", "Cc"} and character not in "™®"
    )
    return re.sub(r"\s+", " ", visible).strip()


def calm(text: str) -> str:
    """Write shouted words with one capital; leave abbreviations and model numbers alone."""
    return " ".join(_calm_word(word) for word in text.split())


def _calm_word(word: str) -> str:
    if word in SPECIAL:
        return SPECIAL[word]
    if "-" in word.strip("-"):
        # In model numbers only longer pieces are words: B650EM-PLUS, but VX-AB.
        pieces = word.split("-")
        return "-".join(_calm_word(piece) if len(piece) > 3 else piece for piece in pieces)
    letters = word.strip("()!,.")
    if not letters.isalpha() or not letters.isupper() or letters in ABBREVIATIONS:
        return word
    return word.capitalize() if len(letters) > 2 else word


def without(text: str, *patterns: str) -> str:
    """Remove every match of the patterns (case ignored), then stray punctuation."""
    for pattern in patterns:
        text = re.sub(pattern, " ", text, flags=re.IGNORECASE)
    text = re.sub(r"\(\s*\)", " ", text)
    text = re.sub(r"\s+([,/])", r"\1", text)
    return tidy(text).strip(" -–—/,·")


def without_maker(text: str, record: Record) -> str:
    """Remove the maker from the head of a name."""
    # In this order: "Western Digital WD Blue" loses both, whatever the process.
    for name in dict.fromkeys((record["manufacturer"], maker_of(record), *ALIASES)):
        text = re.sub(rf"^{re.escape(name)}(?![\w-])\s*", "", text, flags=re.IGNORECASE)
    return text.strip()


def colour_of(record: Record) -> str:
    """Return the colours in the name as "black" or "black and brown"; "" when it names none."""
    name = tidy(record["name"])
    found = [word for word in COLOURS if re.search(rf"\b{word}\b", name, re.IGNORECASE)]
    found.sort(key=lambda word: name.lower().find(word.lower()))
    spelled = ["grey" if word == "Gray" else word.lower() for word in found[:2]]
    return " and ".join(dict.fromkeys(spelled))


def counted(number: object, noun: str) -> str:
    """Return "3 slots", "1 slot", or "" when the number is unknown."""
    if number is None:
        return ""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def capacity(gigabytes: int) -> str:
    """Return "512 GB", "2 TB", "7.7 TB" (decimal, as drives are sold)."""
    if gigabytes < 1000:
        return f"{gigabytes} GB"
    terabytes = gigabytes / 1000
    return (
        f"{terabytes:.0f} TB" if abs(terabytes - round(terabytes)) < 0.05 else f"{terabytes:.1f} TB"
    )


def joined(*facts: str) -> str:
    """Join the facts that are known."""
    return " · ".join(fact for fact in facts if fact)
