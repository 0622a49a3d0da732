#!/usr/bin/env python3
"""Cartwright's one entry point. With no preparation at all, `./manage.py demo` runs the shop.

Everything above `main` is standard library only and reads as Python 3.6, because any python3 may
be the one that starts it: it finds a Python that is new enough, makes .venv, installs the locked
requirements, and starts itself again from there. Annotations are quoted for the same reason.
"""
# ruff: noqa: S603, S606  (every command line here is our own, and none goes through a shell)

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve()
PROJECT = HERE.parent
VENV = PROJECT / ".venv"
INSTALLED_LOCKS = VENV / "installed-locks"
OLDEST = (3, 12)
NAMES_ON_PATH = ("python3.14", "python3.13", "python3.12", "python3", "python")
RUNTIME_LOCK, DEVELOPMENT_LOCK = "requirements.txt", "requirements-dev.txt"
# These need what requirements-dev.txt adds: test runs pytest, setup prepares for lint and types.
DEVELOPMENT_COMMANDS = {"test", "setup"}
# These never open a connection, so no server is started for them; test starts its own.
COMMANDS_WITHOUT_SERVERS = {
    *("help", "version", "setup", "test", "check", "spectacular", "diffsettings"),
    *("collectstatic", "findstatic", "makemessages", "compilemessages", "startapp"),
}


class NoPythonError(Exception):
    """No interpreter will do; the message is the one line that the reader needs."""


def pythons() -> "list[str]":
    """Interpreters to try, in order of preference; some may not exist or not start."""
    asked = os.environ.get("PYTHON")
    on_path = [shutil.which(name) for name in NAMES_ON_PATH]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    kept = sorted((pyenv / "versions").glob("3.*/bin/python3"), key=version_in_name, reverse=True)
    return [str(path) for path in [asked, *on_path, *kept, sys.executable] if path]


def version_in_name(path: Path) -> "list[int]":
    """3.9 comes before 3.13, which as words they do not."""
    return [int(number) for number in re.findall(r"\d+", path.parents[1].name)]


def probe(path: str) -> "tuple[tuple[int, ...], str, bool] | None":
    """An interpreter's version, its true path (a pyenv shim has another), and if it has venv."""
    question = (
        "import sys\n"
        "print('%d.%d.%d' % sys.version_info[:3], sys.executable, sep='|', end='|')\n"
        "sys.stdout.flush()\n"
        "import ensurepip, venv\n"
        "print('venv')\n"
    )
    try:
        answer = subprocess.run(
            [path, "-I", "-c", question],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=30,
            check=False,
        ).stdout.decode()
        version, true_path, has_venv = answer.split("|")
        return tuple(int(part) for part in version.split(".")), true_path, bool(has_venv)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def find_python() -> "tuple[tuple[int, ...], str]":
    """The first interpreter that is new enough and can make a virtual environment."""
    without_venv = ""
    for path in pythons():
        found = probe(path)
        if found is None or found[0] < OLDEST:
            continue
        version, true_path, has_venv = found
        if has_venv:
            return version, true_path
        without_venv = without_venv or short(version)
    if without_venv:
        raise NoPythonError(
            f"Python {without_venv} is here but cannot make a virtual environment: "
            f"apt-get install python{without_venv}-venv"
        )
    raise NoPythonError(
        f"Cartwright needs Python {short(OLDEST)} or newer and found none. Install one, or name "
        "it: PYTHON=/path/to/python ./manage.py …"
    )


def short(version: "tuple[int, ...]") -> str:
    return f"{version[0]}.{version[1]}"


def venv_program(name: str) -> str:
    return str(VENV / "Scripts" / f"{name}.exe" if os.name == "nt" else VENV / "bin" / name)


def fingerprint(lock: str) -> str:
    return hashlib.sha256((PROJECT / lock).read_bytes()).hexdigest()


def installed() -> "dict[str, str]":
    """The locks that .venv was made from, with their fingerprints."""
    try:
        return dict(line.split() for line in INSTALLED_LOCKS.read_text().splitlines())
    except (OSError, ValueError):
        return {}


def is_ready(lock: str) -> bool:
    has_python = Path(venv_program("python")).exists()  # no longer, when its Python was removed
    return has_python and installed().get(lock) == fingerprint(lock)


