"""The layers, where import-linter cannot see: foreign keys named by strings, sizes of files."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
RANK = {
    "outbox": 0,
    "audit": 0,
    "mail": 0,
    "console": 0,
    "configurator": 1,
    "shop": 2,
    "production": 3,
    "suppliers": 4,
}
TOP_LEVEL = {
    "manage.py", "config", "shop", "configurator", "production", "suppliers", "templates",
    "static", "tests", "requirements.txt", "requirements.in", "requirements-dev.txt",
    "requirements-dev.in", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md",
    "SECURITY.md", "Makefile", "pyproject.toml", "compose.yaml", "Dockerfile", "docs",
}  # fmt: skip


def python_files() -> list[Path]:
    folders = ["config", "configurator", "shop", "production", "suppliers", "tests"]
    return [
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
    ]


def test_foreign_keys_only_point_down():
    upward = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in RANK
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and field.related_model
        and RANK.get(field.related_model._meta.app_label, -1) > RANK[model._meta.app_label]
    ]
    assert upward == []


def test_no_two_apps_import_each_other():
    imported: dict[str, set[str]] = {}
    for path in python_files():
        app = path.relative_to(ROOT).parts[0]
        for node in ast.walk(ast.parse(path.read_text())):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            imported.setdefault(app, set()).update(name.split(".")[0] for name in names)
    business = {"configurator", "shop", "production", "suppliers"}
    mutual = {
        (one, two)
        for one in business
        for two in business
        if one < two and two in imported[one] and one in imported[two]
    }
    assert mutual == set()


def test_nothing_but_the_fixed_names_stands_at_the_top():
    tracked = {
        path.name
        for path in ROOT.iterdir()
        if not path.name.startswith((".", "__")) and path.name != "staticfiles"
    }
    assert tracked <= TOP_LEVEL


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_readable(path):
    text = path.read_text()
    assert text.count("\n") <= 500
    if "tests" in path.relative_to(ROOT).parts:
        return  # a test's own data may be one long table
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 60, f"{node.name} has {length} lines"


def test_no_signals_and_no_save_overrides():
    for path in python_files():
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and "tests" not in path.parts:
                assert node.module != "django.dispatch", f"{path} uses signals"
            if isinstance(node, ast.ClassDef) and "models" in path.parts:
                names = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
                assert "save" not in names, f"{path}: {node.name} overrides save()"
