"""A visitor without script: posts forms, follows redirects, keeps cookies."""

from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from configurator.models import ModelVersion
from shop.models import Cart, Order
from tests.factories.configurator import DEFAULTS

ADDRESS = {
    "email": "ada@example.com",
    "name": "Ada Lovelace",
    "phone": "",
    "line1": "12 Mill Lane",
    "line2": "",
    "postal_code": "94107",
    "city": "San Francisco",
    "region": "CA",
    "country": "US",
    "shipping_method": "standard",
}


def add_to_cart(client: Client, version: ModelVersion, /, **extra: Any):
    """Post the configure form; keywords replace or add fields (`choice_cpu` → choice.cpu)."""
    fields = {"version": str(version.pk)} | {f"choice.{g}": o for g, o in DEFAULTS.items()}
    fields |= {name.replace("choice_", "choice."): value for name, value in extra.items()}
    return client.post(reverse("shop:cart_add"), fields)


def check_out(client: Client, **changes: Any):
    """Post the checkout form; keywords replace fields, None leaves one out."""
    fields = {"key": str(uuid4()), **ADDRESS, **changes}
    fields = {name: value for name, value in fields.items() if value is not None}
    return client.post(reverse("shop:checkout"), fields)


def only_cart() -> Cart:
    return Cart.objects.get()


def page_of(order: Order) -> str:
    return reverse("shop:order", args=[order.token])
