"""Reading the SDK's own type annotations, which Stripe generates from its specification.

Both judges use it: ``request_check`` over the TypedDicts of requests, ``answer_check`` over the
classes of answers. They share what a union, a Literal and a scalar mean, nothing else.
"""

import ast
import functools
import importlib
import inspect
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


def resolve(annotation: Any, owner: Any) -> Any:
    """A forward reference made real: names are those of the owner's module and of ``stripe``."""
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if not isinstance(annotation, str):
        return annotation
    own = vars(sys.modules[owner.__module__])
    known = {**vars(typing), **vars(typing_extensions), **own}
    return eval(annotation, known, _Resources(owner.__module__))  # noqa: S307 (the SDK's own source)


class _Resources(dict[str, Any]):
    """The SDK's classes by name, imported on first use: those a module names for types only."""

    def __init__(self, module: str) -> None:
        self.module = module

    def __missing__(self, name: str) -> Any:
        if name in (imported := _imported_names(self.module)):
            module, original = imported[name]
            return getattr(importlib.import_module(module), original)
        try:
            return getattr(stripe, name)
        except AttributeError:
            raise KeyError(name) from None


@functools.cache
def _imported_names(module: str) -> dict[str, tuple[str, str]]:
    """What a module calls the names it imports, and where each comes from under which name."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


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
