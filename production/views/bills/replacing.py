"""One part in place of another in every released bill: a dry run, then drafts or releases."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from config.console.access import actor_of, staff_view
from config.errors import CartwrightError
from production.forms import PartCodeField
from production.selectors.bills_used import where_used
from production.services.authoring.errors import ReplacementRefused
from production.services.authoring.replacing import (
    LONGEST_REASON,
    preview_replacement,
    replace_part,
)
from production.views.bills.drafts import RELEASE
from production.views.bills.reading import CHANGE

TEMPLATE = "ops/bills/replace.html"
RELEASES, DRAFTS = "release", "drafts"


class ReplaceForm(forms.Form):
    """Which part, by which, why, and how far."""

    old = PartCodeField(label=gettext_lazy("Replace the part"))
    new = PartCodeField(label=gettext_lazy("By the part"))
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("It stands with every new revision."),
    )
    how = forms.ChoiceField(
        label=gettext_lazy("What to do"),
        choices=[
            (RELEASES, gettext_lazy("New revisions, released at once: all of them or none")),
            (DRAFTS, gettext_lazy("Drafts, to be looked at and released one by one")),
        ],
        widget=forms.RadioSelect,
        initial=RELEASES,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(CHANGE)
def replace(request: HttpRequest) -> HttpResponse:
    """Every bill and line that would change, with what would be wrong; then it is done."""
    if request.method != "POST":
        typed = {"old": request.GET.get("part", "").replace("\0", "")[:80]}
        return render(request, TEMPLATE, {"form": ReplaceForm(initial=typed, label_suffix="")})
    form = ReplaceForm(request.POST, label_suffix="")
    if not form.is_valid():
        return render(request, TEMPLATE, {"form": form}, status=422)
    asked = form.cleaned_data
    releases = asked["how"] == RELEASES
    if releases and "confirm" in request.POST and not request.user.has_perm(RELEASE):
        raise PermissionDenied(f"Releasing needs the permission {RELEASE}.")
    named = {
        "old_id": asked["old"].pk,
        "new_id": asked["new"].pk,
        "reason": asked["reason"],
        "releases": releases,
        "actor": actor_of(request),
    }
    if "confirm" in request.POST:
        return _confirmed(request, form, named)
    return _told(request, form, named)


def _told(request: HttpRequest, form: ReplaceForm, named: dict[str, Any]) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "releases": named["releases"]}
    context["chosen"] = [use for use in where_used(named["old_id"]).direct if use.group]
    try:
        found = preview_replacement(**named)
    except CartwrightError as error:
        form.add_error(None, str(error))
        return render(request, TEMPLATE, context, status=error.http_status)
    context |= {
        "found": found,
        "is_possible": not (named["releases"] and found.is_refused),
        "may_do": not named["releases"] or request.user.has_perm(RELEASE),
    }
    return render(request, TEMPLATE, context)


def _confirmed(request: HttpRequest, form: ReplaceForm, named: dict[str, Any]) -> HttpResponse:
    try:
        done = replace_part(**named, state=request.POST.get("state", ""))
    except ReplacementRefused as error:
        messages.error(request, _("%(why)s: see below.") % {"why": error})
        return _told(request, form, named)
    except CartwrightError as error:
        messages.error(request, str(error))
        return _told(request, form, named)
    number = len(done.bills)
    told = ngettext("%(n)d bill takes %(new)s.", "%(n)d bills take %(new)s.", number)
    if not named["releases"]:
        told = ngettext("%(n)d draft takes %(new)s.", "%(n)d drafts take %(new)s.", number)
    messages.success(request, told % {"n": number, "new": done.new.part_number})
    return redirect("ops:bills_used", part_id=done.new.pk)
