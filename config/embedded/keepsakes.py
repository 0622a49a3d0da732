"""Small facts an installation makes up once and keeps: passwords and ports."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from config.embedded import ports

OTHER_PORTS = 5  # a port found free can be taken by the time it is used; six misses are no accident


def kept_secret(path: Path) -> str:
    """The secret in a file, made on first use, readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
        fresh.replace(path)  # a reader never sees half of it
    return path.read_text()


def candidate_ports(path: Path) -> Iterator[int]:
    """The port of last time while it is free, then any free ones."""
    try:
        remembered = int(path.read_text())
    except (OSError, ValueError):
        remembered = 0
    if remembered and ports.is_free(remembered):
        yield remembered
    for _ in range(OTHER_PORTS):
        yield ports.any_free()
