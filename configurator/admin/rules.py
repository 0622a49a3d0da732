"""Rules, one by one; all of a version at once are on its page at the desk."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from configurator.admin.access import WhileDraft
from configurator.forms.authoring import RuleForm
from configurator.models import Rule
from configurator.services.authoring.rules import condition_text


@admin.register(Rule)
class RuleAdmin(WhileDraft, ModelAdmin):
    form = RuleForm
    list_display = ["name", "code", "version", "severity", "sentence"]
    list_filter = ["severity", "version__product_model", "version__status"]
    list_select_related = ["version__product_model"]
    search_fields = ["name", "code", "sentence"]
    autocomplete_fields = ["version"]
    readonly_fields = ["written_condition"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        is_open = self.has_change_permission(request, obj)
        condition = "condition" if is_open else "written_condition"
        return ["version", "code", "name", "severity", condition, "sentence", "position"]

    @admin.display(description="condition")
    def written_condition(self, rule: Rule) -> str:
        return format_html('<pre class="font-mono">{}</pre>', condition_text(rule))
