"""The addresses of the pages of bills, below /ops/bills/."""

from django.urls import URLPattern, path

from production.views.bills import reading

BILL = "bills/<int:pk>/"

urlpatterns: list[URLPattern] = [
    path("bills/", reading.bills, name="bills"),
    path(BILL, reading.bill, name="bill"),
    path("bills/used/<int:part_id>/", reading.used, name="bills_used"),
]
