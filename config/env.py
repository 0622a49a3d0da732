"""Everything that differs between machines comes in here, from the environment."""

import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

import environ
from babel.numbers import list_currencies

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent

# Where this installation keeps what is not code: embedded servers, secrets, collected mail.
HOME = Path(env.str("CARTWRIGHT_HOME", default=str(BASE_DIR / ".cartwright")))


LONGEST_DAYS = 3650


def secret_key() -> str:
    """The signing key: SECRET_KEY, else one made once and kept (mode 0600) in CARTWRIGHT_HOME."""
    if key := env.str("SECRET_KEY", default=""):
        return str(key)
    path = HOME / "secret-key"
    if not path.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def days(name: str, *, default: int) -> int:
    """A number of days, from 1."""
    text = env.str(name, default=str(default)).strip()
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= LONGEST_DAYS:
        raise ValueError(
            f"{name}: expected a number of days from 1 to {LONGEST_DAYS}, got {text!r}"
        )
    return int(text)


def amounts_minor(name: str, *, default: str) -> dict[str, int]:
    """Amounts in minor units by currency, written as ``USD=100000,JPY=150000``; none if empty."""
    amounts: dict[str, int] = {}
    for entry in filter(None, (it.strip() for it in env.str(name, default=default).split(","))):
        currency, _, digits = (it.strip() for it in entry.partition("="))
        if currency not in list_currencies() or not (digits.isascii() and digits.isdecimal()):
            raise ValueError(
                f"{name}: expected amounts in minor units, each with its currency, such as "
                f"USD=100000,JPY=150000; got {entry!r}"
            )
        if currency in amounts:
            raise ValueError(f"{name}: expected one amount in {currency}, got another: {entry!r}")
        amounts[currency] = int(digits)
    return amounts


def mailer(url: str) -> dict[str, object]:
    """Django's MAILERS entry for an EMAIL_URL such as ``smtp+tls://user:password@host:587``."""
    if not url:
        return {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps", "smtp+tls"}:
        raise ValueError(
            f"EMAIL_URL: expected smtp://, smtps:// or smtp+tls://, got {parts.scheme}://"
        )
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": parts.hostname or "localhost",
            "port": parts.port or {"smtp": 25, "smtps": 465, "smtp+tls": 587}[parts.scheme],
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_tls": parts.scheme == "smtp+tls",
            "use_ssl": parts.scheme == "smtps",
            "timeout": 20,
        },
    }
