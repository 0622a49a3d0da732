"""Suppliers and their offers, and orders of the small computer that must be bought for."""

from typing import Any

import factory
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, Permission

from production.models import Part
from shop.models import Order
from suppliers.models import Offer, PurchaseOrder, Supplier
from suppliers.services.sourcing import source_order
from tests.factories.production import makeable_model, planned_order, stock_part


class SupplierFactory(factory.django.DjangoModelFactory[Supplier]):
    class Meta:
        model = Supplier
        django_get_or_create = ("code",)

    code = "nordkomp"
    name = factory.LazyAttribute(lambda it: it.code.title())
    email = factory.LazyAttribute(lambda it: f"orders@{it.code}.example")
    currency = "USD"
    address = "1 Harbour Road\nBaltimore, MD 21230"


def offer(part_number: str, *, supplier: str = "nordkomp", **fields: Any) -> Offer:
    """One that sells `part_number`, made if need be; single pieces at $40 within 3 days."""
    part, _ = Part.objects.get_or_create(part_number=part_number, defaults={"name": part_number})
    seller = SupplierFactory.create(code=supplier)
    defaults = {
        "sku": f"{supplier[:2].upper()}-{part_number}",
        "price_minor": 4_000,
        "currency": seller.currency,
        "lead_days": 3,
    }
    return Offer.objects.create(supplier=seller, part=part, **{**defaults, **fields})


def short_order(*part_numbers: str, **options: Any) -> Order:
    """A planned order of the small computer whose `part_numbers` lie on no shelf."""
    version = options.pop("version", None) or makeable_model()
    for part_number in part_numbers:
        stock_part(part_number, 0)
    return planned_order(version=version, **options)


def purchased(
    *, quantity: int = 1, parts: tuple[str, ...] = ("PSU-450",), **terms: Any
) -> PurchaseOrder:
    """What is bought for an order of `quantity` computers that lack `parts`, at these terms."""
    version = makeable_model()
    for part_number in parts:
        offer(part_number, **terms)
    order = short_order(*parts, version=version, quantity=quantity)
    (purchase_order,) = source_order(order_id=order.pk)
    return purchase_order


def staff(*permissions: str, username: str = "anna") -> AbstractBaseUser:
    """A member of staff who may do just this: "suppliers.view_purchaseorder"."""
    user = get_user_model().objects.create_user(username, password="anna", is_staff=True)
    for name in permissions:
        app, codename = name.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return user
