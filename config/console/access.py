"""Who may see the console: signed-in staff, each page by a permission of its app."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

View = Callable[..., HttpResponseBase]


def staff_view(permission: str = "") -> Callable[[View], View]:
    """Send strangers to the login; refuse staff who lack `permission` ("shop.view_order")."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not (request.user.is_authenticated and request.user.is_staff):
                return redirect_to_login(request.get_full_path(), "/admin/login/")
            if permission and not request.user.has_perm(permission):
                raise PermissionDenied(f"This page needs the permission {permission}.")
            return view(request, *args, **kwargs)

        return wrapped

    return decorate


def actor_of(request: HttpRequest) -> str:
    """How the audit trail names who acts: "staff:anna"."""
    return f"staff:{request.user.get_username()}"
