"""Models as files: our JSON, UVL, DIMACS CNF. Whatever a file holds, it ends as a model or as an
EngineError with a message for people.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from configurator.engine.dimacs import read_dimacs
from configurator.engine.errors import EngineError
from configurator.engine.nodes import Model, model_to_dict
from configurator.engine.parse import model_from_dict
from configurator.engine.uvl import read_uvl, write_uvl

LARGEST = 64_000_000  # bytes; the largest demo machine has a hundredth of it


class UnreadableFile(EngineError):
    """A file is no text, no JSON, of a format that is not known, or there is nothing in it."""

    code = "unreadable_file"


def read_json(text: str, *, code: str) -> Model:
    """The model in our JSON, which has its own code. Raises UnreadableFile, ModelFormatError."""
    try:
        data = json.loads(text, object_pairs_hook=_each_once)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise UnreadableFile(f"{place}: not JSON: {error.msg}") from None
    except RecursionError:
        raise UnreadableFile("not a model: lists or objects nested too deep") from None
    except ValueError:  # Python converts no number of more than 4,300 digits
        raise UnreadableFile("not a model: a number in it is too long") from None
    model = model_from_dict(data)
    if not model.groups:
        raise UnreadableFile("the model has no groups, so there is nothing to choose")
    return model


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for index, name in enumerate(names) if name in names[:index])
        raise UnreadableFile(f"not a model: the key {twice[:40]!r} is there twice")
    return members


def write_json(model: Model) -> str:
    """The model in our JSON."""
    return json.dumps(model_to_dict(model), ensure_ascii=False, indent=1) + "\n"


READERS: Mapping[str, Callable[..., Model]] = MappingProxyType(
    {".json": read_json, ".uvl": read_uvl, ".dimacs": read_dimacs, ".cnf": read_dimacs}
)
WRITERS: Mapping[str, Callable[[Model], str]] = MappingProxyType(
    {".json": write_json, ".uvl": write_uvl}
)


def read_model(path: Path) -> Model:
    """The model in a file, by the ending of its name. Raises EngineError, OSError."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableFile(f"a model file ends with {', '.join(READERS)}")
    if path.stat().st_size > LARGEST:
        raise UnreadableFile(f"the file has more than {LARGEST:,} bytes")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"not a text in UTF-8, from byte {error.start + 1:,} on") from None
    return reader(text, code=path.stem)


def write_model(model: Model, path: Path) -> None:
    """Write the model into a file, by the ending of its name. Raises UnreadableFile, OSError."""
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise UnreadableFile(f"a model is written into a file that ends with {', '.join(WRITERS)}")
    path.write_text(writer(model), encoding="utf-8")
