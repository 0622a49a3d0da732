"""Bills and people for the tests of their pages."""

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from production.models import BillOfMaterial, Part
from tests.factories.production import bill, part

READ = ("view_billofmaterial", "view_part")
WRITE = (*READ, "change_billofmaterial")
RELEASE = (*WRITE, "release_billofmaterial")


def writer(*codenames: str, name: str = "ada") -> Client:
    """Somebody of the staff who is signed in and may do just that."""
    user = User.objects.create_user(name, password="x", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="production", codename__in=codenames)
    )
    client = Client()
    client.force_login(user)
    return client


def page(client, name, *args, status=200, **query):
    response = client.get(reverse(f"ops:{name}", args=args), query)
    assert response.status_code == status, response.content[:2000]
    return response.content.decode()


def post(client, name, *args, status=200, **data):
    """Send a form and follow where it leads."""
    response = client.post(reverse(f"ops:{name}", args=args), data, follow=True)
    assert response.status_code == status, response.content[:3000]
    return response.content.decode()


def released(part_number: str) -> BillOfMaterial:
    return BillOfMaterial.objects.get(part__part_number=part_number, status="released")


def costing(part_number: str, minor: int | None) -> Part:
    made = part(part_number)
    made.standard_cost_minor = minor
    made.save(update_fields=["standard_cost_minor"])
    return made


def deep_bill(*, width: int = 40, levels: int = 5) -> BillOfMaterial:
    """One of `levels` levels with about `width` × `levels` lines in all."""
    below = ""
    for level in range(levels, 0, -1):
        rows = []
        for number in range(width):
            costing(f"P-{level}-{number}", number)
            rows.append((f"P-{level}-{number}", str(number + 1), "", "build"))
        if below:
            rows.append((below, "1", "", "build"))
        below = f"ASM-{level}"
        made = bill(part(below, kind="make"), rows)
    return made
