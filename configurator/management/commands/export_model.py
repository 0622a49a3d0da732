"""Write a product model into a file, for `python -m configurator.engine` and for other tools."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from configurator.engine.errors import EngineError
from configurator.engine.exchange import WRITERS
from configurator.errors import UnknownProduct
from configurator.models import ModelVersion
from configurator.selectors import model_by_sha256, published_version


class Command(BaseCommand):
    help = "Write a product's model: the version on sale, or a numbered one once it is checked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the product, as in its address")
        parser.add_argument("--number", type=int, help="of the version; else the one on sale")
        parser.add_argument(
            "--format",
            choices=[ending[1:] for ending in WRITERS],
            help="json keeps everything; uvl is read by feature modelling tools",
        )
        parser.add_argument("--output", type=Path, help="a file; else it is printed")

    def handle(self, *args: Any, **options: Any) -> None:
        output: Path | None = options["output"]
        ending = f".{options['format']}" if options["format"] else _ending(output)
        try:
            version = _version(options["slug"], options["number"])
            written = WRITERS[ending](model_by_sha256(version.ir_sha256))
            if output is None:
                self.stdout.write(written, ending="")
            else:
                output.write_text(written, encoding="utf-8")
        except UnknownProduct as error:
            raise CommandError(str(error)) from error
        except EngineError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"{output}: {error.strerror}") from error
        if output is not None and options["verbosity"]:
            self.stdout.write(f"{version} written to {output}")


def _ending(output: Path | None) -> str:
    """The format that a file's name asks for; JSON where none is asked for."""
    if output is None or not output.suffix:
        return ".json"
    ending = output.suffix.lower()
    if ending not in WRITERS:
        known = " or ".join(WRITERS)
        raise CommandError(f"{output}: give the file's name the ending {known}, or use --format")
    return ending


def _version(slug: str, number: int | None) -> ModelVersion:
    if number is None:
        return published_version(slug)
    versions = ModelVersion.objects.select_related("product_model").defer("ir")
    version = versions.filter(product_model__slug=slug, number=number).first()
    if version is None:
        raise CommandError(f"There is no version {number} of {slug!r}")
    if not version.ir_sha256:
        raise CommandError(f"{version} is a draft; only what has been checked can be written")
    return version
