"""The admin's forms: attributes as lines, conditions in the rule language, defaults as selects."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from configurator.models import ModelVersion, Option, Rule
from configurator.services.authoring.rules import condition_text
from tests.configurator.authoring.desk import signed_in
from tests.factories.configurator import draft_small_model, publish_small_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(get_user_model().objects.create_superuser("anna"))
    return client


@pytest.fixture
def draft():
    return draft_small_model()


def form_url(row):
    return reverse(f"admin:configurator_{row._meta.model_name}_change", args=[row.pk])


def fields_of(form):
    """What a browser would send back: every field as it is shown."""
    values = {bound.html_name: bound.value() for bound in form}
    return {name: value for name, value in values.items() if value is not None}


def sent(staff, row, **changes):
    response = staff.get(form_url(row))
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data = {name: value for form in forms for name, value in fields_of(form).items()}
    return staff.post(form_url(row), data | changes)


def errors_of(response):
    assert response.status_code == 200
    return str(response.context["errors"])


def test_attributes_are_shown_and_saved_as_lines(staff, draft):
    option = Option.objects.get(group__version=draft, code="six")
    option.attributes = {"tdp_w": 65, "sockets": ["AM4", "AM5"], "length_mm": None, "cold": False}
    option.save()
    text = staff.get(form_url(option)).content.decode()
    for line in ("tdp_w = 65", "sockets = [AM4, AM5]", "length_mm = ?", "cold = no"):
        assert line in text
    answer = sent(staff, option, attributes="tdp_w = 70\nsockets = [AM5]\ncold = yes")
    assert answer.status_code == 302
    option.refresh_from_db()
    assert option.attributes == {"tdp_w": 70, "sockets": ["AM5"], "cold": True}


def test_saving_without_a_change_changes_nothing(staff, draft):
    for option in Option.objects.filter(group__version=draft):
        before = option.attributes
        assert sent(staff, option).status_code == 302
        option.refresh_from_db()
        assert option.attributes == before


def test_a_wrong_line_is_named_and_what_was_typed_is_kept(staff, draft):
    option = Option.objects.get(group__version=draft, code="six")
    response = sent(staff, option, attributes="tdp_w = 1.5\nnothing\n")
    assert "Line 1: 1.5 is not a whole number" in errors_of(response)
    assert "Line 2: nothing has no “=”" in errors_of(response)
    assert "tdp_w = 1.5\nnothing" in response.content.decode()


def test_a_row_of_a_group_is_saved_when_true_becomes_one(staff, draft):
    group = draft.groups.get(code="cpu")
    rows = staff.get(form_url(group)).context["inline_admin_formsets"][0].formset.forms
    name = next(row.prefix for row in rows if row.instance.code == "six")
    lines = "tdp_w = 65\nintegrated_graphics = 1"
    assert sent(staff, group, **{f"{name}-attributes": lines}).status_code == 302
    attributes = Option.objects.get(group=group, code="six").attributes
    assert attributes["integrated_graphics"] is not True


def test_a_row_of_a_group_leads_to_the_whole_form(staff, draft):
    option = Option.objects.get(group__version=draft, code="six")
    text = staff.get(form_url(option.group)).content.decode()
    assert f'href="{form_url(option)}">whole form</a>' in text


def test_attributes_of_a_published_option_are_lines_too(staff):
    live = publish_small_model()
    option = Option.objects.get(group__version=live, code="six")
    assert "integrated_graphics = yes" in staff.get(form_url(option)).content.decode()
    assert "integrated_graphics = yes" in staff.get(form_url(option.group)).content.decode()


def test_an_option_is_added_with_its_price(staff, draft):
    group = draft.groups.get(code="cpu")
    asked = {
        "group": group.pk,
        "code": "eight",
        "name": "Eight cores",
        "part_number": "CPU-8",
        "attributes": "tdp_w = 80\nintegrated_graphics = yes",
        "position": "2",
        "price": "349,50",
    }
    url = reverse("admin:configurator_option_add")
    assert staff.post(url, asked).status_code == 302
    option = Option.objects.get(group=group, code="eight")
    assert [price.amount_minor for price in option.prices.all()] == [34_950]
    assert staff.get(form_url(option)).context["adminform"].form["price"].value() == "349.50"
    assert sent(staff, option, price="").status_code == 302
    assert not option.prices.exists()


@pytest.mark.parametrize("text", ["1,299.00", "-5", "free", "1.005"])
def test_a_price_that_can_be_misread_is_refused_and_kept_as_typed(staff, draft, text):
    option = Option.objects.get(group__version=draft, code="six")
    response = sent(staff, option, price=text)
    assert f"Expected an amount such as 1299.00, got {text}." in errors_of(response)
    assert f'value="{text}"' in response.content.decode()


def test_who_may_not_set_prices_sees_no_field_for_them(draft):
    editor = signed_in("view_option", "change_option")
    option = Option.objects.get(group__version=draft, code="six")
    assert "price" not in editor.get(form_url(option)).context["adminform"].form.fields
    assert sent(editor, option, name="Six", price="1").status_code == 302
    assert [price.amount_minor for price in option.prices.all()] == [25_000]


def test_a_part_of_a_service_is_refused_in_words(staff, draft):
    option = Option.objects.get(group__version=draft, code="six")
    response = sent(staff, option, is_service="on", part_number="CPU-6")
    assert "A service needs no part" in errors_of(response)
    assert "option_service_has_no_part" not in errors_of(response)


def test_only_groups_of_drafts_are_offered_to_a_new_option(staff, draft):
    live = publish_small_model()
    asked = {"app_label": "configurator", "model_name": "option", "field_name": "group"}
    found = staff.get(reverse("admin:autocomplete"), asked | {"term": ""}).json()["results"]
    offered = {int(one["id"]) for one in found}
    assert offered == set(draft.groups.values_list("pk", flat=True))
    assert not offered & set(live.groups.values_list("pk", flat=True))


def test_a_rule_is_shown_and_saved_as_its_condition(staff, draft):
    rule = Rule.objects.get(version=draft, code="card-fits-case")
    other = Rule.objects.get(version=draft, code="power-budget")
    assert sent(staff, rule).status_code == 302
    rule.refresh_from_db()
    assert rule.constraint["left"] == "graphics.length_mm"
    sentence = "{cpu} needs more."
    answer = sent(staff, rule, condition=condition_text(other), sentence=sentence)
    assert answer.status_code == 302
    rule.refresh_from_db()
    assert condition_text(rule) == condition_text(other)


def test_a_rule_can_be_added(staff, draft):
    other = Rule.objects.get(version=draft, code="power-budget")
    data = {
        "version": draft.pk,
        "code": "again",
        "name": "Again",
        "severity": "warn",
        "sentence": "{cpu} is hungry.",
        "condition": condition_text(other),
        "position": 9,
    }
    assert staff.post(reverse("admin:configurator_rule_add"), data).status_code == 302
    assert condition_text(Rule.objects.get(version=draft, code="again")) == data["condition"]


def test_a_condition_that_does_not_parse_says_where(staff, draft):
    rule = Rule.objects.get(version=draft, code="card-fits-case")
    response = sent(staff, rule, condition="graphics.length_mm <= ")
    assert "Line 1, column" in errors_of(response)
    rule.refresh_from_db()
    assert rule.constraint["right"] == "case.max_graphics_length_mm"


def test_a_sentence_that_asks_for_what_there_is_not_is_refused(staff, draft):
    rule = Rule.objects.get(version=draft, code="card-fits-case")
    response = sent(staff, rule, sentence="{wings} flap.")
    assert "wings" in errors_of(response)


def test_a_published_rule_is_read_in_the_rule_language(staff):
    live = publish_small_model()
    rule = Rule.objects.get(version=live, code="card-fits-case")
    assert "graphics.length_mm" in staff.get(form_url(rule)).content.decode()


def test_defaults_are_chosen_group_by_group(staff, draft):
    assert sent(staff, draft, default_case="tower", default_graphics="").status_code == 302
    draft.refresh_from_db()
    assert draft.defaults["case"] == "tower"
    assert "graphics" not in draft.defaults
    assert draft.defaults["cpu"] == "six"
    assert "not one of the available choices" in errors_of(
        sent(staff, draft, default_case="two-wheels")
    )


def test_defaults_of_a_published_version_are_shown(staff):
    live = publish_small_model()
    text = staff.get(form_url(live)).content.decode()
    assert "case: mini" in text
    assert "default_case" not in text


def test_a_list_action_drafts_the_next_version(staff):
    live = publish_small_model()
    url = reverse("admin:configurator_modelversion_changelist")
    asked = {"action": "draft_next_versions", "_selected_action": [live.pk]}
    assert "is a draft now" in staff.post(url, asked, follow=True).content.decode()
    assert ModelVersion.objects.get(product_model=live.product_model, number=2).status == "draft"
    again = staff.post(url, asked, follow=True).content.decode()
    assert "is not on sale yet" in again


def test_a_list_action_makes_a_group_optional(staff, draft):
    url = reverse("admin:configurator_optiongroup_changelist")
    group = draft.groups.get(code="cpu")
    asked = {"action": "make_optional", "_selected_action": [group.pk]}
    assert "can be left out now" in staff.post(url, asked, follow=True).content.decode()
    assert "has the option “none” already" in staff.post(url, asked, follow=True).content.decode()


@pytest.mark.parametrize(
    ("name", "page"),
    [("overview", "version"), ("try_it", "version-try"), ("edit_rules", "version-rules")],
)
def test_a_versions_form_leads_to_its_pages(staff, draft, name, page):
    text = staff.get(form_url(draft)).content.decode()
    url = reverse(f"admin:configurator_modelversion_{name}", args=[draft.pk])
    assert url in text
    assert staff.get(url).url == reverse(f"ops:{page}", args=[draft.pk])
