"""Stations in the admin: made with a token that is shown once, revoked, given a new one."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from production.models import Station
from production.services.stations import make_station, renew_token, revoke_station


@admin.register(Station)
class StationAdmin(ModelAdmin):
    list_display = ["name", "work_center", "is_active", "last_seen_at"]
    list_filter = ["is_active", "work_center"]
    list_select_related = ["work_center"]
    fields = ["name", "work_center", "is_active", "last_seen_at"]
    readonly_fields = ["is_active", "last_seen_at"]
    actions = ["revoke", "renew"]

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False  # what it has posted names it

    def save_model(
        self,
        request: HttpRequest,
        obj: Station,
        form: ModelForm,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        if change:
            obj.save(update_fields=["name", "work_center"])
            return
        made, token = make_station(name=obj.name, work_center_id=obj.work_center_id)
        obj.pk = made.pk
        _show(request, obj, token)

    @admin.action(description=_("Revoke"), permissions=["change"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[Station]) -> None:
        for station in chosen:
            revoke_station(station_id=station.pk)
            self.log_change(request, station, "revoked")

    @admin.action(description=_("New token"), permissions=["change"])
    def renew(self, request: HttpRequest, chosen: QuerySet[Station]) -> None:
        for station in chosen:
            _show(request, station, renew_token(station_id=station.pk))
            self.log_change(request, station, "new token")


def _show(request: HttpRequest, station: Station, token: str) -> None:
    messages.warning(
        request,
        _("The token of %(name)s, shown this once: %(token)s")
        % {"name": station.name, "token": token},
    )
