"""From choices to an immutable, priced, addressable configuration."""

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from configurator import selectors
from configurator.errors import (
    ImpossibleConfiguration,
    IncompleteConfiguration,
    StaleVersion,
    UnknownGroup,
    UnknownOption,
)
from configurator.models import Configuration
from configurator.services.configurations import freeze_configuration
from tests.factories.configurator import (
    DEFAULT_TOTAL_MINOR,
    DEFAULTS,
    GROUPS,
    frozen_configuration,
    price_small_model,
    publish_small_model,
)

pytestmark = pytest.mark.django_db


def test_the_same_choices_at_the_same_prices_are_the_same_row():
    version = publish_small_model()
    first = freeze_configuration(version=version, choices=DEFAULTS)
    again = freeze_configuration(version=version, choices=dict(reversed(DEFAULTS.items())))
    assert first == again
    assert first.total_minor == DEFAULT_TOTAL_MINOR
    assert first.currency == "USD"
    assert len(first.share_code) == 8


def test_a_new_price_list_makes_another_configuration_and_leaves_the_old_one_alone():
    version = publish_small_model()
    before = freeze_configuration(version=version, choices=DEFAULTS)
    price_small_model(version=version, changes={("cpu", "six"): 26_000})
    after = freeze_configuration(version=version, choices=DEFAULTS)
    assert (before.total_minor, after.total_minor) == (54_000, 55_000)
    assert sum(line.amount_minor for line in selectors.price_lines(before)) == 54_000


def test_quantities_multiply_the_price_of_their_group():
    configuration = frozen_configuration(memory="kit64", memory_quantity="two")
    (line,) = [x for x in selectors.price_lines(configuration) if x.group == "memory"]
    assert (line.quantity, line.unit_minor, line.amount_minor) == (2, 24_000, 48_000)
    (memory,) = [x for x in selectors.chosen_options(configuration) if x.group == "memory"]
    assert (memory.part_number, memory.quantity) == ("MEM-64", 2)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"gpu": "card"}, UnknownGroup, "no group 'gpu'"),
        ({"case": "huge"}, UnknownOption, "case has no option 'huge'"),
        ({"graphics": "long-card"}, ImpossibleConfiguration, "Mini case takes 240 mm"),
        ({"cpu": "sixteen"}, ImpossibleConfiguration, "needs a graphics card"),
    ],
)
def test_a_wrong_choice_is_refused_in_words_and_stores_nothing(changes, error, words):
    version = publish_small_model()
    with pytest.raises(error, match=words):
        freeze_configuration(version=version, choices={**DEFAULTS, **changes})
    assert not Configuration.objects.exists()


def test_an_open_group_is_named():
    version = publish_small_model()
    choices = {group: option for group, option in DEFAULTS.items() if group != "memory"}
    with pytest.raises(IncompleteConfiguration, match="Memory"):
        freeze_configuration(version=version, choices=choices)


def test_every_broken_rule_is_told():
    version = publish_small_model()
    with pytest.raises(ImpossibleConfiguration) as caught:
        freeze_configuration(version=version, choices={**DEFAULTS, "graphics": "long-card"})
    assert len(caught.value.sentences) == 2
    assert "450 W" in caught.value.sentences[1]


def test_a_version_that_is_not_on_sale_cannot_be_frozen():
    old = publish_small_model()
    publish_small_model(product_model=old.product_model, number=2)
    old.refresh_from_db()
    with pytest.raises(StaleVersion, match="retired"):
        freeze_configuration(version=old, choices=DEFAULTS)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE configurator_configuration SET total_minor = 1",
        "UPDATE configurator_configuration SET choices = '{}'",
        "DELETE FROM configurator_configuration",
    ],
)
def test_sql_cannot_rewrite_a_configuration(statement):
    frozen_configuration()
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Configuration.objects.get().total_minor == DEFAULT_TOTAL_MINOR


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    choices=st.fixed_dictionaries(
        {group: st.sampled_from([row[0] for row in rows]) for group, (_, rows) in GROUPS.items()}
    )
)
def test_a_frozen_total_is_the_sum_of_its_price_lines(choices):
    version = selectors.published_version("small") if _exists("small") else _small()
    try:
        configuration = freeze_configuration(version=version, choices=choices)
    except ImpossibleConfiguration:
        return
    lines = selectors.price_lines(configuration)
    assert configuration.total_minor == sum(line.amount_minor for line in lines)
    assert all(line.amount_minor == line.quantity * line.unit_minor for line in lines)
    assert configuration.choices == choices


def _exists(slug):
    from configurator.models import ProductModel

    return ProductModel.objects.filter(slug=slug).exists()


def _small():
    from tests.factories.configurator import ProductModelFactory

    return publish_small_model(product_model=ProductModelFactory(slug="small"))
