"""What a browser needs to answer clicks itself: the machine's circuit, and its prices.

Both are immutable under their addresses. The server's answer remains the one that counts; where
the circuit does not hold every rule there is nothing here, and the server answers alone.
"""

import json
from functools import cache, lru_cache

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from config.money import Money, exponent
from configurator.engine.circuit.artefact import Artefact, to_bytes
from configurator.engine.classes import ClassedModel
from configurator.engine.compiled import compile_model
from configurator.engine.costs import Costs
from configurator.engine.price import PriceBook
from configurator.models import ModelVersion, PriceList
from configurator.selectors import engine_model, model_by_sha256, price_book

KEPT = 24  # price lists; of 1,300 options some 50 kB
ONE_YEAR_S = 31_536_000
SAMPLE = 1_234_567  # shows every sign that a language puts into an amount
forever = cache_control(public=True, max_age=ONE_YEAR_S, immutable=True)


def local_evaluation(version: ModelVersion, price_list: PriceList) -> str:
    """What the page's script is told, as JSON: two addresses, and words that depend on a language.

    Empty where the browser cannot answer.
    """
    if _artefact(version) is None:
        return ""
    slug, sha256 = version.product_model.slug, version.ir_sha256
    told = {
        "model": sha256,
        "circuit": reverse("configurator:circuit", args=[slug, sha256]),
        "prices": reverse("configurator:local_prices", args=[slug, sha256, price_list.pk]),
        "words": {
            "chosen": _("chosen"),
            "same": _("same price"),
            "checking": _("checking"),
        },
        "money": _money(price_list.currency),
    }
    return json.dumps(told, ensure_ascii=False)


@require_safe
@forever
def circuit(request: HttpRequest, slug: str, sha256: str) -> HttpResponse:
    """The compiled model (see `engine.circuit.artefact`)."""
    version = _sold(slug, sha256).first()
    artefact = None if version is None else _artefact(version)
    if artefact is None:
        raise Http404("there is no circuit that holds every rule of this machine")
    return HttpResponse(to_bytes(artefact), content_type="application/octet-stream")


@require_safe
@forever
def prices(request: HttpRequest, slug: str, sha256: str, price_list: int) -> HttpResponse:
    """The machine as `js/engine/evaluator.js` reads it, at the prices of a list that was valid."""
    found = PriceList.objects.filter(
        pk=price_list, version__in=_sold(slug, sha256), valid_from__lte=timezone.now()
    ).select_related("version")
    prices = found.first()
    if prices is None or _artefact(prices.version) is None:
        raise Http404("this machine has no such prices")
    return HttpResponse(_written(sha256, prices.pk), content_type="application/json")


def _sold(slug: str, sha256: str) -> QuerySet[ModelVersion]:
    """Versions of this content that are on sale, or were: drafts are nobody's business."""
    return ModelVersion.objects.filter(
        product_model__slug=slug,
        ir_sha256=sha256,
        status__in=[ModelVersion.Status.PUBLISHED, ModelVersion.Status.RETIRED],
        valid_from__lte=timezone.now(),
    ).defer("ir")


def _artefact(version: ModelVersion) -> Artefact | None:
    """The circuit that answers for a version, where it holds every rule."""
    answers = compile_model(engine_model(version)).circuit
    return None if answers is None or answers.artefact.wide else answers.artefact


@lru_cache(maxsize=KEPT)
def _written(sha256: str, price_list: int) -> bytes:
    book = price_book(PriceList.objects.get(pk=price_list))
    data = evaluation_data(compile_model(model_by_sha256(sha256)).classed, book)
    return json.dumps(data, separators=(",", ":")).encode()


def evaluation_data(classed: ClassedModel, book: PriceBook | None) -> dict[str, object]:
    """By group: codes and classes of its options, and what one piece costs, in minor units.

    A group that `counts` another (by position) has how many it stands for instead of prices.
    """
    costs = Costs(classed, book)
    groups = [
        {
            "code": held.group.code,
            "default": classed.defaults[g],
            "counts": costs.target.get(g),
            "options": [option.code for option in held.group.options],
            "classes": held.class_of,
            "units": costs.unit[g],
        }
        for g, held in enumerate(classed.groups)
    ]
    return {"base": costs.base if costs.is_priced else None, "groups": groups}


@cache
def _money(currency: str) -> dict[str, str | int]:
    """Samples from which a script learns how amounts are written: no second set of rules."""
    places = exponent(currency)
    whole = Money(SAMPLE * 10**places, currency)
    less, more = (Money(sign * whole.amount_minor, currency) for sign in (-1, 1))
    plain = whole.format()
    return {
        "places": places,
        "whole": plain,
        "exact": Money(whole.amount_minor + 10**places - 1, currency).format(),
        "more": more.format(is_delta=True).removesuffix(plain),
        "less": less.format(is_delta=True).removesuffix(plain),
    }
