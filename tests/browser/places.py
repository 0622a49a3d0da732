"""Every kind of page of the shop, with what it takes to stand there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from config.outbox.relay import drain
from configurator.models import Configuration, ModelVersion
from configurator.selectors import current_price_list, evaluation, published_version
from configurator.services.authoring import draft_from
from configurator.services.configurations import freeze_configuration
from configurator.views.compare import compare_url
from configurator.views.wish import query_of
from production.models import AssemblyJob, BillOfMaterial, Part
from production.services.authoring.drafts import draft_from as bill_draft
from shop.models import Order
from suppliers.models import PurchaseOrder
from tests.factories.assemblies import take
from tests.factories.disputes import dispute
from tests.factories.shop import pay, place_small_order


@dataclass(frozen=True, slots=True)
class Place:
    path: str
    cookies: Mapping[str, str] = field(default_factory=dict)


# What the tests go through, by name; `build_places` says where each is.
NAMES = (
    *(
        "home",
        "how it works",
        "attribution",
        "compact",
        "atelier",
        "bench",
        "blocked options",
        "open filters",
        "proposal",
        "comparison",
        "nothing to compare",
    ),
    *("empty cart", "cart", "checkout", "order to pay", "order in the making", "supplier"),
    *("bills", "bill", "where used", "draft bill", "bill line", "release of a bill"),
    *("needs of a configuration", "sheets of a bill", "replacement"),
    *("today", "board", "orders", "order for staff", "job", "stock", "part"),
    *("pick list", "traveller", "labels"),
    *("trace", "trace of a part", "as built"),
    *("purchase orders", "purchase order", "offers", "short parts"),
    *("refund", "disputes", "dispute", "books", "reconciliation"),
    *("try it", "reasons", "rules to write", "rules to read", "sheets", "differences"),
    "sub-assemblies",
)


def build_places() -> dict[str, Place]:
    """Makes what they show: a filled cart, an unpaid order, and a paid one with all it led to."""
    configuration = as_offered("compact")
    other = as_offered("atelier")
    unpaid = place_small_order(configuration=configuration)
    paid = pay(place_small_order(configuration=configuration, quantity=2))
    drain()
    cart = {"cart": _cart_cookie(configuration)}
    return {
        "home": Place("/"),
        "how it works": Place(reverse("shop:how_it_works")),
        "attribution": Place(reverse("shop:attribution")),
        **{slug: Place(f"/machines/{slug}/") for slug in ("compact", "atelier", "bench")},
        "blocked options": Place(f"/machines/compact/?{query_of(configuration.choices)}"),
        "open filters": Place("/machines/bench/?filter=memory&f.memory.memory_type=DDR5"),
        "proposal": Place("/machines/bench/?way=budget&budget=500"),
        "comparison": Place(compare_url([one.share_code for one in (configuration, other)])),
        "nothing to compare": Place(compare_url([])),
        "empty cart": Place(reverse("shop:cart")),
        "cart": Place(reverse("shop:cart"), cart),
        "checkout": Place(reverse("shop:checkout"), cart),
        "order to pay": Place(unpaid.get_absolute_url()),
        "order in the making": Place(paid.get_absolute_url()),
        **_of_buying_and_making(paid),
        **_of_authoring(configuration),
        **_of_bills(),
    }


def as_offered(slug: str) -> Configuration:
    """A machine with nothing chosen."""
    version = published_version(slug)
    chosen = evaluation(version, current_price_list(version), {}).chosen
    return freeze_configuration(version=version, choices=chosen)


def staff_cookies() -> dict[str, str]:
    """Of somebody who may do everything."""
    client = Client()
    user, _ = get_user_model().objects.get_or_create(
        username="everything", defaults={"is_staff": True, "is_superuser": True}
    )
    client.force_login(user)
    return {"sessionid": client.cookies["sessionid"].value}


def _of_buying_and_making(order: Order) -> dict[str, Place]:
    bought = PurchaseOrder.objects.earliest("pk")
    job = AssemblyJob.objects.filter(clearance__order=order).earliest("pk")
    part = Part.objects.filter(purchase_order_lines__isnull=False).earliest("pk")
    staff = staff_cookies()
    console = {
        "today": reverse("ops:today"),
        "board": reverse("ops:board"),
        "orders": reverse("ops:orders"),
        "order for staff": reverse("ops:order", args=[order.number]),
        "job": reverse("ops:job", args=[job.number]),
        "pick list": f"{reverse('ops:pick')}?job={job.number}",
        "traveller": reverse("ops:traveller", args=[job.number]),
        "labels": f"{reverse('ops:labels')}?job={job.number}&part={part.pk}",
        "stock": reverse("ops:stock"),
        "part": reverse("ops:part", args=[part.pk]),
        "trace": reverse("ops:trace"),
        "trace of a part": f"{reverse('ops:trace')}?{urlencode({'q': part.part_number})}",
        "as built": reverse("ops:trace_job", args=[job.number]),
        "purchase orders": reverse("ops:purchase_orders"),
        "purchase order": reverse("ops:purchase_order", args=[bought.number]),
        "offers": reverse("ops:offers"),
        "refund": reverse("ops:refund", args=[order.payments.get().pk]),
        "disputes": reverse("ops:disputes"),
        "dispute": reverse("ops:dispute", args=[dispute(order).pk]),
        "books": reverse("ops:books"),
        "reconciliation": reverse("ops:reconciliation"),
        "short parts": reverse("ops:short_parts"),
    }
    return {
        "supplier": Place(reverse("suppliers:purchase_order", args=[bought.token])),
        **{name: Place(path, staff) for name, path in console.items()},
    }


def _of_authoring(configuration: Configuration) -> dict[str, Place]:
    """Drafts of the compact computer that say something else than what is on sale."""
    live = configuration.version
    draft = draft_from(version_id=live.pk, actor="tests", is_another=True)
    # A machine that is taken changes thousands of things: a page of the same kinds, and very long.
    changed = _changed_a_little(live)
    take(draft, published_version("atelier"), code="second", name="Second machine")
    picks = urlencode({f"pick.{group}": option for group, option in configuration.choices.items()})
    pages = {
        "try it": reverse("ops:version-try", args=[draft.pk]),
        "reasons": f"{reverse('ops:version-try', args=[draft.pk])}?{picks}&open=power_supply",
        "rules to write": reverse("ops:version-rules", args=[draft.pk]),
        "rules to read": reverse("ops:version-rules", args=[live.pk]),
        "sheets": reverse("ops:version-exchange", args=[draft.pk]),
        "sub-assemblies": reverse("ops:version-assemblies", args=[draft.pk]),
        "differences": f"{reverse('ops:version-difference', args=[changed.pk])}?from={live.pk}",
    }
    staff = staff_cookies()
    return {name: Place(path, staff) for name, path in pages.items()}


def _changed_a_little(live: ModelVersion) -> ModelVersion:
    """A draft in which something was added, changed and removed."""
    draft = draft_from(version_id=live.pk, actor="tests", is_another=True)
    draft.rules.filter(code="socket").update(severity="warn")
    processors = draft.groups.get(code="cpu").options
    processors.filter(position=0).update(name="Another name")
    processors.filter(position=1).delete()
    processors.create(code="new", name="New processor", position=1)
    return draft


def _of_bills() -> dict[str, Place]:
    """The bill of the compact computer, and a draft that says something else."""
    bill = BillOfMaterial.objects.get(product_slug="compact", status="released")
    draft = bill_draft(bill_id=bill.pk, actor="tests")
    draft.checks.filter(condition="").update(condition="1 > 2")
    inside = bill.lines.filter(component__isnull=False).first()
    pages = {
        "bills": reverse("ops:bills"),
        "bill": reverse("ops:bill", args=[bill.pk]),
        "where used": reverse("ops:bills_used", args=[inside.component_id]),
        "draft bill": reverse("ops:bill_write", args=[draft.pk]),
        "bill line": reverse("ops:bill_item", args=[draft.pk, "lines", draft.lines.first().pk]),
        "release of a bill": reverse("ops:bill_release", args=[draft.pk]),
        "needs of a configuration": reverse("ops:bill_needs", args=[draft.pk]),
        "sheets of a bill": reverse("ops:bill_exchange", args=[draft.pk]),
        "replacement": reverse("ops:bills_replace"),
    }
    staff = staff_cookies()
    return {name: Place(path, staff) for name, path in pages.items()}


def _cart_cookie(configuration: Configuration) -> str:
    client = Client(SERVER_NAME="127.0.0.1")
    client.post(reverse("shop:cart_add"), {"configuration": configuration.share_code})
    return client.cookies["cart"].value
