"""The try-it panel: any version, drafts too, evaluated as a customer's choices would be."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.http import replace_url
from django_htmx.middleware import HtmxDetails

from config.console.access import staff_view
from configurator.engine.errors import EngineError
from configurator.engine.price import PriceBook
from configurator.models import ModelVersion, Rule
from configurator.selectors import read_price_book
from configurator.selectors.drafts import newest_price_list
from configurator.services.authoring.tables import model_of
from configurator.views.desk.culprits import mending_url
from configurator.views.desk.trial import answered, read_trial

RULE_RIGHTS = ("configurator.change_modelversion", "configurator.change_rule")
TEMPLATE = "ops/machines/try.html"


class HtmxRequest(HttpRequest):
    """A request as the htmx middleware leaves it."""

    htmx: HtmxDetails


@require_safe
@staff_view("configurator.view_modelversion")
def try_version(request: HtmxRequest, pk: int) -> HttpResponse:
    """Pick options and see for every one whether it fits, why not, and what it costs."""
    version = get_object_or_404(
        ModelVersion.objects.select_related("product_model").defer("ir"), pk=pk
    )
    prices = newest_price_list(version)
    book: PriceBook | None = read_price_book(prices) if prices else None
    context: dict[str, object] = {"version": version, "tab": "version-try", "prices": prices}
    address = request.path
    try:
        model = model_of(version)
        if model.groups:
            trial = read_trial(request.GET, model)
            context["it"] = answered(model, trial, book, rule_url=_rule_url(request, version))
            address += trial.url(search=trial.search, is_whole=trial.is_whole)
        else:
            context["is_empty"] = True
    except EngineError as error:
        context |= {"fault": error, "mending_url": mending_url(version, error)}
    is_partial = bool(request.htmx) and not request.htmx.history_restore_request
    response = render(request, f"{TEMPLATE}#trial" if is_partial else TEMPLATE, context)
    patch_vary_headers(response, ["HX-Request"])
    return replace_url(response, address) if is_partial else response


def _rule_url(request: HttpRequest, version: ModelVersion) -> Callable[[str], str]:
    """To a rule's own form where it may be changed, else to its place among all rules."""
    is_open = version.status == ModelVersion.Status.DRAFT
    if is_open and request.user.has_perms(RULE_RIGHTS):
        keys = dict(Rule.objects.filter(version=version).values_list("code", "pk"))
    else:
        keys = {}
    page = reverse("ops:version-rules", args=[version.pk])

    def url(code: str) -> str:
        key = keys.get(code)
        if key is None:
            return f"{page}#rule-{code}"
        return reverse("admin:configurator_rule_change", args=[key])

    return url
