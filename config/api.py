"""What all of the API shares: how an error looks."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from config.errors import CartwrightError


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Domain errors become their status with `{code, detail}`; DRF answers for its own."""
    if isinstance(error, CartwrightError):
        return Response({"code": error.code, "detail": str(error)}, status=error.http_status)
    return default_handler(error, context)
