"""Judges an answer, as JSON, by the SDK's class of that object.

    assert answer_problems(answer, stripe.checkout.Session) == []

Told are: fields that the class does not have, fields missing that are never absent, wrong types,
and words outside an enumeration. An expanded object is judged by its own class.
"""

import typing
from typing import Any

import stripe
import typing_extensions
from stripe import ListObject, StripeObject
from stripe._stripe_object import UntypedStripeObject

from tests.shop.sandbox.sdk_annotations import (
    Problems,
    check_scalar,
    check_union,
    resolve,
    union_members,
)

# What an event can carry here: the class that judges its data.object.
CLASSES: dict[str, type[StripeObject]] = {
    "checkout.session": stripe.checkout.Session,
    "payment_intent": stripe.PaymentIntent,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
    "review": stripe.Review,
    "radar.early_fraud_warning": stripe.radar.EarlyFraudWarning,
    "balance_transaction": stripe.BalanceTransaction,
}


def answer_problems(answer: Any, sdk_class: type[StripeObject]) -> Problems:
    """What is wrong with ``answer``, one sentence each; empty when it is as Stripe's."""
    return _check_object(answer, sdk_class, sdk_class.__name__)


def event_problems(event: Any) -> Problems:
    """The event itself, and the object in it by its own class."""
    problems = answer_problems(event, stripe.Event)
    inner = event["data"]["object"]
    return problems + answer_problems(inner, CLASSES[inner["object"]])


def _check_object(value: Any, sdk_class: type[StripeObject], path: str) -> Problems:
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is not a {sdk_class.__name__}"]
    fields = {
        name: resolve(annotation, sdk_class)
        for name, annotation in sdk_class.__annotations__.items()
        if typing_extensions.get_origin(annotation) is not typing.ClassVar
    }
    problems = [f"{path}.{name}: no such field" for name in value if name not in fields]
    for name, annotation in fields.items():
        if name in value:
            problems += _check(value[name], annotation, f"{path}.{name}", sdk_class)
        elif not _may_be_absent(annotation):
            problems.append(f"{path}.{name}: missing")
    return problems


def _may_be_absent(annotation: Any) -> bool:
    return type(None) in typing_extensions.get_args(annotation)


def _check(value: Any, annotation: Any, path: str, owner: Any) -> Problems:
    annotation = resolve(annotation, owner)
    if members := union_members(annotation, owner):
        return check_union(value, members, path, lambda v, a, p: _check(v, a, p, owner))
    origin, arguments = typing_extensions.get_origin(annotation), typing.get_args(annotation)
    if origin is list:
        return _check_items(value, arguments[0], path, owner)
    if origin is ListObject:
        return _check_list_object(value, arguments[0], path, owner)
    if (origin or annotation) is UntypedStripeObject:
        return [] if isinstance(value, dict) else [f"{path}: {value!r} is not a map"]
    if isinstance(annotation, type) and issubclass(annotation, StripeObject):
        return _check_object(value, annotation, path)
    return check_scalar(value, annotation, path)


def _check_list_object(value: Any, item: Any, path: str, owner: Any) -> Problems:
    if not isinstance(value, dict) or set(value) != {"object", "data", "has_more", "url"}:
        return [f"{path}: {value!r} is not a list object"]
    problems = [] if value["object"] == "list" else [f"{path}.object: not 'list'"]
    problems += check_scalar(value["has_more"], bool, f"{path}.has_more")
    problems += check_scalar(value["url"], str, f"{path}.url")
    return problems + _check_items(value["data"], item, f"{path}.data", owner)


def _check_items(values: Any, annotation: Any, path: str, owner: Any) -> Problems:
    if not isinstance(values, list):
        return [f"{path}: {values!r} is not a list"]
    return [
        problem
        for index, item in enumerate(values)
        for problem in _check(item, annotation, f"{path}[{index}]", owner)
    ]
