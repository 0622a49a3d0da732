"""What the workshop itself adds: cables, labels, cards, paste, packaging. Prices are costs."""

from config.demo.catalogue.options import CataloguePart


def _consumable(number: str, name: str, cost_minor: int, category: str) -> CataloguePart:
    return CataloguePart(
        number=number, name=name, category=category, list_price_minor=cost_minor, facts=""
    )


CONSUMABLES: tuple[CataloguePart, ...] = (
    _consumable("CBL-FRONT", "Front panel cable set", 450, "cable"),
    _consumable("CBL-SATA", "SATA data cable, 50 cm", 180, "cable"),
    _consumable("CBL-PCIE-8", "PCIe power cable, 8-pin", 690, "cable"),
    _consumable("CBL-PCIE-16", "Graphics power cable, 16-pin", 1290, "cable"),
    _consumable("PST-THERMAL", "Thermal paste, one dose", 120, "consumable"),
    _consumable("PST-THERMAL-C", "Thermal paste, ceramic, one dose", 140, "consumable"),
    _consumable("SCR-M2", "M.2 screw and stand-off", 20, "consumable"),
    _consumable("RLS-DRIVE", "Drive rails, one pair", 240, "consumable"),
    _consumable("LBL-RATING", "Rating and serial label", 15, "label"),
    _consumable("CRD-QUICKSTART", "Quick-start card", 40, "label"),
    _consumable("CRD-REPORT", "Test report card", 30, "label"),
    _consumable("USB-RECOVERY", "Recovery USB stick", 420, "consumable"),
    _consumable("CRD-POWER", "Power cord, IEC C13", 310, "cable"),
    _consumable("BOX-SMALL", "Shipping box, 45 × 35 × 45 cm", 590, "packaging"),
    _consumable("BOX-LARGE", "Shipping box, 70 × 40 × 70 cm", 980, "packaging"),
    _consumable("FOAM-SMALL", "Foam set for the small box", 420, "packaging"),
    _consumable("FOAM-LARGE", "Foam set for the large box", 690, "packaging"),
    _consumable("BAG-ACCESSORY", "Accessory bag", 60, "packaging"),
)
