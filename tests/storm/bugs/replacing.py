"""Putting a wrong function in the place of a right one, wherever that was taken along."""

import sys
from collections.abc import Callable
from dataclasses import replace as changed
from importlib import import_module
from typing import Any

PRODUCT = ("config", "configurator", "shop", "production", "suppliers")


class NothingToReplace(LookupError):
    """The product has no such function any more: the bug must be written anew."""


def right_one(target: str) -> Any:
    """What `"shop.services.payments:clear_payment"` names. Raises `NothingToReplace`."""
    module, _, name = target.partition(":")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise NothingToReplace(f"{target} is not in the product: {error}") from error


def replace(target: str, wrong: Callable[[Any], Any], *, only_there: bool = False) -> None:
    """Put `wrong(right)` in the place of the function `target`.

    Other modules that imported it by name get it too, and so do those who registered it (as a
    subscriber, an errand, the work of a queue); with `only_there` they keep the right one.
    """
    right = right_one(target)
    if not callable(right):
        raise NothingToReplace(f"{target} is no function")
    made = wrong(right)
    module, _, name = target.partition(":")
    setattr(sys.modules[module], name, made)
    if only_there:
        return
    for other in list(sys.modules.values()):
        if getattr(other, "__name__", "").partition(".")[0] in PRODUCT:
            for taken, value in list(vars(other).items()):
                if value is right:
                    setattr(other, taken, made)
    _replace_registered(right, made)


def set_constant(target: str, value: Any) -> None:
    """Give a module's constant another value of its kind."""
    right = right_one(target)
    if type(right) is not type(value):
        raise NothingToReplace(f"{target} is {right!r}, of another kind than {value!r}")
    module, _, name = target.partition(":")
    setattr(sys.modules[module], name, value)


def _replace_registered(right: Any, made: Any) -> None:
    from config.outbox import bus, errands, sources

    for name, subscription in list(bus._by_name.items()):
        if subscription.service is right:
            bus._by_name[name] = changed(subscription, service=made)
    for name, runner in list(errands._runners.items()):
        if runner.service is right:
            errands._runners[name] = changed(runner, service=made)
    for label, source in list(sources._sources.items()):
        if source.perform is right:
            sources._sources[label] = changed(source, perform=made)
