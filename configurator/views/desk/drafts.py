"""Starting the next version of a machine."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.console.access import actor_of, staff_view
from configurator.errors import DraftExists
from configurator.models import ModelVersion
from configurator.services.authoring import draft_from


@require_POST
@staff_view("configurator.add_modelversion")
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Copy the version into the next one, and go there. The field `another` allows a second."""
    versions = ModelVersion.objects.select_related("product_model").defer("ir")
    source = get_object_or_404(versions, pk=pk)
    is_another = "another" in request.POST
    try:
        made = draft_from(version_id=source.pk, actor=actor_of(request), is_another=is_another)
    except DraftExists as error:
        context = {"version": source, "open_version": versions.get(pk=error.version_id)}
        return render(request, "ops/machines/draft_exists.html", context, status=error.http_status)
    told = _("%(version)s is a draft: a copy of version %(number)d to work on.")
    messages.success(request, told % {"version": made, "number": source.number})
    return redirect("ops:version", pk=made.pk)
