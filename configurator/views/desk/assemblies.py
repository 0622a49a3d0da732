"""Sub-assemblies of a version: what each is, and for a draft taking in, renewing, taking out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config.console.access import staff_view
from configurator.errors import AssemblyRefused, ChangedMeanwhile, NotADraft
from configurator.forms.assemblies import TakeInForm
from configurator.models import ModelVersion, OptionGroup, SubAssembly
from configurator.services.authoring import assemblies as services

TEMPLATE = "ops/machines/assemblies.html"
TAKE_IN, AGAIN, OUT = "in", "again", "out"


@dataclass(frozen=True, slots=True)
class Row:
    """A sub-assembly as the page tells of it; `newer` is a later version than it came from."""

    assembly: SubAssembly
    groups: list[OptionGroup]
    newest: ModelVersion | None

    @property
    def newer(self) -> ModelVersion | None:
        is_newer = self.newest and self.newest.number > self.assembly.of_version.number
        return self.newest if is_newer else None


@dataclass(frozen=True, slots=True)
class Wish:
    """A change that somebody asks for, in words; `fields` are what its form must say again.

    What would do it is kept apart: a template calls whatever can be called.
    """

    title: str
    button: str
    done: str
    fields: Mapping[str, object]


type Asked = tuple[Wish, Callable[[], services.Change]]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view("configurator.view_modelversion")
def assemblies(request: HttpRequest, pk: int) -> HttpResponse:
    """The list; what a change would do; and, with the state of what was shown, done."""
    version = get_object_or_404(
        ModelVersion.objects.select_related("product_model").defer("ir"), pk=pk
    )
    may_change = request.user.has_perm("configurator.change_modelversion")
    is_open = may_change and version.status == ModelVersion.Status.DRAFT
    context: dict[str, Any] = {
        "version": version,
        "tab": "version-assemblies",
        "is_open": is_open,
        "rows": _rows(version),
    }
    if is_open:
        context["form"] = TakeInForm(version)
    if request.method != "POST":
        return render(request, TEMPLATE, context)
    if not may_change:
        raise PermissionDenied("Sub-assemblies need configurator.change_modelversion.")
    if not is_open:
        messages.error(request, _("Only a draft can be changed. Make the next version."))
        return redirect("ops:version-assemblies", pk=pk)
    return _posted(request, version, context)


def _rows(version: ModelVersion) -> list[Row]:
    found = version.assemblies.select_related("of_version__product_model").defer("of_version__ir")
    return [
        Row(one, services.groups_of(one), services.newest_of(one.of_version.product_model_id))
        for one in found
    ]


def _posted(request: HttpRequest, version: ModelVersion, context: dict[str, Any]) -> HttpResponse:
    """What was typed is kept, whatever stands in the way."""
    asked = _asked(request, version, context)
    if asked is None:
        return render(request, TEMPLATE, context, status=422)
    context["wish"], change = asked
    status = 200
    try:
        if state := request.POST.get("state"):
            try:
                services.perform(change, state=state)
            except ChangedMeanwhile as error:
                context["meanwhile"], status = error, error.http_status
            else:
                messages.success(request, context["wish"].done)
                return redirect("ops:version-assemblies", pk=version.pk)
        context["change"] = services.preview(change)
    except AssemblyRefused as error:
        context["refused"], status = error, error.http_status
    except NotADraft as error:
        messages.error(request, str(error))
        return redirect("ops:version-assemblies", pk=version.pk)
    return render(request, TEMPLATE, context, status=status)


def _asked(request: HttpRequest, version: ModelVersion, context: dict[str, Any]) -> Asked | None:
    """None when the form says what is wrong."""
    kind = request.POST.get("do", "")
    code = request.POST.get("code", "").replace("\0", "")
    told = {"code": code}
    if kind == AGAIN:
        wish = Wish(
            title=_("Taking in “%(code)s” again would change this") % told,
            button=_("Take it in again"),
            done=_("“%(code)s” is as in its newest version now.") % told,
            fields={"do": kind, "code": code},
        )
        return wish, partial(services.take_in_again, version_id=version.pk, code=code)
    if kind == OUT:
        wish = Wish(
            title=_("Taking out “%(code)s” would change this") % told,
            button=_("Take it out"),
            done=_("“%(code)s” is taken out, with its groups and rules.") % told,
            fields={"do": kind, "code": code},
        )
        return wish, partial(services.take_out, version_id=version.pk, code=code)
    form = context["form"] = TakeInForm(version, request.POST)
    return _asked_to_take_in(version, form.cleaned_data) if form.is_valid() else None


def _asked_to_take_in(version: ModelVersion, said: Mapping[str, Any]) -> Asked:
    source = said["of_version"]
    named = {"code": said["code"], "name": said["name"]}
    wish = Wish(
        title=_("Taking in %(source)s would change this") % {"source": source},
        button=_("Take it in"),
        done=_("%(source)s is taken in as “%(name)s”.") % {"source": source, **named},
        fields={"do": TAKE_IN, "of_version": source.pk, **named},
    )
    asked = {"version_id": version.pk, "of_version_id": source.pk, **named}
    return wish, partial(services.take_in, **asked)
