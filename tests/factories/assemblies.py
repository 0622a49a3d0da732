"""A model that is not in the shop and serves as a sub-assembly: screens on a stand.

    screen   small ($200, 4 kg), large ($500, 8 kg); screens one, two
    stand    desk (free, carries 9 kg), arm (a service, $90, carries 20 kg)

One rule: the stand carries the screens. The default is small, one, desk.
"""

from collections.abc import Callable
from typing import Any

from configurator.models import ModelVersion, Option, OptionGroup, Rule
from configurator.services.authoring import draft_from
from configurator.services.authoring.assemblies import Change, take_in
from configurator.services.compiling import model_data
from configurator.services.price_lists import create_price_list
from configurator.services.publishing import check_model_version
from tests.factories.configurator import ModelVersionFactory, ProductModelFactory


def monitor_set(*, name: str = "Monitor set", base_minor: int = 0) -> ModelVersion:
    """A screen, how many, and a stand that not every screen fits; checked."""
    version = ModelVersionFactory.create(
        product_model=ProductModelFactory.create(name=name, is_listed=False),
        defaults={"screen": "small", "screens": "one", "stand": "desk"},
    )
    screen = OptionGroup.objects.create(version=version, code="screen", name="Screen", position=0)
    screens = OptionGroup.objects.create(
        version=version, code="screens", name="Screens", position=1, quantity_for=screen
    )
    stand = OptionGroup.objects.create(version=version, code="stand", name="Stand", position=2)
    options = [
        Option(
            group=screen,
            code="small",
            name="24 inches",
            facts="1920 × 1080",
            part_number="MON-24",
            attributes={"kg": 4, "ports": ["dp"]},
        ),
        Option(
            group=screen,
            code="large",
            name="32 inches",
            part_number="MON-32",
            attributes={"kg": 8, "ports": ["dp"]},
        ),
        Option(group=screens, code="one", name="One", attributes={"count": 1}),
        Option(group=screens, code="two", name="Two", attributes={"count": 2}),
        Option(group=stand, code="desk", name="On the desk", attributes={"carries_kg": 9}),
        Option(
            group=stand,
            code="arm",
            name="Fitted by us",
            is_service=True,
            attributes={"carries_kg": 20},
        ),
    ]
    for position, option in enumerate(options):
        option.position = position
    Option.objects.bulk_create(options)
    Rule.objects.create(
        version=version,
        code="weight",
        name="The stand carries the screens",
        sentence="{stand} carries {stand.carries_kg} kg, not {screens} of {screen}.",
        constraint={
            "sum": [{"ref": "screen.kg", "times": "screens"}],
            "op": "<=",
            "limit": "stand.carries_kg",
        },
    )
    prices = {
        ("screen", "small"): 20_000,
        ("screen", "large"): 50_000,
        ("stand", "desk"): 0,
        ("stand", "arm"): 9_000,
    }
    create_price_list(version=version, currency="USD", base_minor=base_minor, option_minor=prices)
    check_model_version(version_id=version.pk)
    return version


def next_set(source: ModelVersion, change: Callable[[ModelVersion], object]) -> ModelVersion:
    """The next version of a set, changed by a function, checked."""
    draft = draft_from(version_id=source.pk, actor="tests", is_another=True)
    change(draft)
    check_model_version(version_id=draft.pk)
    return draft


def take(
    draft: ModelVersion, source: ModelVersion, code: str = "left", name: str = "Left"
) -> Change:
    return take_in(version_id=draft.pk, of_version_id=source.pk, code=code, name=name)


def content(version: ModelVersion) -> Any:
    """Groups, rules and defaults as they are in the tables now."""
    return model_data(ModelVersion.objects.get(pk=version.pk))


def codes(rows: Any) -> list[str]:
    return [row.code for row in rows.all()]


def facts(change: Change) -> set[tuple[str, str, str]]:
    """(sort, kind, code) of all that a change says."""
    return {(one.sort, d.kind, d.code) for one in change.sections for d in one.differences}
