"""What a configuration would need, by the bills in force or with a draft among them."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.console.access import staff_view
from config.errors import CartwrightError
from configurator.engine.errors import EngineError
from configurator.engine.explain import conflict
from configurator.models import Configuration, ModelVersion
from configurator.selectors import current_price_list, engine_model, evaluation
from production.models import BillOfMaterial
from production.selectors.bills_used import where_used
from production.services.authoring.needs import configurations_named, what_is_needed
from production.views.bills.drafts import bill_or_404, frame_of
from production.views.bills.reading import VIEW
from production.views.bills.shown import cost_words, money

MOST_MACHINES = 99
LONGEST_PASTED = 200
PICK = "pick."
TEMPLATE = "ops/bills/needs.html"


@dataclass(frozen=True, slots=True)
class Asked:
    """A version and complete choices, with what was picked of them."""

    version: ModelVersion
    picks: dict[str, str]
    chosen: dict[str, str]
    problems: tuple[str, ...] = ()


@require_safe
@staff_view(VIEW)
def needs(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The panel: choose, or paste; every part with its cost, what lies free and what is short."""
    bill = bill_or_404(pk) if pk is not None else None
    if bill is not None and bill.status == BillOfMaterial.Status.SUPERSEDED:
        return redirect("ops:bills_needs")  # nothing is exploded by it any more
    context: dict[str, Any] = frame_of(request, bill, "bill_needs") if bill else {}
    versions = _versions(bill)
    pasted = request.GET.get("of", "").replace("\0", "").strip()[:LONGEST_PASTED]
    machines = _machines(request)
    context |= {"versions": versions, "pasted": pasted, "machines": machines}
    try:
        asked = _pasted(pasted, context) if pasted else _picked(request, versions)
        if asked is None:
            return render(request, TEMPLATE, context)
        context |= {"asked": asked, "groups": _groups(asked)}
        if not asked.problems:
            is_draft = bill is not None and bill.status == BillOfMaterial.Status.DRAFT
            found = what_is_needed(
                version=asked.version,
                choices=asked.chosen,
                machines=machines,
                on=timezone.localdate(),
                draft_id=bill.pk if bill is not None and is_draft else None,
            )
            context |= {"found": found, "rows": _rows(found.needed)}
            context |= {"cost": cost_words(found.cost), "known": money(found.cost.rounded)}
    except (CartwrightError, EngineError) as error:
        return render(
            request, "ops/bills/needs.html", context | {"problem": str(error)}, status=422
        )
    return render(request, "ops/bills/needs.html", context)


def _versions(bill: BillOfMaterial | None) -> list[ModelVersion]:
    """On sale: of the product that the bill belongs to, else of those that take its part."""
    versions = ModelVersion.objects.published().defer("ir").order_by("product_model__name")
    if bill is None:
        return list(versions)
    slugs = {bill.product_slug}
    if not bill.product_slug:
        slugs = {way.uses[-1].product_slug for way in where_used(bill.part_id).ways}
    return [one for one in versions if one.product_model.slug in slugs]


def _machines(request: HttpRequest) -> int:
    typed = request.GET.get("machines", "1")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 1
    return max(1, min(number, MOST_MACHINES))


def _pasted(pasted: str, context: dict[str, Any]) -> Asked | None:
    """The one configuration that was meant, or a choice of several."""
    found = configurations_named(pasted)
    if len(found) > 1:
        context["several"] = found
        return None
    return _frozen(found[0])


def _frozen(configuration: Configuration) -> Asked:
    choices = dict(configuration.choices)
    return Asked(configuration.version, choices, choices)


def _picked(request: HttpRequest, versions: list[ModelVersion]) -> Asked | None:
    """What the selects say, completed as a customer's choices would be."""
    wanted = request.GET.get("product", "")
    version = next(
        (one for one in versions if one.product_model.slug == wanted),
        versions[0] if versions else None,
    )
    if version is None:
        return None
    options = engine_model(version).options_by_code
    picks = {
        group: option
        for group in options
        if (option := request.GET.get(f"{PICK}{group}", "")) in options[group]
    }
    answer = evaluation(version, current_price_list(version), picks, groups=frozenset())
    problems: tuple[str, ...] = ()
    if not answer.is_consistent:
        told = conflict(engine_model(version), picks).sentences
        problems = told or (_("These picks contradict each other."),)
    return Asked(version, picks, dict(answer.chosen), problems)


def _groups(asked: Asked) -> list[dict[str, Any]]:
    """A select a group: what is picked, else what was filled in."""
    return [
        {
            "code": group.code,
            "name": group.name,
            "options": group.options,
            "picked": asked.picks.get(group.code, ""),
            "chosen": next(
                (one.name for one in group.options if one.code == asked.chosen.get(group.code)), ""
            ),
        }
        for group in engine_model(asked.version).groups
    ]


def _rows(needed: Any) -> list[dict[str, Any]]:
    return [
        {
            "it": one,
            "each": _("unknown") if one.each_minor is None else money(round(one.each_minor)),
            "cost": cost_words(one.cost),
        }
        for one in needed
    ]
