"""`./manage.py export_model`: the model on sale as a file that the engine's command reads."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from configurator.engine.__main__ import main
from configurator.engine.exchange import read_model
from configurator.models import ModelVersion
from tests.factories.configurator import publish_small_model

pytestmark = pytest.mark.django_db


def printed(*arguments):
    out = StringIO()
    call_command("export_model", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def version():
    return publish_small_model()


@pytest.fixture
def slug(version):
    return version.product_model.slug


def test_json_is_the_very_model_that_is_on_sale(version, slug, tmp_path):
    file = tmp_path / "model.json"
    assert str(file) in printed(slug, "--output", str(file))
    assert read_model(file).sha256 == version.ir_sha256
    assert json.loads(printed(slug)) == json.loads(file.read_text())


def test_the_engines_command_takes_what_was_written(slug, tmp_path, capsys):
    pytest.importorskip("py_d4", reason="the compiler has no wheel for this machine")
    variants = []
    for name in ("model.json", "model.uvl"):
        printed(slug, "--output", str(tmp_path / name))
        assert main([str(tmp_path / name), "--check", "--sessions", "2", "--json"]) == 0
        variants.append(json.loads(capsys.readouterr().out)["variants"])
    assert variants[0] == variants[1] > 0


def test_a_version_can_be_named(version, slug):
    assert json.loads(printed(slug, "--number", str(version.number)))["code"] == slug
    with pytest.raises(CommandError, match="no version 99"):
        printed(slug, "--number", "99")


def test_a_draft_is_not_written(version, slug):
    ModelVersion.objects.create(product_model=version.product_model, number=version.number + 1)
    with pytest.raises(CommandError, match="is a draft"):
        printed(slug, "--number", str(version.number + 1))


def test_what_is_not_there_is_told(slug, tmp_path):
    with pytest.raises(CommandError, match="We do not sell anything"):
        printed("nothing")
    with pytest.raises(CommandError, match="No such file"):
        printed(slug, "--output", str(tmp_path / "no" / "model.uvl"))
    with pytest.raises(CommandError, match=r"the ending \.json or \.uvl"):
        printed(slug, "--output", str(tmp_path / "model.xml"))
