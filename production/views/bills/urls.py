"""The addresses of the pages of bills, below /ops/bills/."""

from django.urls import URLPattern, path

from production.views.bills import drafts, exchange, items, needs, reading, replacing

BILL = "bills/<int:pk>/"
ITEM = f"{BILL}<slug:kind>/<int:item_id>/"

urlpatterns: list[URLPattern] = [
    path("bills/", reading.bills, name="bills"),
    path("bills/new/", drafts.new, name="bill_new"),
    path("bills/needs/", needs.needs, name="bills_needs"),
    path("bills/replace/", replacing.replace, name="bills_replace"),
    path("bills/used/<int:part_id>/", reading.used, name="bills_used"),
    path(BILL, reading.bill, name="bill"),
    path(f"{BILL}draft/", drafts.draft, name="bill_draft"),
    path(f"{BILL}write/", drafts.write, name="bill_write"),
    path(f"{BILL}delete/", drafts.delete, name="bill_delete"),
    path(f"{BILL}needs/", needs.needs, name="bill_needs"),
    path(f"{BILL}difference/", drafts.difference, name="bill_difference"),
    path(f"{BILL}release/", drafts.release, name="bill_release"),
    path(f"{BILL}exchange/", exchange.exchange, name="bill_exchange"),
    path(f"{BILL}exchange/<slug:kind>.csv", exchange.export, name="bill_export"),
    path(f"{BILL}<slug:kind>/new/", items.item, name="bill_item_new"),
    path(ITEM, items.item, name="bill_item"),
    path(f"{ITEM}move/", items.move, name="bill_item_move"),
    path(f"{ITEM}remove/", items.remove, name="bill_item_remove"),
]
