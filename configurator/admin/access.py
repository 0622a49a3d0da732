"""What may still be edited: a draft, and prices that nobody has seen."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from config.errors import CartwrightError
from configurator.models import ModelVersion, Option, OptionGroup, PriceList, Rule


def _version_of(obj: Any) -> ModelVersion | None:
    if obj is None or isinstance(obj, ModelVersion):
        return obj
    if isinstance(obj, Option):
        return obj.group.version
    if isinstance(obj, PriceList | Rule | OptionGroup):
        return obj.version
    return None


class WhileDraft:
    """Editable while the version is a draft; the database refuses it later anyway."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_draft(obj) and super().has_change_permission(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_draft(obj) and super().has_delete_permission(request, obj)  # type: ignore[misc]

    def has_add_permission(self, request: HttpRequest, *parent: Any) -> bool:
        is_open = all(self._is_draft(obj) for obj in parent)
        return is_open and super().has_add_permission(request, *parent)  # type: ignore[misc]

    def _is_draft(self, obj: Any) -> bool:
        version = _version_of(obj)
        return version is None or version.status == ModelVersion.Status.DRAFT


def is_valid_already(price_list: PriceList) -> bool:
    """Customers may have seen these prices: they change by a new list only."""
    is_draft = price_list.version.status == ModelVersion.Status.DRAFT
    return not is_draft and price_list.valid_from <= timezone.now()


class UntilValid:
    """Prices may be edited until customers can see them; the database holds it too."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(obj) and super().has_change_permission(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(obj) and super().has_delete_permission(request, obj)  # type: ignore[misc]

    def _is_open(self, obj: Any) -> bool:
        price_list = getattr(obj, "price_list", obj)
        return not isinstance(price_list, PriceList) or not is_valid_already(price_list)


def is_asked_for(request: HttpRequest, *fields: str) -> bool:
    """Whether a form's autocomplete asks, for one of these fields of our own models."""
    asked = request.GET
    return asked.get("app_label") == "configurator" and asked.get("field_name") in fields


def tried(request: HttpRequest, service: Callable[..., object], **asked: Any) -> object | None:
    """What the service answers; None when it refuses, and then staff are told why."""
    try:
        return service(**asked)
    except CartwrightError as error:
        for line in str(error).splitlines()[:10]:
            messages.error(request, line)
        return None
