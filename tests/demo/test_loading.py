"""The catalogue in the database: complete, on sale, and the same after a second load."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.utils import timezone

from config.demo.catalogue.bills import bills
from config.demo.catalogue.machines import CURRENCY, machine, machines, to_engine
from config.demo.loading import load, making, people, selling
from configurator.models import ModelVersion, Option, OptionAvailability, PriceList, ProductModel
from configurator.selectors import current_price_list, published_version
from configurator.services.configurations import freeze_configuration
from production.models import (
    BillOfMaterial,
    BomLine,
    Part,
    StockLevel,
    StockMovement,
    SupplyProfile,
)
from production.promising import quote
from production.services.bill_checks import check_bill
from production.services.bills import snapshots
from shop.models import ShippingMethod
from suppliers.models import Offer, Supplier
from tests.demo.catalogue_models import SLUGS, model

pytestmark = pytest.mark.django_db

REAL_BUILDER = "production.buildable.unbuildable"


@pytest.fixture(autouse=True)
def _bills_are_asked_for(settings) -> None:
    """What the demo sells can be built, or it would not load."""
    settings.CONFIGURATOR_BUILDER = REAL_BUILDER


COUNTED = (
    *(ProductModel, ModelVersion, Option, PriceList, Part, BomLine, StockMovement, Supplier),
    *(Offer, SupplyProfile, ShippingMethod, OptionAvailability, User, Group),
)


def counts():
    return {table.__name__: table.objects.count() for table in COUNTED}


def test_a_second_load_changes_nothing():
    load()
    before = counts()
    stock = dict(StockLevel.objects.values_list("part_id", "on_hand"))
    load()
    assert counts() == before
    assert dict(StockLevel.objects.values_list("part_id", "on_hand")) == stock


def test_every_machine_is_on_sale_and_its_default_can_be_frozen_built_and_promised():
    load()
    for slug in SLUGS:
        version = published_version(slug)
        assert version.ir_sha256 == model(slug).sha256
        frozen = freeze_configuration(version=version, choices=version.defaults)
        assert frozen.choices == dict(model(slug).defaults)
        assert frozen.currency == CURRENCY
        lines = snapshots([frozen.sha256], on=timezone.localdate())[frozen.sha256].lines
        assert {"LBL-RATING", "CRD-POWER"} <= {line.part_number for line in lines}
        assert max(line.level for line in lines) == 3
        promise = quote(lines=[(frozen, 1)], today=timezone.localdate())
        assert promise.likely_on is not None, slug


def test_what_nobody_sells_has_an_unknown_date():
    load()
    version = published_version("bench")
    old_supply = {"power_supply": "100-bp-0710-k1", "graphics": "none"}
    frozen = freeze_configuration(version=version, choices={**version.defaults, **old_supply})
    promise = quote(lines=[(frozen, 1)], today=timezone.localdate())
    assert promise.likely_on is None
    assert promise.reason.startswith("power supply")


def test_a_price_that_changed_becomes_a_new_list_of_the_same_version():
    load()
    product = ProductModel.objects.get(slug="compact")
    dearer = replace(machine("compact"), base_price_minor=19900)
    selling.publish(product, dearer)
    version = published_version("compact")
    assert version.number == 1
    assert current_price_list(version).number == 2


def test_a_machine_that_changed_becomes_a_new_version():
    load()
    product = ProductModel.objects.get(slug="compact")
    compact = machine("compact")
    shorter = [
        replace(group, options=group.options[:-1]) if group.code == "warranty" else group
        for group in compact.groups
    ]
    selling.publish(product, replace(compact, groups=tuple(shorter)))
    assert published_version("compact").number == 2
    assert ModelVersion.objects.filter(product_model=product, status="retired").count() == 1


def test_staff_of_each_role_exist_and_cannot_log_in_without_a_password():
    load()
    assert set(people.STAFF.values()) == set(people.ROLES)
    for username in people.STAFF:
        user = User.objects.get(username=username)
        assert user.is_staff
        assert not user.has_usable_password()
    buyer = User.objects.get(username="purchasing")
    assert buyer.has_perm("suppliers.change_purchaseorder")
    assert not buyer.has_perm("shop.change_payment")
    assert User.objects.get(username="floor").has_perm("production.change_stocklevel")


def test_every_permission_that_a_role_names_exists():
    load()
    for role, apps in people.ROLES.items():
        for app, tables in apps.items():
            for table in tables.keys() - {"*"}:
                assert Permission.objects.filter(
                    content_type__app_label=app, content_type__model=table
                ).exists(), (role, app, table)


def test_the_command_says_what_it_loaded_and_gives_the_staff_a_password(capsys):
    call_command("load_demo", staff_password="a password of ours")
    assert "1,498  offers" in capsys.readouterr().out
    assert User.objects.get(username="floor").check_password("a password of ours")


def test_the_catalogue_names_every_machine_once():
    assert len({to_engine(product)["code"] for product in machines()}) == 3


def test_a_bill_that_changed_becomes_the_next_revision_and_the_old_one_stays(monkeypatch):
    load()
    paste, *rest = bills()
    first = replace(paste.lines[0], note="A new tube.")
    changed = replace(paste, lines=(first, *paste.lines[1:]))
    monkeypatch.setattr(making, "bills", lambda: (changed, *rest))
    load()
    revisions = BillOfMaterial.objects.filter(part__part_number=paste.part_number)
    assert list(revisions.order_by("revision").values_list("revision", "status")) == [
        (1, "superseded"),
        (2, "released"),
    ]
    assert BillOfMaterial.objects.filter(revision=2).count() == 1


def test_every_bill_of_the_demo_is_right_for_all_that_can_be_ordered():
    load()
    for bill in BillOfMaterial.objects.all():
        assert check_bill(bill_id=bill.pk) == (), bill
