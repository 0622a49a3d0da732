"""The product desk in the operations console: where machines are described, checked and put on
sale.
"""

from django.urls import URLPattern, path

from configurator.views.desk import (
    assemblies,
    difference,
    drafts,
    exchange,
    rules,
    try_it,
    versions,
)

VERSION = "machines/versions/<int:pk>/"

urlpatterns: list[URLPattern] = [
    path("machines/", versions.machines, name="machines"),
    path(VERSION, versions.version, name="version"),
    path(f"{VERSION}run/", versions.run, name="version-run"),
    path(f"{VERSION}reopen/", versions.reopen, name="version-reopen"),
    path(f"{VERSION}withdraw/", versions.withdraw, name="version-withdraw"),
    path(f"{VERSION}accept/", versions.accept, name="version-accept"),
    path(f"{VERSION}draft/", drafts.draft, name="version-draft"),
    path(f"{VERSION}try/", try_it.try_version, name="version-try"),
    path(f"{VERSION}rules/", rules.rules, name="version-rules"),
    path(f"{VERSION}assemblies/", assemblies.assemblies, name="version-assemblies"),
    path(f"{VERSION}exchange/", exchange.exchange, name="version-exchange"),
    path(f"{VERSION}exchange/<slug:kind>.csv", exchange.export, name="version-export"),
    path(f"{VERSION}difference/", difference.difference, name="version-difference"),
]
