"""Bring work that was given up back to life."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from config.outbox.work_item import WorkItem


def try_again(rows: QuerySet[WorkItem]) -> int:
    """Make unfinished rows due now, their failures forgotten; returns how many."""
    return rows.filter(done_at__isnull=True).update(
        due_at=timezone.now(), dead_at=None, leased_until=None, failures=0
    )


def do_again(rows: QuerySet[WorkItem]) -> int:
    """Make rows due now even if they are done: for work whose repeat is harmless."""
    return rows.update(
        due_at=timezone.now(), done_at=None, dead_at=None, leased_until=None, failures=0
    )


@admin.action(description="Try again now (unfinished ones)", permissions=["replay"])
def try_again_action(
    modeladmin: "admin.ModelAdmin[WorkItem]", request: HttpRequest, queryset: QuerySet[WorkItem]
) -> None:
    asked = queryset.count()  # a list of what is dead holds none of them afterwards
    messages.success(request, f"Due again now: {try_again(queryset)} of {asked}.")


class Replay:
    """Lets staff who may change the record have its work tried again, from the list or its page."""

    change_form_outer_before_template = "admin/try_again.html"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {**(extra_context or {}), "may_replay": self.has_replay_permission(request)}
        view: HttpResponse = super().change_view(  # type: ignore[misc]  # of ModelAdmin
            request, object_id, form_url, context
        )
        return view

    def has_replay_permission(self, request: HttpRequest) -> bool:
        options = self.opts  # type: ignore[attr-defined]  # of ModelAdmin
        return request.user.has_perm(f"{options.app_label}.change_{options.model_name}")


STATE_FIELDS = ("created_at", "due_at", "sends", "failures", "done_at", "dead_at", "last_error")
