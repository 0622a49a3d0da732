"""Identifiers as Stripe writes them: a prefix that names the kind, then random characters."""

import secrets
import string

ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    """``new_id("pi")`` gives ``pi_`` and 24 random letters and digits."""
    return f"{prefix}_{''.join(secrets.choice(ALPHABET) for _ in range(length))}"
