"""Static files as they are collected for a server."""

import re
from pathlib import Path

from django.contrib.staticfiles.storage import StaticFilesStorage

from config.static_files import ModuleAwareStorage

STATIC = Path(__file__).parents[2] / "static"


def test_a_module_imports_its_siblings_under_the_names_of_their_content(tmp_path, settings):
    settings.DEBUG = False
    source = StaticFilesStorage(location=str(STATIC), base_url="/static/")
    target = ModuleAwareStorage(location=str(tmp_path), base_url="/static/")
    names = [str(path.relative_to(STATIC)) for path in (STATIC / "js").rglob("*.js")]
    for name in names:
        with source.open(name) as file:
            target.save(name, file)
    list(target.post_process({name: (source, name) for name in names}))
    collected = [tmp_path / target.stored_name(name) for name in names]
    imported = {
        name
        for path in collected
        for name in re.findall(r'(?:from|import\()\s*"([^"]+\.js)"', path.read_text("utf-8"))
    }
    assert imported
    assert all(re.search(r"\.[0-9a-f]{12}\.js$", name) for name in imported), imported
