"""Reading the SDK's own type annotations, which Stripe generates from its specification.

Both judges use it: ``request_check`` over the TypedDicts of requests, ``answer_check`` over the
classes of answers. They share what a union, a Literal and a scalar mean, nothing else.
"""

import sys
import types
import typing
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

import stripe
import typing_extensions

type Problems = list[str]
type Check = Callable[[Any, Any, str], Problems]

ALIASES = {"CardResource": "Card"}  # what some modules call a class, and its name in ``stripe``


def resolve(annotation: Any, owner: Any) -> Any:
    """A forward reference made real: names are those of the owner's module and of ``stripe``."""
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if not isinstance(annotation, str):
        return annotation
    own = vars(sys.modules[owner.__module__])
    return eval(annotation, {**vars(typing), **vars(typing_extensions), **own}, _Resources())  # noqa: S307 (the SDK's own source)


class _Resources(dict[str, Any]):
    """The SDK's classes by name. It imports them on first use, so they are asked for one by one."""

    def __missing__(self, name: str) -> Any:
        try:
            return getattr(stripe, ALIASES.get(name, name))
        except AttributeError:
            raise KeyError(name) from None


def unwrapped(annotation: Any, owner: Any) -> tuple[Any, bool]:
    """An annotation without NotRequired, and whether it had one."""
    annotation = resolve(annotation, owner)
    is_optional = False
    while typing_extensions.get_origin(annotation) in (
        typing_extensions.NotRequired,
        typing_extensions.Required,
    ):
        is_optional = typing_extensions.get_origin(annotation) is typing_extensions.NotRequired
        annotation = resolve(typing_extensions.get_args(annotation)[0], owner)
    return annotation, is_optional


def union_members(annotation: Any, owner: Any) -> list[Any] | None:
    """The members of a union, or None. ``str`` beside a Literal is dropped.

    The SDK writes ``Literal["a", "b"] | str`` so that old code survives new words. Here a word
    that Stripe does not know is a mistake.
    """
    if typing_extensions.get_origin(annotation) not in (typing.Union, types.UnionType):
        return None
    members = [resolve(member, owner) for member in typing_extensions.get_args(annotation)]
    if any(typing_extensions.get_origin(member) is typing.Literal for member in members):
        members = [member for member in members if member is not str]
    return members


def check_union(value: Any, members: Iterable[Any], path: str, check: Check) -> Problems:
    """No problems if one member fits, otherwise the problems of the one that fits best."""
    attempts = [check(value, member, path) for member in members]
    return min(attempts, key=len, default=[])


def check_scalar(value: Any, annotation: Any, path: str) -> Problems:
    """Literal, int, str, bool, float, Decimal, None, Any."""
    if typing_extensions.get_origin(annotation) is typing.Literal:
        words = typing_extensions.get_args(annotation)
        return [] if value in words else [f"{path}: {value!r} is none of {words[:12]}"]
    if annotation is typing.Any or annotation is object:
        return []
    if annotation is type(None):
        return [] if value is None else [f"{path}: {value!r} is not null"]
    if annotation is float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return [] if is_number else [f"{path}: {value!r} is not a number"]
    if annotation is Decimal:
        return _check_decimal(value, path)
    # Exactly: to isinstance, True is an int.
    return [] if type(value) is annotation else [f"{path}: {value!r} is not {annotation}"]


def _check_decimal(value: Any, path: str) -> Problems:
    try:
        Decimal(value) if isinstance(value, str | int | Decimal) else Decimal("not a number")
    except InvalidOperation:
        return [f"{path}: {value!r} is not a decimal"]
    return []
