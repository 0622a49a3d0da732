"""What all of the API shares: how JSON is read, and how an error looks."""

from collections.abc import Iterator
from typing import Any

from rest_framework import parsers
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from config.errors import CartwrightError


class JSONParser(parsers.JSONParser):
    """Refuses what is nested too deeply to be read, too."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().parse(*args, **kwargs)
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply") from error


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal is `{code, detail}`; one of a field's value tells `fields`, too."""
    if isinstance(error, CartwrightError):
        return Response({"code": error.code, "detail": str(error)}, status=error.http_status)
    response = default_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ValidationError):
        told = " ".join(_sentences(error.detail))
        response.data = {"code": "invalid", "detail": told, "fields": error.detail}
    elif isinstance(error, APIException):
        response.data = {"code": error.get_codes(), "detail": error.detail}
    else:  # Http404 and PermissionDenied of Django
        response.data = {"code": response.data["detail"].code, **response.data}
    return response


def _sentences(detail: Any, where: str = "") -> Iterator[str]:
    """`choices.cpu: Null characters are not allowed.`"""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            place = "" if name == "non_field_errors" else str(name)
            yield from _sentences(inner, ".".join(filter(None, (where, place))))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            at = f"{where}[{index}]" if isinstance(inner, dict | list) else where
            yield from _sentences(inner, at)
    else:
        yield f"{where}: {detail}" if where else str(detail)
