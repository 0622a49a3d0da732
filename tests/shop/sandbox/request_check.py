"""Judges a request to Stripe by the SDK's TypedDict of it, without a network.

    assert request_problems(params, stripe.params.checkout.SessionCreateParams) == []

Told are: parameters that Stripe does not know, required ones that are missing, wrong types, and
words that are not in an enumeration.
"""

import typing
from collections.abc import Mapping
from typing import Any

import typing_extensions
from stripe import RequestOptions, StripeObject

from tests.shop.sandbox.sdk_annotations import (
    Problems,
    check_scalar,
    check_union,
    union_members,
    unwrapped,
)

NOT_PARAMETERS = frozenset(RequestOptions.__annotations__)  # they travel as headers


def request_problems(params: Mapping[str, Any], typed_dict: type) -> Problems:
    """What is wrong with ``params``, one sentence each; empty when Stripe would take them."""
    return _check_typed_dict(params, typed_dict, "")


def _check_typed_dict(value: Any, typed_dict: Any, path: str) -> Problems:
    if not isinstance(value, Mapping):
        return [f"{path}: {value!r} is not an object"]
    known = {
        name: annotation
        for name, annotation in typed_dict.__annotations__.items()
        if name not in NOT_PARAMETERS
    }
    problems = [f"{_at(path, name)}: unknown parameter" for name in value if name not in known]
    for name, annotation in known.items():
        plain, is_optional = unwrapped(annotation, typed_dict)
        if name in value:
            problems += _check(value[name], plain, _at(path, name), typed_dict)
        elif not is_optional:
            problems.append(f"{_at(path, name)}: missing")
    return problems


def _check(value: Any, annotation: Any, path: str, owner: Any) -> Problems:
    annotation, _ = unwrapped(annotation, owner)
    if members := union_members(annotation, owner):
        # Objects of the SDK may stand for dicts of strings; a request here is plain data.
        plain = [member for member in members if not _is_sdk_object(member)]
        return check_union(value, plain, path, lambda v, a, p: _check(v, a, p, owner))
    if typing_extensions.is_typeddict(annotation):
        return _check_typed_dict(value, annotation, path)
    if typing_extensions.get_origin(annotation) is list:
        return _check_list(value, typing.get_args(annotation)[0], path, owner)
    if typing_extensions.get_origin(annotation) is dict:
        return _check_map(value, typing.get_args(annotation)[1], path, owner)
    return check_scalar(value, annotation, path)


def _check_list(value: Any, item: Any, path: str, owner: Any) -> Problems:
    if not isinstance(value, list | tuple):
        return [f"{path}: {value!r} is not a list"]
    return [
        problem
        for index, inner in enumerate(value)
        for problem in _check(inner, item, f"{path}[{index}]", owner)
    ]


def _check_map(value: Any, item: Any, path: str, owner: Any) -> Problems:
    if not isinstance(value, Mapping):
        return [f"{path}: {value!r} is not a map"]
    return [
        problem
        for name, inner in value.items()
        for problem in _check(inner, item, _at(path, name), owner)
    ]


def _is_sdk_object(annotation: Any) -> bool:
    plain = typing_extensions.get_origin(annotation) or annotation
    return isinstance(plain, type) and issubclass(plain, StripeObject)


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
