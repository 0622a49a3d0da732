"""Every machine with its versions, and one version: its state, its checks, what it changes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from config.console.access import staff_view
from configurator.models import ModelVersion, ProductModel


@require_safe
@staff_view("configurator.view_modelversion")
def machines(request: HttpRequest) -> HttpResponse:
    """All product models."""
    return render(request, "ops/machines/machines.html", {"models": ProductModel.objects.all()})


@require_safe
@staff_view("configurator.view_modelversion")
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version."""
    found = get_object_or_404(
        ModelVersion.objects.select_related("product_model").defer("ir"), pk=pk
    )
    return render(request, "ops/machines/version.html", {"version": found, "tab": "version"})
