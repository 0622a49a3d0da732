"""Shapes of parameters: what an endpoint accepts, how it is read, how a mistake is told.

A shape is written beside the SDK's own TypedDict of the same request. What the TypedDict does not
know is an unknown parameter, as at Stripe. What it knows but the shape does not is refused in
words, never ignored: a cashier that silently dropped a discount would teach a lie.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Protocol
from urllib.parse import urlsplit

from shop.stripe.sandbox.errors import ParameterError
from shop.stripe.sandbox.wire import Raw

# Stripe's limits on metadata.
METADATA_KEYS, METADATA_KEY_LENGTH, METADATA_VALUE_LENGTH = 50, 40, 500
DECIMAL = re.compile(r"\d{1,9}(\.\d{1,9})?")
INTEGER = re.compile(r"-?\d{1,15}")


class Field(Protocol):
    """Reads one parameter. ``name`` is its full name, for the error."""

    def read(self, raw: Raw, name: str) -> Any: ...


def not_supported(what: str, name: str) -> ParameterError:
    return ParameterError(f"The sandbox cashier does not support {what}.", param=name)


class Text:
    """A string that is not empty."""

    def __init__(self, max_length: int = 5_000) -> None:
        self.max_length = max_length

    def read(self, raw: Raw, name: str) -> str:
        if not isinstance(raw, str):
            raise ParameterError("Invalid string", param=name)
        if not raw:
            raise ParameterError(
                f"You passed an empty string for '{name}'. Leave it out instead.",
                code="parameter_invalid_empty",
                param=name,
            )
        if len(raw) > self.max_length:
            raise ParameterError(
                f"Invalid string: {name} must be at most {self.max_length} characters",
                code="parameter_invalid_string_too_long",
                param=name,
            )
        return raw


class Url(Text):
    """An absolute http(s) address."""

    def read(self, raw: Raw, name: str) -> str:
        text = super().read(raw, name)
        try:
            parts = urlsplit(text)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ParameterError("Not a valid URL", code="url_invalid", param=name)
        return text


class Integer:
    """A whole number in decimal digits, within bounds."""

    def __init__(self, minimum: int | None = None, maximum: int | None = None) -> None:
        self.minimum = minimum
        self.maximum = maximum

    def read(self, raw: Raw, name: str) -> int:
        if not isinstance(raw, str) or not INTEGER.fullmatch(raw):
            raise ParameterError(
                f"Invalid integer: {str(raw)[:40]}",
                code="parameter_invalid_integer",
                param=name,
            )
        value = int(raw)
        if self.minimum is not None and value < self.minimum:
            raise ParameterError(
                f"This value must be greater than or equal to {self.minimum}.",
                code="parameter_invalid_integer",
                param=name,
            )
        if self.maximum is not None and value > self.maximum:
            raise ParameterError(
                f"This value must be less than or equal to {self.maximum}.",
                code="parameter_invalid_integer",
                param=name,
            )
        return value


class Decimal:
    """A number that may have decimals; bounds are for the endpoint to say."""

    def read(self, raw: Raw, name: str) -> float:
        if not isinstance(raw, str) or not DECIMAL.fullmatch(raw):
            raise ParameterError(f"Invalid decimal: {str(raw)[:40]}", param=name)
        return float(raw)


class Boolean:
    """``true`` or ``false``; with ``only``, the other value is known but not supported."""

    def __init__(self, *, only: bool | None = None) -> None:
        self.only = only

    def read(self, raw: Raw, name: str) -> bool:
        if raw not in ("true", "false"):
            raise ParameterError(f"Invalid boolean: {str(raw)[:40]}", param=name)
        value = raw == "true"
        if self.only is not None and value is not self.only:
            raise not_supported(f"{name}={raw}", name)
        return value


class Choice:
    """One of a few words. ``refused`` words are Stripe's, but not this cashier's."""

    def __init__(self, *accepted: str, refused: Collection[str] = ()) -> None:
        self.accepted = accepted
        self.refused = refused

    def read(self, raw: Raw, name: str) -> str:
        if isinstance(raw, str) and raw in self.accepted:
            return raw
        if isinstance(raw, str) and raw in self.refused:
            raise not_supported(f"{name}={raw}", name)
        *most, last = sorted({*self.accepted, *self.refused})
        words = f"{', '.join(most)}, or {last}" if most else last
        raise ParameterError(f"Invalid {name}: must be one of {words}", param=name)


class Metadata:
    """Up to 50 strings by name. An empty value leaves its key out."""

    def read(self, raw: Raw, name: str) -> dict[str, str]:
        return {key: value for key, value in self._checked(raw, name).items() if value}

    def _checked(self, raw: Raw, name: str) -> dict[str, str]:
        if raw == "":
            return {}
        if not isinstance(raw, Mapping):
            raise ParameterError("Invalid object", param=name)
        if len(raw) > METADATA_KEYS:
            raise ParameterError(f"Metadata can hold at most {METADATA_KEYS} keys", param=name)
        for key, value in raw.items():
            if not isinstance(value, str):
                raise ParameterError("Metadata values must be strings", param=f"{name}[{key}]")
            if len(key) > METADATA_KEY_LENGTH or len(value) > METADATA_VALUE_LENGTH:
                raise ParameterError(
                    f"Metadata keys can have up to {METADATA_KEY_LENGTH} characters,"
                    f" values up to {METADATA_VALUE_LENGTH}",
                    param=f"{name}[{key[:METADATA_KEY_LENGTH]}]",
                )
        return {key: value for key, value in raw.items() if isinstance(value, str)}


class MetadataChange(Metadata):
    """A change of metadata: None clears it all, an empty value takes its key out."""

    def read(self, raw: Raw, name: str) -> dict[str, str] | None:  # type: ignore[override]
        return None if raw == "" else self._checked(raw, name)


def merged_metadata(old: dict[str, str], change: dict[str, str] | None) -> dict[str, str]:
    if change is None:
        return {}
    return {key: value for key, value in {**old, **change}.items() if value}


class ListOf:
    """A list of one kind of thing, given as ``name[0]``, ``name[1]`` or ``name[]``."""

    def __init__(self, item: Field, *, maximum: int, minimum: int = 0) -> None:
        self.item = item
        self.minimum = minimum
        self.maximum = maximum

    def read(self, raw: Raw, name: str) -> list[Any]:
        if not isinstance(raw, Mapping) or not all(key.isdecimal() for key in raw):
            raise ParameterError("Invalid array", param=name)
        if not self.minimum <= len(raw) <= self.maximum:
            raise ParameterError(
                f"Array must have {self.minimum} to {self.maximum} entries, not {len(raw)}",
                param=name,
            )
        ordered = sorted(raw.items(), key=lambda pair: int(pair[0]))
        return [self.item.read(value, f"{name}[{key}]") for key, value in ordered]


class Shape:
    """Named parameters, judged against the SDK's TypedDict of the same request."""

    def __init__(
        self, sdk_params: type, fields: Mapping[str, Field], *, required: Collection[str] = ()
    ) -> None:
        self.sdk_params = sdk_params
        self.fields = fields
        self.required = required

    def read(self, raw: Raw, name: str = "") -> dict[str, Any]:
        if not isinstance(raw, Mapping):
            raise ParameterError("Invalid object", param=name or None)
        self._refuse_strangers(raw, name)
        for key in self.required:
            if key not in raw:
                full = _inside(name, key)
                raise ParameterError(
                    f"Missing required param: {full}.", code="parameter_missing", param=full
                )
        return {
            key: field.read(raw[key], _inside(name, key))
            for key, field in self.fields.items()
            if key in raw
        }

    def _refuse_strangers(self, raw: Mapping[str, Raw], name: str) -> None:
        strangers = [key for key in raw if key not in self.fields]
        unknown = [key for key in strangers if key not in self.sdk_params.__annotations__]
        if unknown:
            names = [_inside(name, key)[:200] for key in unknown]
            plural = "s" if len(names) > 1 else ""
            raise ParameterError(
                f"Received unknown parameter{plural}: {', '.join(names)}",
                code="parameter_unknown",
                param=names[0],
            )
        if strangers:
            full = _inside(name, strangers[0])
            raise not_supported(f"the parameter {full}", full)


class Moments:
    """A filter on a time: an exact second, or bounds ``gt``, ``gte``, ``lt``, ``lte``."""

    OPERATORS: ClassVar = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}

    def read(self, raw: Raw, name: str) -> list[tuple[str, int]]:
        """SQL conditions on the column ``created`` with their parameters."""
        if isinstance(raw, str):
            return [("created = ?", Integer().read(raw, name))]
        conditions = []
        for key, value in raw.items():
            full = _inside(name, key)
            if key not in self.OPERATORS:
                raise ParameterError(
                    f"Received unknown parameter: {full}", code="parameter_unknown", param=full
                )
            bound = Integer().read(value, full)
            conditions.append((f"created {self.OPERATORS[key]} ?", bound))
        return conditions


def _inside(name: str, key: str) -> str:
    return f"{name}[{key}]" if name else key