@contextlib.contextmanager
def alone() -> "Iterator[None]":
    """One bootstrap at a time: a second one waits, then finds everything done."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with HERE.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def progress(what: str) -> "Iterator[None]":
    began = time.monotonic()
    sys.stderr.write(f"{what} … ")
    sys.stderr.flush()
    yield
    sys.stderr.write(f"{time.monotonic() - began:.0f} s\n")


def succeeds(*command: str, is_loud: bool = True) -> bool:
    """Run a command; its output is shown only when it fails."""
    done = subprocess.run(
        command, cwd=str(PROJECT), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode != 0 and is_loud:
        sys.stderr.write("\n" + done.stdout.decode(errors="replace"))
    return done.returncode == 0


def uv_requirement(lock: str) -> str:
    """The lines of a lock that pin uv, with their hashes."""
    text = (PROJECT / lock).read_text(encoding="utf-8")
    pinned = re.search(r"^uv==.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    return pinned.group(0) if pinned else ""


def install(lock: str) -> None:
    """Install a lock into .venv: through the uv that the lock names, and by pip where that fails.

    pip is some ten times slower, but it knows the mirrors a machine is set up with.
    """
    python = venv_program("python")
    uv_lock = VENV / "uv.txt"
    uv_lock.write_text(uv_requirement(lock), encoding="utf-8")
    from_lock = ["install", "--quiet", "--require-hashes", "-r"]
    # Compiled now, once; else every process of the first start would compile all it imports.
    through_uv = [venv_program("uv"), "pip", *from_lock, lock, "--python", python, "--compile"]
    with progress(f"Installing {lock}"):
        if succeeds(python, "-m", "pip", *from_lock, str(uv_lock)) and succeeds(*through_uv):
            return
        if not succeeds(python, "-m", "pip", *from_lock, lock):
            sys.exit("The requirements could not be installed; see the lines above.")


def has_usable_venv() -> bool:
    """Whether .venv is there, of a Python that is new enough (and still installed), with pip."""
    python = venv_program("python")
    found = probe(python)
    if found is None or found[0] < OLDEST:
        return False
    return succeeds(python, "-m", "pip", "--version", is_loud=False) or succeeds(
        python, "-m", "ensurepip", is_loud=False
    )


def bootstrap(lock: str) -> None:
    """Make .venv hold what the lock names. Does nothing when it does already."""
    with alone():
        if is_ready(lock):
            return
        if not has_usable_venv():
            version, path = find_python()
            with progress(f"Making .venv with Python {short(version)}"):
                if not succeeds(path, "-m", "venv", "--clear", str(VENV)):
                    sys.exit("The virtual environment could not be made; see the lines above.")
        install(lock)
        locks = {RUNTIME_LOCK, lock}  # the development lock holds all of the other
        INSTALLED_LOCKS.write_text("".join(f"{k} {fingerprint(k)}\n" for k in sorted(locks)))


def runs_in_venv() -> bool:
    return Path(sys.prefix).resolve() == VENV.resolve()


def is_prepared() -> bool:
    """Whether somebody else has seen to the interpreter and the packages, as an image does."""
    if os.environ.get("CARTWRIGHT_NO_BOOTSTRAP"):
        return True
    if sys.version_info[:2] < OLDEST or sys.prefix == sys.base_prefix or runs_in_venv():
        return False
    import importlib.util

    return importlib.util.find_spec("django") is not None


def become(*command: str) -> None:
    """Go on as another program. Does not return."""
    if os.name == "nt":  # exec there gives the prompt back before the program has ended
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


def main(arguments: "list[str]") -> None:
    command = arguments[0] if arguments else "help"
    if not is_prepared():
        try:
            bootstrap(DEVELOPMENT_LOCK if command in DEVELOPMENT_COMMANDS else RUNTIME_LOCK)
        except NoPythonError as error:
            sys.exit(str(error))
        if not runs_in_venv():
            become(venv_program("python"), str(HERE), *arguments)
    if command == "setup":
        return
    if command == "test":
        os.chdir(str(PROJECT))
        become(sys.executable, "-m", "pytest", *arguments[1:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.commands import run

    run(arguments or ["help"], needs_servers=command not in COMMANDS_WITHOUT_SERVERS)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
