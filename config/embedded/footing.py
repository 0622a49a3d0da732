"""On what footing PostgreSQL runs: as we are, in a user namespace, or as an ordinary account."""

import hashlib
import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from config.embedded.errors import EmbeddedError

LAUNCH = Path(__file__).with_name("launch.py")
ORDINARY_ACCOUNT = "nobody"
# Root's own folders are closed to the ordinary account; this one is open and survives a restart.
OPEN_FOLDER = Path("/var/tmp")  # noqa: S108  (the folder below it is checked to be root's)

type Way = Literal["as is", "namespace", "ordinary account"]


@dataclass(frozen=True, slots=True)
class Footing:
    way: Way
    folder: Path  # where the data of the server may live

    def command(self, program: Path, *arguments: str, end_with: int = 0) -> list[str]:
        """A command line that starts a program on this footing.

        ``end_with`` is the signal that it gets when this process ends, 0 for none.
        """
        flags = {
            "as is": [],
            "namespace": ["--namespace"],
            "ordinary account": ["--user", ORDINARY_ACCOUNT],
        }[self.way]
        if end_with:
            flags = [*flags, "--parent", str(os.getpid()), "--signal", str(end_with)]
        if not flags:
            return [str(program), *arguments]
        return [sys.executable, "-I", str(LAUNCH), *flags, "--", str(program), *arguments]

    def own(self, path: Path) -> None:
        if self.way == "ordinary account":
            account = pwd.getpwnam(ORDINARY_ACCOUNT)
            os.chown(path, account.pw_uid, account.pw_gid)

    def reachable(self, bin_dir: Path) -> Path:
        """The programs' folder, or a copy of it where the ordinary account cannot read it."""
        if self.way != "ordinary account" or _runs(self.command(bin_dir / "postgres", "--version")):
            return bin_dir
        copy = self.folder / "programs" / _fingerprint(bin_dir)
        if not copy.exists():
            unfinished = copy.with_name(copy.name + ".new")
            shutil.rmtree(unfinished, ignore_errors=True)
            _copy_installation(bin_dir, unfinished)
            unfinished.rename(copy)
        return copy / bin_dir.relative_to(bin_dir.parents[2])


def footing_for(folder: Path, *, way: Way | None = None) -> Footing:
    """Choose how to run, and so where: a folder that PostgreSQL's process can reach."""
    if way is None:
        way = "as is" if os.geteuid() != 0 else _way_for_root()
    if way != "ordinary account":
        return Footing(way=way, folder=folder)
    name = f"cartwright-{_fingerprint(folder)}"
    open_folder = OPEN_FOLDER / name
    open_folder.mkdir(mode=0o755, exist_ok=True)
    status = open_folder.lstat()
    if open_folder.is_symlink() or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise EmbeddedError(f"{open_folder} is not ours alone. Remove it, or set DATABASE_URL.")
    return Footing(way=way, folder=open_folder)


def _way_for_root() -> Way:
    probe = [sys.executable, "-I", str(LAUNCH), "--namespace", "--", sys.executable, "-I", "-V"]
    if sys.platform.startswith("linux") and _runs(probe):
        return "namespace"
    return "ordinary account"


def _runs(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False, cwd="/").returncode == 0


def _copy_installation(bin_dir: Path, target: Path) -> None:
    """Copy a wheel's installation with the libraries beside it, so that its rpaths still hold."""
    package = bin_dir.parents[1]
    installation = bin_dir.parent
    target.mkdir(parents=True)
    shutil.copytree(installation, target / package.name / installation.name, symlinks=True)
    for libraries in package.parent.glob(f"{package.name}.libs"):
        shutil.copytree(libraries, target / libraries.name, symlinks=True)


def _fingerprint(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]
