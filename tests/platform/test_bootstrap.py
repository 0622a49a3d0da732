"""manage.py before anything is installed: it has to find its own way."""

import ast
import sys
import threading
from pathlib import Path

import pytest

import manage

SOURCE = Path(manage.__file__).read_text(encoding="utf-8")


def fake_python(folder: Path, name: str, answer: str) -> Path:
    """A program that answers the question for its version as an interpreter would."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\nprintf '%s' '{answer}'\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def machine(tmp_path, monkeypatch) -> Path:
    """A machine without any Python but those that a test puts there."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.delenv("PYTHON", raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))
    return tmp_path


class Installer:
    """Stands in for pip and uv: notes the commands, fails those that are told to fail."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.failing: set[str] = set()

    def __call__(self, *command: str, is_loud: bool = True) -> bool:
        line = " ".join(command)
        self.commands.append(line)
        return not any(word in line for word in self.failing)

    def count(self, *words: str) -> int:
        return sum(all(word in line for word in words) for line in self.commands)


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A project with locks and a virtual environment whose Python is the one that runs."""
    for lock in (manage.RUNTIME_LOCK, manage.DEVELOPMENT_LOCK):
        (tmp_path / lock).write_text("uv==1.0 \\\n    --hash=sha256:aa\n    # via\nother==2\n")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    monkeypatch.setattr(manage, "PROJECT", tmp_path)
    monkeypatch.setattr(manage, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(manage, "INSTALLED_LOCKS", tmp_path / ".venv/installed-locks")
    return tmp_path


@pytest.fixture
def installer(monkeypatch) -> Installer:
    found = Installer()
    monkeypatch.setattr(manage, "succeeds", found)
    return found


def test_an_old_python_can_read_the_file():
    ast.parse(SOURCE, feature_version=(3, 6))


def test_nothing_outside_the_standard_library_is_imported_before_the_bootstrap():
    imports = [node for node in ast.parse(SOURCE).body if isinstance(node, ast.Import)]
    froms = [node for node in ast.parse(SOURCE).body if isinstance(node, ast.ImportFrom)]
    names = {alias.name for node in imports for alias in node.names} | {n.module for n in froms}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_the_newest_python_on_the_path_is_taken(machine):
    fake_python(machine / "bin", "python3.12", "3.12.4|/opt/python3.12|venv")
    fake_python(machine / "bin", "python3.14", "3.14.1|/opt/python3.14|venv")
    fake_python(machine / "bin", "python3", "3.11.2|/usr/bin/python3|venv")
    assert manage.find_python() == ((3, 14, 1), "/opt/python3.14")


def test_a_python_that_is_named_comes_before_all_others(machine, monkeypatch):
    fake_python(machine / "bin", "python3.14", "3.14.1|/opt/python3.14|venv")
    named = fake_python(machine / "elsewhere", "python", "3.12.9|/elsewhere/python|venv")
    monkeypatch.setenv("PYTHON", str(named))
    assert manage.find_python()[1] == "/elsewhere/python"


def test_pyenv_is_searched_and_3_13_counts_as_newer_than_3_9(machine):
    for version in ("3.9.18", "3.13.0", "3.12.1"):
        folder = machine / "pyenv/versions" / version / "bin"
        fake_python(folder, "python3", f"{version}|{folder}/python3|venv")
    assert manage.find_python()[0] == (3, 13, 0)


def test_a_shim_that_leads_nowhere_is_passed_over(machine):
    shim = fake_python(machine / "bin", "python3.14", "")
    shim.write_text("#!/bin/sh\necho 'pyenv: python3.14: command not found' >&2\nexit 127\n")
    fake_python(machine / "bin", "python3.12", "3.12.4|/opt/python3.12|venv")
    assert manage.find_python()[0] == (3, 12, 4)


def test_where_no_python_is_new_enough_one_line_says_so(machine):
    fake_python(machine / "bin", "python3", "3.11.2|/usr/bin/python3|venv")
    with pytest.raises(manage.NoPythonError) as told:
        manage.find_python()
    assert "needs Python 3.12 or newer" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_python_without_venv_is_told_by_the_package_that_is_missing(machine):
    fake_python(machine / "bin", "python3.12", "3.12.4|/usr/bin/python3.12|")
    with pytest.raises(manage.NoPythonError, match=r"apt-get install python3\.12-venv"):
        manage.find_python()


def test_uv_is_installed_from_the_lock_with_its_hashes(project):
    assert manage.uv_requirement(manage.RUNTIME_LOCK).startswith("uv==1.0 \\\n    --hash=sha256:aa")
    assert "other" not in manage.uv_requirement(manage.RUNTIME_LOCK)


def test_the_real_locks_pin_uv():
    for lock in (manage.RUNTIME_LOCK, manage.DEVELOPMENT_LOCK):
        assert "--hash=sha256:" in manage.uv_requirement(lock)


def test_an_unchanged_lock_costs_nothing(project, installer):
    manage.bootstrap(manage.RUNTIME_LOCK)
    installer.commands.clear()
    manage.bootstrap(manage.RUNTIME_LOCK)
    assert installer.commands == []


def test_a_changed_lock_is_installed(project, installer):
    manage.bootstrap(manage.RUNTIME_LOCK)
    installer.commands.clear()
    (project / manage.RUNTIME_LOCK).write_text("uv==2.0 \\\n    --hash=sha256:bb\n")
    manage.bootstrap(manage.RUNTIME_LOCK)
    assert installer.count("uv pip install", "--require-hashes", "-r requirements.txt") == 1


def test_the_development_lock_serves_the_runtime_too(project, installer):
    manage.bootstrap(manage.DEVELOPMENT_LOCK)
    installer.commands.clear()
    manage.bootstrap(manage.RUNTIME_LOCK)
    assert installer.commands == []


def test_where_uv_fails_pip_installs_the_same_lock(project, installer):
    installer.failing.add("uv pip install")
    manage.bootstrap(manage.RUNTIME_LOCK)
    assert installer.count("-m pip install", "--require-hashes", "-r requirements.txt") == 1


def test_a_failed_installation_is_tried_again_next_time(project, installer):
    installer.failing |= {"uv pip install", "-r requirements.txt"}
    with pytest.raises(SystemExit, match="could not be installed"):
        manage.bootstrap(manage.RUNTIME_LOCK)
    assert not manage.is_ready(manage.RUNTIME_LOCK)


def test_two_bootstraps_at_once_install_once(project, installer):
    both = [threading.Thread(target=manage.bootstrap, args=[manage.RUNTIME_LOCK]) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(timeout=30)
    assert installer.count("uv pip install") == 1


def test_a_virtual_environment_whose_python_is_gone_is_made_again(project, installer, monkeypatch):
    (project / ".venv/bin/python").unlink()
    monkeypatch.setattr(manage, "find_python", lambda: ((3, 13, 0), "/opt/python3.13"))
    manage.bootstrap(manage.RUNTIME_LOCK)
    assert installer.count("/opt/python3.13 -m venv --clear") == 1


def test_a_prepared_machine_is_left_alone(monkeypatch):
    monkeypatch.setenv("CARTWRIGHT_NO_BOOTSTRAP", "1")
    assert manage.is_prepared()
