"""All rules of a version as one text: read by everybody, changed while it is a draft."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config.console.access import staff_view
from configurator.errors import ChangedMeanwhile, NotADraft, RulesWouldGo, UnreadableRules
from configurator.models import ModelVersion
from configurator.services.authoring.rules import (
    RulePlan,
    plan_rules,
    rule_text,
    rules_text,
    save_rules,
    text_sha256,
    unreadable_rules,
)

TEMPLATE = "ops/machines/rules.html"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view("configurator.view_modelversion")
def rules(request: HttpRequest, pk: int) -> HttpResponse:
    """The text; what a changed one would do; and, with the button Save, done."""
    version = get_object_or_404(
        ModelVersion.objects.select_related("product_model").defer("ir"), pk=pk
    )
    may_change = request.user.has_perm("configurator.change_modelversion")
    is_open = may_change and version.status == ModelVersion.Status.DRAFT
    context: dict[str, object] = {"version": version, "tab": "version-rules", "is_open": is_open}
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied("Changing rules needs configurator.change_modelversion.")
        return _posted(request, version, context)
    if is_open:
        text = rules_text(version)
        context |= {"text": text, "read_sha256": text_sha256(text)}
        context["unreadable"] = unreadable_rules(version)
    else:
        context["rules"] = [(rule, rule_text(rule)) for rule in version.rules.all()]
    return render(request, TEMPLATE, context)


def _posted(
    request: HttpRequest, version: ModelVersion, context: dict[str, object]
) -> HttpResponse:
    """What was typed is kept, whatever is wrong with it."""
    text = request.POST.get("rules", "").replace("\r\n", "\n").replace("\0", "")
    read_sha256 = request.POST.get("read", "")
    context |= {"text": text, "read_sha256": read_sha256}
    try:
        if "save" in request.POST:
            agreed = request.POST.get("agreed", "").split()
            save_rules(version_id=version.pk, text=text, read_sha256=read_sha256, agreed=agreed)
            messages.success(request, _("The rules are saved."))
            return redirect("ops:version-rules", pk=version.pk)
        context |= {"is_checked": True} | _shown(plan_rules(version, text))
    except UnreadableRules as error:
        context["problems"] = error.problems
        return render(request, TEMPLATE, context, status=422)
    except ChangedMeanwhile as error:
        stored = rules_text(version)
        context |= {"meanwhile": error, "stored": stored, "read_sha256": text_sha256(stored)}
        context |= _shown(plan_rules(version, text))
        return render(request, TEMPLATE, context, status=409)
    except RulesWouldGo:
        context |= {"is_asked": True} | _shown(plan_rules(version, text))
        return render(request, TEMPLATE, context, status=409)
    except NotADraft as error:
        messages.error(request, str(error))
        return redirect("ops:version-rules", pk=version.pk)
    return render(request, TEMPLATE, context)


def _shown(plan: RulePlan) -> dict[str, object]:
    """What is shown of a plan. Who saves after having seen it agrees to what goes."""
    return {
        "sections": plan.sections,
        "removed": plan.removed,
        "agreed": " ".join(plan.removed),
    }
