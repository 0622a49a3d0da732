"""Middleware of our own: the admin's content policy, unreadable addresses, errors as pages."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.csp import CSP

from config.error_pages import method_not_allowed
from config.errors import CartwrightError

Handler = Callable[[HttpRequest], HttpResponse]

# The admin's theme evaluates expressions in the page and sets styles inline; nothing of ours does.
ADMIN_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.UNSAFE_INLINE, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF, "data:"],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
}


class AdminContentPolicyMiddleware:
    """Relax the content policy under /admin/, and only there."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            # The hook that django.views.decorators.csp uses.
            response._csp_config = ADMIN_CSP  # type: ignore[attr-defined]
        return response


class NulByteMiddleware:
    """Refuse an address with a NUL byte: PostgreSQL's text cannot hold one, so nothing has it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: Any, kwargs: Any) -> None:
        if "\0" in request.path or _has_nul(request.GET):
            raise BadRequest("The address holds a NUL byte.")


def _has_nul(fields: QueryDict) -> bool:
    return any("\0" in text for name, values in fields.lists() for text in (name, *values))


class DomainErrorMiddleware:
    """Show a domain error that no view caught as a plain page (or JSON under /api/).

    The same for a method that a page does not take, where Django would say nothing at all.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and request.accepts("text/html"):
            return method_not_allowed(request, response.headers["Allow"])
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, CartwrightError):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse(
                {"code": error.code, "detail": str(error)}, status=error.http_status
            )
        return render(request, "error.html", {"error": error}, status=error.http_status)
