"""What may go wrong by rule rather than by accident, with a code that callers can rely on."""


class CartwrightError(Exception):
    """Base of the domain's errors. `code` is stable; the message says what, expected and got.

    `is_outage`: somebody else's server is away, so the same may well succeed later.
    """

    code = "error"
    http_status = 400
    is_outage = False


class IllegalTransition(CartwrightError):
    """A state may not follow the present one."""

    code = "illegal_transition"
    http_status = 409


class NotFound(CartwrightError):
    code = "not_found"
    http_status = 404
