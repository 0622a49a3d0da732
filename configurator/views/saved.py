"""The builds that a visitor saved lately: a signed cookie of their codes, nothing about anybody."""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from configurator.models import Configuration

NAME = "saved"
SALT = "configurator.saved"
KEPT_SECONDS = 60 * 24 * 3600
MOST = 4
CODE = re.compile(r"[a-z2-7]{4,12}", re.ASCII)  # base32, as codes are made


def saved_codes(request: HttpRequest) -> list[str]:
    """Newest first; [] for no cookie, an old one or one that is not ours."""
    value = request.get_signed_cookie(NAME, default="", salt=SALT, max_age=KEPT_SECONDS)
    return [code for code in str(value).split(".") if CODE.fullmatch(code)][:MOST]


def remember(
    request: HttpRequest, response: HttpResponse, configuration: Configuration
) -> HttpResponse:
    """Put a build that was saved just now before the earlier ones."""
    mine = configuration.share_code
    codes = [mine, *(code for code in saved_codes(request) if code != mine)][:MOST]
    response.set_signed_cookie(
        NAME,
        ".".join(codes),
        salt=SALT,
        max_age=KEPT_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
