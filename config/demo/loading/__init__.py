"""Write the demo shop into the database. Everything may be loaded again without harm."""

from django.db import transaction

from config.demo.loading import buying, circuits, making, people, selling, shelf


@transaction.atomic
def load(*, staff_password: str = "") -> dict[str, int]:
    """Load the whole shop; returns what was loaded → how many rows stand there now.

    A published model or a price that changed gets a new version or list; stock is opened once.
    Without a password the staff of each role exist, but cannot log in.
    """
    parts = making.load_parts()
    counts = {
        "parts": len(parts),
        "bills": making.load_bills(parts),
        "work centers": making.load_work_centers(),
        "suppliers": buying.load_suppliers(),
        "offers": buying.load_offers(parts),
        "bins": shelf.load_bins(),
        "parts on the shelf": shelf.open_stock(parts),
        "machines": selling.load_machines(),
        "circuits": circuits.load_circuits(),
        "shipping methods": selling.load_shipping_methods(),
        "staff roles": people.load_roles(),
        "staff": people.load_staff(password=staff_password),
    }
    buying.write_down_supply(parts)
    return counts
