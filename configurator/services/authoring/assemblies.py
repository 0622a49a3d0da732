"""Sub-assemblies: another product model taken into a draft, renewed, and taken out again.

Each change tells what it did, so that it can be shown first: `preview` does it and takes it back,
`perform` does it if that is still what was shown.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.db import transaction

from config.locks import lock_rows
from config.money import Money
from configurator.engine.errors import EngineError
from configurator.engine.parse import rule_from_dict
from configurator.errors import AssemblyRefused, ChangedMeanwhile
from configurator.models import ModelPrice, ModelVersion, OptionGroup, ProductModel, SubAssembly
from configurator.selectors.differences import Section, compared, snapshot
from configurator.selectors.drafts import newest_price_list
from configurator.services.authoring.assembly_part import Part, part_of, replace_part
from configurator.services.authoring.drafts import lock_draft
from configurator.services.authoring.rules import condition_text, faults_of, rule_data
from configurator.services.authoring.values import write_value

# What is sure to be sound: it has been checked at least once.
TAKEN_FROM = (
    ModelVersion.Status.CHECKED,
    ModelVersion.Status.PUBLISHED,
    ModelVersion.Status.RETIRED,
)
MOST_CODES_TOLD = 10


@dataclass(frozen=True, slots=True)
class SenselessRule:
    """A rule of the version's own that does not make sense any more. It stays; a check refuses."""

    code: str
    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a version. `state` stands for all of it.

    `base_price`, in words, is the source's price before any option: it is not taken in.
    """

    sections: tuple[Section, ...]
    senseless: tuple[SenselessRule, ...]
    base_price: str
    state: str


def preview(change: Callable[[], Change]) -> Change:
    """What a change would do. Raises what the change raises."""
    with transaction.atomic():
        told = change()
        transaction.set_rollback(True)
    return told


def perform(change: Callable[[], Change], *, state: str) -> Change:
    """Do what the preview with this state showed, or raise ChangedMeanwhile."""
    with transaction.atomic():
        told = change()
        if told.state != state:
            raise ChangedMeanwhile("Something has changed since: look at what it would do again")
    return told


def sources_for(version: ModelVersion) -> list[ModelVersion]:
    """Versions that may be taken in, of other product models; the newest of each first."""
    return list(
        ModelVersion.objects.filter(status__in=TAKEN_FROM)
        .exclude(product_model=version.product_model_id)
        .select_related("product_model")
        .defer("ir")
        .order_by("product_model__name", "product_model", "-number")
    )


def newest_of(product_model_id: int) -> ModelVersion | None:
    """The version that a sub-assembly of the product model would be renewed from."""
    sound = ModelVersion.objects.filter(product_model=product_model_id, status__in=TAKEN_FROM)
    return sound.select_related("product_model").defer("ir").order_by("-number").first()


@transaction.atomic
def take_in(*, version_id: int, of_version_id: int, code: str, name: str) -> Change:
    """Copy groups, options, rules, defaults and prices into a draft, under the code's prefix.

    Raises NotADraft, and AssemblyRefused for a version that was never checked, a circle of
    product models, and codes that are taken.
    """
    # Of two that close a circle together the second must see the first, however long the circle.
    lock_rows(ProductModel, ProductModel.objects.values_list("pk", flat=True))
    version = lock_draft(version_id)
    source = ModelVersion.objects.select_related("product_model").defer("ir").get(pk=of_version_id)
    if source.status not in TAKEN_FROM:
        raise AssemblyRefused(f"{source} is a draft: check it before it is taken in")
    _verify_no_circle(version.product_model, source.product_model)
    assembly = SubAssembly(version=version, code=code, name=name, of_version=source)
    _verify_codes_are_free(assembly)
    change = _changed(assembly, source, partial(_put, assembly, source))
    assembly.save()
    return change


@transaction.atomic
def take_in_again(*, version_id: int, code: str) -> Change:
    """Replace a draft's sub-assembly by the newest version of what it is.

    Whatever has its prefix becomes as there; what somebody changed in it here goes. Raises
    NotADraft, and AssemblyRefused when that version is gone or its codes are too long.
    """
    assembly = _locked(version_id, code)
    source = newest_of(assembly.of_version.product_model_id)
    if source is None:
        told = f"No version of {assembly.of_version.product_model} is checked now"
        raise AssemblyRefused(told)
    change = _changed(assembly, source, partial(_put, assembly, source))
    assembly.of_version = source
    assembly.save(update_fields=["of_version"])
    return change


@transaction.atomic
def take_out(*, version_id: int, code: str) -> Change:
    """Remove a draft's sub-assembly with its groups and rules. Raises as `take_in_again`."""
    assembly = _locked(version_id, code)
    change = _changed(assembly, None, partial(replace_part, assembly.version, assembly, Part()))
    assembly.delete()
    return change


