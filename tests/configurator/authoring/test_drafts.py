"""The next version starts as a copy of one that exists."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.audit.models import StateChange
from configurator.engine.ir import model_from_dict
from configurator.errors import DraftExists, NotADraft, UnknownOption
from configurator.models import ModelVersion, Option, OptionGroup
from configurator.selectors import read_price_book
from configurator.services.authoring import draft_from, make_optional
from configurator.services.compiling import model_data
from configurator.services.price_lists import create_price_list
from configurator.services.publishing import check_model_version, publish_model_version
from tests.configurator.authoring.desk import EDITOR, READER, signed_in
from tests.factories.configurator import (
    draft_small_model,
    price_small_model,
    publish_small_model,
    small_prices,
)

pytestmark = pytest.mark.django_db


def data(version):
    return model_data(ModelVersion.objects.get(pk=version.pk))


def test_a_draft_says_what_its_source_says_and_can_be_sold_as_it_is():
    live = publish_small_model()
    draft = draft_from(version_id=live.pk, actor="staff:anna")
    assert (draft.number, draft.status) == (2, "draft")
    assert model_from_dict(data(draft)) == model_from_dict(data(live))
    assert read_price_book(draft.price_lists.get()) == read_price_book(live.price_lists.get())
    written = StateChange.objects.get(subject_id=draft.pk, to_state="draft")
    assert (written.actor, written.why) == ("staff:anna", "drafted from version 1")
    check_model_version(version_id=draft.pk)
    publish_model_version(version_id=draft.pk)


def test_everything_of_an_option_is_copied_and_nothing_is_shared():
    live = publish_small_model()
    draft = draft_from(version_id=live.pk, actor="staff:anna")
    columns = ["group__code", "code", "name", "facts", "attributes", "part_number", "position"]

    def rows(version):
        return list(Option.objects.filter(group__version=version).order_by("pk").values(*columns))

    assert rows(draft) == rows(live)
    quantity = OptionGroup.objects.get(version=draft, code="memory_quantity")
    assert quantity.quantity_for == OptionGroup.objects.get(version=draft, code="memory")
    Option.objects.filter(group__version=draft).update(name="Changed")
    assert not Option.objects.filter(group__version=live, name="Changed").exists()


def test_copying_asks_as_often_for_many_options_as_for_few():
    def queries(version):
        with CaptureQueriesContext(connection) as asked:
            draft_from(version_id=version.pk, actor="staff:anna")
        return len(asked)

    few, many = draft_small_model(), draft_small_model()
    ModelVersion.objects.filter(pk__in=[few.pk, many.pk]).update(
        status="retired", ir={}, ir_sha256="x"
    )
    ModelVersion.objects.filter(pk=many.pk).update(status="draft")
    group = many.groups.get(code="cpu")
    Option.objects.bulk_create(
        Option(group=group, code=f"cpu-{n}", name=f"Processor {n}", attributes={"tdp_w": n})
        for n in range(600)
    )
    ModelVersion.objects.filter(pk=many.pk).update(status="retired")
    assert queries(many) == queries(few) < 30


def test_prices_planned_for_later_come_along_and_older_ones_do_not():
    live = publish_small_model()
    price_small_model(version=live, changes={("cpu", "six"): 26_000})
    later = timezone.now() + timedelta(days=30)
    create_price_list(
        version=live,
        currency="USD",
        base_minor=1,
        option_minor=small_prices(),
        valid_from=later,
    )
    draft = draft_from(version_id=live.pk, actor="staff:anna")
    now, planned = draft.price_lists.order_by("number")
    assert read_price_book(now).option_minor["cpu", "six"] == 26_000
    assert (planned.base.amount_minor, planned.valid_from) == (1, later)


def test_there_is_one_draft_unless_another_is_wanted():
    live = publish_small_model()
    first = draft_from(version_id=live.pk, actor="staff:anna")
    with pytest.raises(DraftExists) as refused:
        draft_from(version_id=live.pk, actor="staff:anna")
    assert refused.value.version_id == first.pk
    assert draft_from(version_id=live.pk, actor="staff:anna", is_another=True).number == 3


def test_a_version_without_prices_can_be_copied():
    draft = draft_small_model()
    draft.price_lists.all().delete()
    again = draft_from(version_id=draft.pk, actor="staff:anna", is_another=True)
    assert not again.price_lists.exists()


def test_a_group_becomes_optional_with_neutral_facts_at_no_price():
    draft = draft_small_model()
    Option.objects.filter(group__version=draft, code="six").update(
        attributes={
            "tdp_w": 65,
            "integrated_graphics": True,
            "sockets": ["AM4"],
            "brand": "A",
            "noise": None,
        }
    )
    none = make_optional(group_id=draft.groups.get(code="cpu").pk)
    assert none.attributes == {
        "tdp_w": 0,
        "integrated_graphics": False,
        "sockets": [],
        "brand": "",
    }
    assert read_price_book(draft.price_lists.get()).option_minor["cpu", "none"] == 0
    first, *_ = Option.objects.filter(group=none.group)
    assert first == none
    check_model_version(version_id=draft.pk)


@pytest.mark.parametrize("code", ["graphics", "memory_quantity"])
def test_what_is_optional_already_or_a_quantity_stays_as_it_is(code):
    draft = draft_small_model()
    with pytest.raises(UnknownOption):
        make_optional(group_id=draft.groups.get(code=code).pk)


def test_a_published_group_cannot_become_optional():
    live = publish_small_model()
    with pytest.raises(NotADraft):
        make_optional(group_id=live.groups.get(code="cpu").pk)


def start(client, version, **data):
    return client.post(reverse("ops:version-draft", args=[version.pk]), data)


def test_the_button_makes_a_draft_and_leads_to_it():
    live, editor = publish_small_model(), signed_in(*EDITOR)
    response = start(editor, live)
    made = ModelVersion.objects.get(product_model=live.product_model, number=2)
    assert response.url == reverse("ops:version", args=[made.pk])
    assert StateChange.objects.get(subject_id=made.pk, to_state="draft").actor.startswith("staff:")


def test_a_second_draft_is_made_only_when_it_is_asked_for():
    live, editor = publish_small_model(), signed_in(*EDITOR)
    start(editor, live)
    refused = start(editor, live)
    assert refused.status_code == 409
    told = "There is version 2 already (draft), which is not on sale yet"
    assert told in refused.content.decode()
    assert start(editor, live, another="1").status_code == 302
    assert ModelVersion.objects.filter(product_model=live.product_model).count() == 3


def test_readers_make_no_drafts_and_a_link_does_not():
    live = publish_small_model()
    assert start(signed_in(*READER), live).status_code == 403
    url = reverse("ops:version-draft", args=[live.pk])
    assert signed_in(*EDITOR).get(url).status_code == 405
    assert signed_in(*EDITOR).post(reverse("ops:version-draft", args=[999_999])).status_code == 404
