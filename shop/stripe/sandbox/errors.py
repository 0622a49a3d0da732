"""Errors of the cashier, in the shape in which Stripe tells them.

Types, codes and fields of the envelope are those of ``stripe.ErrorObject``; which status goes with
what: docs.stripe.com/api/errors. A thing that does not exist is a 404, and is named as Stripe names
it, with the dot in ``checkout.session`` (as users of it quote the message).
"""

from collections.abc import Mapping
from typing import Any

SPOKEN = {"balance_transaction": "balance transaction"}  # kinds whose name is written in words
DOCUMENTATION = "https://docs.stripe.com/error-codes/"


class ApiError(Exception):
    """An error answer of the API: HTTP status and Stripe's error envelope."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind
        self.code = code
        self.param = param
        self.headers = headers or {}  # of the answer, beside the usual ones

    def envelope(self) -> dict[str, Any]:
        """The body of the answer: ``{"error": {type, message, code?, param?, doc_url?}}``."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = DOCUMENTATION + self.code.replace("_", "-")
        if self.param:
            error["param"] = self.param
        return {"error": error}


class ParameterError(ApiError):
    """A parameter that cannot be accepted. Found before anything ran, so nothing is remembered."""


class StateInUseError(Exception):
    """Another cashier already works on this state directory."""


def no_such(kind: str, object_id: str, param: str, *, status: int = 404) -> ApiError:
    return ApiError(
        f"No such {SPOKEN.get(kind, kind)}: '{object_id}'",
        status=status,
        code="resource_missing",
        param=param,
    )
