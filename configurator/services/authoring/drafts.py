"""The next version of a product model as a draft, and small steps that save typing."""

from collections.abc import Callable, Iterable, Mapping

from django.db import transaction
from django.db.models import F, Max, Model, Q
from django.utils import timezone

from config.audit.services import record_state
from config.locks import lock_rows
from configurator.errors import DraftExists, NotADraft, UnknownOption
from configurator.models import (
    ModelPrice,
    ModelVersion,
    Option,
    OptionGroup,
    OptionPrice,
    PriceList,
    ProductModel,
    Rule,
    SubAssembly,
)
from configurator.services.acceptance import carry_acceptances

NONE = "none"
OPEN = (ModelVersion.Status.DRAFT, ModelVersion.Status.CHECKED)


@transaction.atomic
def draft_from(*, version_id: int, actor: str, is_another: bool = False) -> ModelVersion:
    """Copy a version, whatever its state, into the next one of its product model as a draft.

    Groups, options, rules, sub-assemblies, defaults and prices: of every currency the list that
    is valid now, and those planned for later. A fixed number of queries, however many options
    there are.
    Raises DraftExists when a version is open already, unless `is_another`.
    """
    source = ModelVersion.objects.defer("ir").get(pk=version_id)
    lock_rows(ProductModel, [source.product_model_id])  # numbers the versions one after the other
    versions = ModelVersion.objects.filter(product_model=source.product_model_id)
    if not is_another and (open_one := versions.filter(status__in=OPEN).defer("ir").first()):
        raise DraftExists(
            f"{open_one} is not on sale yet: go on with it, or ask for another draft",
            version_id=open_one.pk,
        )
    last = versions.aggregate(last=Max("number"))["last"]
    draft = ModelVersion.objects.create(
        product_model_id=source.product_model_id, number=last + 1, defaults=source.defaults
    )
    record_state(draft, why=f"drafted from version {source.number}", actor=actor)
    options = _copy_options(source, _copy_groups(source, draft))
    Rule.objects.bulk_create(_copies(source.rules.all(), version_id=lambda _: draft.pk))
    SubAssembly.objects.bulk_create(_copies(source.assemblies.all(), version_id=lambda _: draft.pk))
    _copy_prices(source, draft, options)
    carry_acceptances(source_id=source.pk, draft_id=draft.pk)
    return draft


def _copies[M: Model](rows: Iterable[M], **changed: Callable[[M], object]) -> list[M]:
    """New rows with the same columns, but for the key and what is `changed`."""
    made = []
    for row in rows:
        columns = {
            field.attname: getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if not field.primary_key
        }
        made.append(type(row)(**columns | {name: of(row) for name, of in changed.items()}))
    return made


def _copy_groups(source: ModelVersion, draft: ModelVersion) -> dict[int, int]:
    """Old key → new key."""
    old = list(source.groups.all())
    new = OptionGroup.objects.bulk_create(
        _copies(old, version_id=lambda _: draft.pk, quantity_for_id=lambda _: None)
    )
    keys = {before.pk: after.pk for before, after in zip(old, new, strict=True)}
    counting = []
    for before, after in zip(old, new, strict=True):
        if before.quantity_for_id is not None:
            after.quantity_for_id = keys[before.quantity_for_id]
            counting.append(after)
    OptionGroup.objects.bulk_update(counting, ["quantity_for"])
    return keys


def _copy_options(source: ModelVersion, groups: Mapping[int, int]) -> dict[int, int]:
    """Old key → new key."""
    old = list(Option.objects.filter(group__version=source).order_by("pk"))
    new = Option.objects.bulk_create(_copies(old, group_id=lambda row: groups[row.group_id]))
    return {before.pk: after.pk for before, after in zip(old, new, strict=True)}


def _copy_prices(source: ModelVersion, draft: ModelVersion, options: Mapping[int, int]) -> None:
    now = timezone.now()
    newest_first = list(PriceList.objects.filter(version=source))
    current: dict[str, PriceList] = {}
    for price_list in newest_first:
        if price_list.valid_from <= now:
            current.setdefault(price_list.currency, price_list)
    planned = [one for one in newest_first if one.valid_from > now]
    old = [*current.values(), *reversed(planned)]
    numbers = {one.pk: _number(one, old) for one in old}
    new = PriceList.objects.bulk_create(
        _copies(
            old,
            version_id=lambda _: draft.pk,
            number=lambda one: numbers[one.pk],
            valid_from=lambda one: max(one.valid_from, now),
        )
    )
    lists = {before.pk: after.pk for before, after in zip(old, new, strict=True)}
    bases = ModelPrice.objects.filter(price_list__in=old)
    ModelPrice.objects.bulk_create(
        ModelPrice(price_list_id=lists[base.pk], amount_minor=base.amount_minor) for base in bases
    )
    prices = OptionPrice.objects.filter(price_list__in=old)
    OptionPrice.objects.bulk_create(
        _copies(
            prices,
            price_list_id=lambda price: lists[price.price_list_id],
            option_id=lambda price: options[price.option_id],
        )
    )


def _number(price_list: PriceList, copied: list[PriceList]) -> int:
    """1, 2, … in each currency."""
    same = [one for one in copied if one.currency == price_list.currency]
    return same.index(price_list) + 1


def lock_draft(version_id: int) -> ModelVersion:
    """The version's row, locked until the transaction ends. Raises NotADraft."""
    (version,) = lock_rows(ModelVersion, [version_id])
    if version.status != ModelVersion.Status.DRAFT:
        status = version.get_status_display().lower()
        raise NotADraft(f"{version} is {status}: only a draft can be changed. Make the next one.")
    return version


@transaction.atomic
def make_optional(*, group_id: int) -> Option:
    """Add the option "None" to a draft's group, first in it, at no price in every list.

    Its attributes are those of the others with neutral values: 0, no, an empty list or text.
    Raises NotADraft, and UnknownOption when the group has it already or is a quantity.
    """
    group = OptionGroup.objects.get(pk=group_id)
    version = lock_draft(group.version_id)
    options = group.options.all()
    if group.quantity_for_id is not None:
        raise UnknownOption(f"{group.name} is a quantity: it has no parts to do without")
    if options.filter(Q(code=NONE)).exists():
        raise UnknownOption(f"{group.name} has the option “{NONE}” already")
    attributes = neutral_attributes(options.values_list("attributes", flat=True))
    options.update(position=F("position") + 1)
    none = Option.objects.create(group=group, code=NONE, name="None", attributes=attributes)
    OptionPrice.objects.bulk_create(
        OptionPrice(price_list=one, option=none, amount_minor=0)
        for one in version.price_lists.all()
    )
    return none


def neutral_attributes(rows: Iterable[Mapping[str, object]]) -> dict[str, object]:
    """What nothing measures: for every attribute that some row knows, its kind's neutral value."""
    neutral: dict[str, object] = {}
    for row in rows:
        for name, value in row.items():
            if value is not None:
                neutral.setdefault(name, _neutral(value))
    return neutral


def _neutral(value: object) -> object:
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return 0
    return [] if isinstance(value, list) else ""
