"""Up to four saved configurations side by side."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from configurator.selectors.configurations import configurations_by_code
from configurator.views.comparison import comparison
from configurator.views.saved import saved_codes

MOST = 4
LONGEST_ECHO = 80
# The short address of a build, or its code alone.
PASTED = re.compile(r"(?:.*/c/)?([a-z2-7]{4,12})/?(?:[?#].*)?", re.ASCII | re.DOTALL)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """The builds whose codes are in the address; `add` is a code or an address to put beside.

    What cannot be shown is told with status 400; the others are shown all the same.
    """
    wanted = _distinct(code.strip().lower() for code in request.GET.getlist("c"))
    pasted = request.GET.get("add", "").strip()
    codes, left_out = wanted[:MOST], wanted[MOST:]
    found = configurations_by_code(codes)
    problems = [_unknown(code) for code in codes if code not in found]
    if left_out:
        problems.append(_too_many(left_out))
    if pasted:
        code, problem = _read(pasted, [code for code in codes if code in found])
        if not problem:
            return HttpResponseRedirect(compare_url([*(c for c in codes if c in found), code]))
        problems.append(problem)
    shown = [found[code] for code in codes if code in found]
    codes = [one.share_code for one in shown]
    context = {
        "comparison": comparison(shown, today=timezone.localdate(), without=_without(codes)),
        "codes": codes,
        "problems": problems,
        "pasted": pasted[:LONGEST_ECHO],
        "mine": _addable(request, codes),
        "has_room": len(codes) < MOST,
    }
    return render(request, "configurator/compare.html", context, status=400 if problems else 200)


def compare_url(codes: Sequence[str]) -> str:
    """The address of a comparison of these builds, or of the first four."""
    address = reverse("configurator:compare")
    return f"{address}?{urlencode([('c', code) for code in codes[:MOST]])}" if codes else address


def _distinct(codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(code for code in codes if code))


def _without(codes: Sequence[str]) -> dict[str, str]:
    """Code → the address of the comparison without it."""
    return {code: compare_url([other for other in codes if other != code]) for code in codes}


def _addable(request: HttpRequest, codes: Sequence[str]) -> list[dict[str, str]]:
    """The visitor's own builds that are not shown yet."""
    if len(codes) >= MOST:
        return []
    found = configurations_by_code([code for code in saved_codes(request) if code not in codes])
    return [
        {"url": compare_url([*codes, code]), "label": f"{one.version.product_model.name} {code}"}
        for code, one in found.items()
    ]


def _read(pasted: str, codes: Sequence[str]) -> tuple[str, str]:
    """The code of what was pasted, or why it cannot be put beside the others."""
    if len(codes) >= MOST:
        return "", _("There are four builds here already; remove one to add another.")
    found = PASTED.fullmatch(pasted.lower())
    if found is None:
        told = _("Expected the address of a saved build, such as %(example)s; got “%(got)s”.")
        return "", told % {"example": "/c/abcd2345/", "got": pasted[:LONGEST_ECHO]}
    code = found[1]
    if code in codes:
        return "", _("The build %(code)s is here already.") % {"code": code}
    if code not in configurations_by_code([code]):
        return "", _unknown(code)
    return code, ""


def _unknown(code: str) -> str:
    return _("No build was saved under “%(code)s”.") % {"code": code[:LONGEST_ECHO]}


def _too_many(left_out: Sequence[str]) -> str:
    count = len(left_out)
    return ngettext(
        "At most four builds can be compared; %(n)d more in the address is not shown.",
        "At most four builds can be compared; %(n)d more in the address are not shown.",
        count,
    ) % {"n": count}
