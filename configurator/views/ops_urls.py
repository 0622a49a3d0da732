"""The product desk in the operations console: where machines are described, checked and put on
sale.
"""

from django.urls import URLPattern, path

from configurator.views.desk import drafts, try_it, versions

VERSION = "machines/versions/<int:pk>/"

urlpatterns: list[URLPattern] = [
    path("machines/", versions.machines, name="machines"),
    path(VERSION, versions.version, name="version"),
    path(f"{VERSION}draft/", drafts.draft, name="version-draft"),
    path(f"{VERSION}try/", try_it.try_version, name="version-try"),
]
