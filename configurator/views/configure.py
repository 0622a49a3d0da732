"""Stop one of ten: the page where a machine is put together."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import replace_url
from django_htmx.middleware import HtmxDetails

from configurator.errors import StaleVersion
from configurator.selectors import (
    configuration_by_code,
    current_price_list,
    engine_model,
    moved,
    published_version,
)
from configurator.services.configurations import freeze_configuration
from configurator.views.answer import answer, fewest_choices
from configurator.views.changes import shared_url
from configurator.views.local import local_evaluation
from configurator.views.page import ConfigurePage, configure_page
from configurator.views.reopened import reopened
from configurator.views.saved import remember, saved_codes
from configurator.views.wish import Wish, read_wish


class HtmxRequest(HttpRequest):
    """A request as the htmx middleware leaves it."""

    htmx: HtmxDetails


TEMPLATE = "configurator/configure.html"


@require_safe
def configure(request: HtmxRequest, slug: str) -> HttpResponse:
    """The whole page on a first visit; only its form when htmx asks again after a choice.

    A choice that the model does not have is left out and told, with status 400; one that
    contradicts older ones is kept, and what had to change for it is told.
    """
    version = published_version(slug)
    wish = read_wish(request.GET, engine_model(version))
    page = configure_page(version, wish)
    is_stale = wish.version not in {None, version.pk}
    status = 400 if (wish.unknown and not is_stale) or page.answer.refused else 200
    return _rendered(request, page, status)


@require_safe
def shared(request: HtmxRequest, share_code: str) -> HttpResponse:
    """A saved configuration by its short address, moved to today's version and prices."""
    frozen = configuration_by_code(share_code)
    version = published_version(frozen.version.product_model.slug)
    prices = current_price_list(version)
    carried = None if version.pk == frozen.version_id else moved(frozen, version, prices)
    target = frozen.choices if carried is None else carried.choices
    page = configure_page(version, Wish(explicit=fewest_choices(version, prices, target, {})), [])
    page.notices.extend(reopened(page.answer, frozen, carried, saved_codes(request)))
    return _rendered(request, page)


@require_POST
def save(request: HtmxRequest, slug: str) -> HttpResponse:
    """Freeze the configuration of the form and give it a short address."""
    version = published_version(slug)
    wish = read_wish(request.POST, engine_model(version))
    now = answer(version, current_price_list(version), wish.explicit, wish.before)
    if wish.unknown or now.dropped or now.refused:
        return _rendered(request, configure_page(version, wish), 409)
    if wish.version not in {None, version.pk}:
        raise StaleVersion("This machine has been revised since you opened the page; open it again")
    frozen = freeze_configuration(version=version, choices=now.chosen)
    return remember(request, HttpResponseRedirect(shared_url(frozen)), frozen)


def _rendered(request: HtmxRequest, page: ConfigurePage, status: int = 200) -> HttpResponse:
    is_partial = bool(request.htmx) and not request.htmx.history_restore_request
    template = f"{TEMPLATE}#form" if is_partial else TEMPLATE
    local = local_evaluation(page.version, page.answer.price_list)
    context = {"page": page, "is_partial": is_partial, "local": local}
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return replace_url(response, page.canonical_url) if is_partial else response
