"""Middleware of our own: the admin's content policy, and domain errors as pages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.csp import CSP

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


class DomainErrorMiddleware:
    """Show a domain error that no view caught as a plain page (or JSON under /api/)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, CartwrightError):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse(
                {"code": error.code, "detail": str(error)}, status=error.http_status
            )
        return render(request, "error.html", {"error": error}, status=error.http_status)
