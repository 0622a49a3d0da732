"""What changed between two versions of a machine."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from config.console.access import staff_view
from configurator.models import ModelVersion
from configurator.selectors.differences import differences
from configurator.services.authoring.rules import condition_text
from configurator.services.authoring.values import write_value


@require_safe
@staff_view("configurator.view_modelversion")
def difference(request: HttpRequest, pk: int) -> HttpResponse:
    """This version against another of the same machine: by default the one before it."""
    version = get_object_or_404(
        ModelVersion.objects.select_related("product_model").defer("ir"), pk=pk
    )
    others = list(
        ModelVersion.objects.filter(product_model=version.product_model_id)
        .exclude(pk=pk)
        .select_related("product_model")
        .defer("ir")
        .order_by("-number")
    )
    other = _asked(request, others) or _before(version, others)
    sections = None
    if other is not None:
        sections = differences(other, version, rule_text=condition_text, value_text=write_value)
    context = {
        "version": version,
        "tab": "version-difference",
        "others": others,
        "other": other,
        "sections": sections,
    }
    return render(request, "ops/machines/difference.html", context)


def _asked(request: HttpRequest, others: list[ModelVersion]) -> ModelVersion | None:
    asked = request.GET.get("from", "")
    return next((one for one in others if str(one.pk) == asked), None)


def _before(version: ModelVersion, others: list[ModelVersion]) -> ModelVersion | None:
    older = [one for one in others if one.number < version.number]
    return next(iter(older or others), None)