def _locked(version_id: int, code: str) -> SubAssembly:
    """The draft's sub-assembly, the draft locked."""
    version = lock_draft(version_id)
    found = version.assemblies.select_related("of_version__product_model").filter(code=code).first()
    if found is None:
        raise AssemblyRefused(f"{version} has no sub-assembly “{code}” any more")
    found.version = version
    return found


def _put(assembly: SubAssembly, source: ModelVersion) -> None:
    part = part_of(source, code=assembly.code, name=assembly.name)
    replace_part(assembly.version, assembly, part)


def _changed(
    assembly: SubAssembly, source: ModelVersion | None, write: Callable[[], None]
) -> Change:
    """Write, and tell what that did to the version."""
    version = assembly.version
    before, faults_before = _now(version), dict(_faults(assembly))
    write()
    after, faults = _now(version), dict(_faults(assembly))
    names = dict(version.rules.values_list("code", "name"))
    origin = None if source is None else source.pk
    told = repr((assembly.code, assembly.name, origin, before, after))
    return Change(
        sections=compared(before, after),
        senseless=tuple(
            SenselessRule(code, names[code], message)
            for code, message in faults.items()
            if code not in faults_before
        ),
        base_price="" if source is None else _base_price(source),
        state=hashlib.sha256(told.encode()).hexdigest(),
    )


_now = partial(snapshot, rule_text=condition_text, value_text=write_value)


def _faults(assembly: SubAssembly) -> Iterator[tuple[str, str]]:
    """What is wrong with rules of the version's own, by their codes."""
    nodes = []
    for row in assembly.version.rules.exclude(code__startswith=assembly.prefix):
        try:
            nodes.append(rule_from_dict(rule_data(row), row.code))
        except EngineError as error:
            yield row.code, error.message
    yield from faults_of(assembly.version, tuple(nodes))


def _base_price(source: ModelVersion) -> str:
    prices = newest_price_list(source)
    base = ModelPrice.objects.filter(price_list=prices, amount_minor__gt=0).first()
    if prices is None or base is None:
        return ""
    return Money(base.amount_minor, str(settings.SHOP_CURRENCY)).format()


def _verify_no_circle(outer: ProductModel, inner: ProductModel) -> None:
    """By product models and over all their versions, so that nothing ever contains itself."""
    parts: dict[int, set[int]] = defaultdict(set)
    for whole, part in SubAssembly.objects.values_list(
        "version__product_model", "of_version__product_model"
    ):
        parts[whole].add(part)
    ways: list[tuple[int, ...]] = [(inner.pk,)]
    seen = {inner.pk}
    for way in ways:  # grows while it is gone through: the shortest circle is found first
        if way[-1] == outer.pk:
            names = ProductModel.objects.in_bulk(way)
            circle = " → ".join(str(names[pk]) for pk in (outer.pk, *way))
            told = f"{outer} would contain itself, in a circle of sub-assemblies: {circle}"
            raise AssemblyRefused(told)
        ways += [(*way, part) for part in sorted(parts[way[-1]] - seen)]
        seen |= parts[way[-1]]


def _verify_codes_are_free(assembly: SubAssembly) -> None:
    """Whatever begins with the prefix is the sub-assembly's: now, nothing may."""
    version, prefix = assembly.version, assembly.prefix
    for other in version.assemblies.all():
        if prefix.startswith(other.prefix) or other.prefix.startswith(prefix):
            told = f"The code “{assembly.code}” is taken: there is “{other.code}” ({other.name})"
            raise AssemblyRefused(told)
    groups = version.groups.filter(code__startswith=prefix).values_list("code", flat=True)
    rules = version.rules.filter(code__startswith=prefix).values_list("code", flat=True)
    clashes = [*(f"group {code}" for code in groups), *(f"rule {code}" for code in rules)]
    if clashes:
        told = f"The code “{assembly.code}” is taken: this version has codes that begin with it"
        raise AssemblyRefused(told, problems=clashes[:MOST_CODES_TOLD])


def groups_of(assembly: SubAssembly) -> list[OptionGroup]:
    """The groups of the version that are the sub-assembly's."""
    groups = OptionGroup.objects.filter(version=assembly.version_id)
    return list(groups.filter(code__startswith=assembly.prefix))
