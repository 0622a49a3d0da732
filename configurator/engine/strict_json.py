"""A reader of parsed JSON that knows where it is, so every error can say what, where and why."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from configurator.engine.errors import ModelFormatError

MAX_SHOWN = 60  # characters of an offending value worth repeating in a message


def shown(value: object) -> str:
    """A short, safe picture of a value for an error message."""
    try:
        text = repr(value)
    except ValueError:  # Python writes no number of thousands of digits
        return "a number of thousands of digits"
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


@dataclass(frozen=True, slots=True)
class Place:
    """A value inside a JSON document together with its path (`rules[3].constraint`)."""

    value: object
    path: str

    def fault(self, what: str, expected: str, got: str | None = None) -> ModelFormatError:
        """The error to raise about this place."""
        return ModelFormatError(
            what, where=self.path, expected=expected, got=got or shown(self.value)
        )

    def fields(
        self, required: AbstractSet[str], optional: AbstractSet[str] = frozenset()
    ) -> dict[str, "Place"]:
        """The members of an object; an unknown or a missing key is an error."""
        members = self._members()
        known = ", ".join(sorted(required | optional))
        for key in members:
            if key not in required and key not in optional:
                raise Place(members[key], f"{self.path}.{key}").fault("unknown key", known, key)
        for key in sorted(required):
            if key not in members:
                raise self.fault(f"missing key {key!r}", known, ", ".join(members) or "nothing")
        return {key: Place(value, f"{self.path}.{key}") for key, value in members.items()}

    def entries(self) -> Iterator[tuple[str, "Place"]]:
        """The members of an object whose keys are free, in their order."""
        for key, value in self._members().items():
            yield key, Place(value, f"{self.path}[{key!r}]")

    def _members(self) -> Mapping[str, object]:
        if not isinstance(self.value, Mapping):
            raise self.fault("wrong type", "an object")
        for key in self.value:
            if not isinstance(key, str):
                raise self.fault("wrong type of key", "text", shown(key))
        return self.value

    def items(self) -> Iterator["Place"]:
        """The elements of a list, in their order."""
        if not isinstance(self.value, list | tuple):
            raise self.fault("wrong type", "a list")
        for index, value in enumerate(self.value):
            yield Place(value, f"{self.path}[{index}]")

    def text(self) -> str:
        """A string, possibly empty."""
        if not isinstance(self.value, str):
            raise self.fault("wrong type", "text")
        return self.value

    def code(self) -> str:
        """A string that is not empty."""
        if not (text := self.text()):
            raise self.fault("empty code", "text that is not empty")
        return text

    def integer(self) -> int:
        """A whole number; JSON's true and false are not numbers."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self.fault("wrong type", "a whole number")
        return self.value
