"""How a refused or failed request is answered: in words for people, as JSON under /api/.

Django's own views look for a CSRF token first, and so fail a second time over a body that cannot
be read; these read nothing of the request but its path.
"""

import sys

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader

RETRY_AFTER_S = 5  # about as long as PostgreSQL needs to come back


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    detail = f"This request could not be read. {_why_unreadable(exception)}".strip()
    return _answer(request, 400, "bad_request", detail)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403, "permission_denied", str(exception or "This is not for you."))


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 404, "not_found", "There is nothing at this address.")


def server_error(request: HttpRequest) -> HttpResponse:
    """A failure of ours; or the database is away or too busy, and the same may work in a moment."""
    if isinstance(sys.exception(), (OperationalError, InterfaceError)):  # Django is handling it
        response = _answer(request, 503, "unavailable", "We cannot reach our books at the moment.")
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
        return response
    return _answer(request, 500, "server_error", "Something of ours failed.")


def method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """For a page that only takes forms, opened from the address bar or by a reload."""
    response = _answer(request, 405, "method_not_allowed", f"Expected one of: {allowed}.")
    response.headers["Allow"] = allowed
    return response


def _why_unreadable(exception: Exception | None) -> str:
    """What was wrong, in our own words: those of an exception may be anything."""
    if isinstance(exception, TooManyFieldsSent):
        most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        return f"The address or the form: expected at most {most:,} fields, got more."
    if isinstance(exception, RequestDataTooBig):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return f"The body: expected at most {most:,} bytes, got more."
    if isinstance(exception, BadRequest) and exception.args:  # raised by ourselves
        return str(exception)
    return ""


def _answer(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"code": code, "detail": detail}, status=status)
    if status in {400, 500, 503}:  # these must not depend on anything that may be what failed
        words = loader.render_to_string(f"{status}.html", {"detail": detail})
        return HttpResponse(words, status=status)
    return render(request, f"{status}.html", {"detail": detail}, status=status)
