"""Findings that are meant: accepted with a reason, part of the version, frozen with it."""

import pytest
from django.db import IntegrityError, connection, transaction

from config.audit.models import StateChange
from configurator.errors import ModelCheckFailed, NotAcceptable
from configurator.models import AcceptedFinding, Option, Rule
from configurator.services.acceptance import (
    accept_finding,
    carry_acceptances,
    withdraw_acceptance,
)
from configurator.services.checking import prove
from configurator.services.publishing import check_model_version
from tests.factories.configurator import draft_small_model, publish_small_model

pytestmark = pytest.mark.django_db
DEAD = {"kind": "dead_option", "where": "graphics.long-card"}


@pytest.fixture
def version():
    """A draft with a card that is too long for every case."""
    draft = draft_small_model()
    Option.objects.filter(group__version=draft, code="long-card").update(
        attributes={"fitted": True, "length_mm": 500, "tdp_w": 100}
    )
    return draft


def accept(version, **fields):
    named = {**DEAD, "reason": "shown, not sold", "actor": "staff:anna"} | fields
    return accept_finding(version_id=version.pk, **named)


def test_an_accepted_finding_no_longer_stands_in_the_way(version):
    with pytest.raises(ModelCheckFailed):
        check_model_version(version_id=version.pk)
    accept(version)
    (finding,) = check_model_version(version_id=version.pk).findings
    assert (finding.accepted, finding.accepted_by) == ("shown, not sold", "staff:anna")
    why = StateChange.objects.filter(subject_id=version.pk).order_by("pk").first().why
    assert why == "accepted “dead option” graphics.long-card: shown, not sold"


def test_another_finding_of_the_kind_still_does(version):
    accept(version)
    Option.objects.filter(group__version=version, code="card").update(
        attributes={"fitted": True, "length_mm": 600, "tdp_w": 100}
    )
    with pytest.raises(ModelCheckFailed, match=r"graphics\.card"):
        check_model_version(version_id=version.pk)
    accept(version, where="")
    with pytest.raises(ModelCheckFailed) as told:
        check_model_version(version_id=version.pk)
    assert not any("graphics.card" in problem for problem in told.value.problems)


def test_what_is_withdrawn_stands_in_the_way_again(version):
    accept(version)
    withdraw_acceptance(version_id=version.pk, **DEAD, actor="staff:anna")
    with pytest.raises(ModelCheckFailed):
        check_model_version(version_id=version.pk)


@pytest.mark.parametrize("kind", ["void", "no_price", "no_bill", "no_sentence", "", "x" * 400])
def test_only_what_may_be_meant_is_accepted(version, kind):
    with pytest.raises(NotAcceptable):
        accept(version, kind=kind)


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 301])
def test_a_reason_is_needed(version, reason):
    with pytest.raises(NotAcceptable, match="Reason"):
        accept(version, reason=reason)


def test_a_version_that_is_checked_takes_no_more_acceptances(version):
    accept(version)
    check_model_version(version_id=version.pk)
    with pytest.raises(NotAcceptable, match="is checked"):
        accept(version, reason="another")
    with pytest.raises(NotAcceptable):
        withdraw_acceptance(version_id=version.pk, **DEAD, actor="staff:anna")


def test_the_next_draft_takes_over_what_was_accepted(version):
    accept(version)
    draft = draft_small_model(product_model=version.product_model, number=2)
    assert carry_acceptances(source_id=version.pk, draft_id=draft.pk) == 1
    assert draft.accepted.get().reason == "shown, not sold"
    carry_acceptances(source_id=version.pk, draft_id=draft.pk)
    assert draft.accepted.count() == 1


def test_a_kind_that_was_accepted_whole_leaves_out_what_the_next_draft_adds(version):
    for kind in ("redundant_rule", "dead_option", "false_optional"):
        accept(version, kind=kind, where="")
    draft = draft_small_model(product_model=version.product_model, number=2)
    carry_acceptances(source_id=version.pk, draft_id=draft.pk)
    known = Rule.objects.get(version=draft, code="power-budget")
    known.pk, known.code, known.name = None, "budget-again", "Again"
    known.save()
    told = {
        finding.where: finding.accepted
        for finding in prove(draft).findings
        if finding.kind == "redundant_rule"
    }
    assert told["budget-again"] == ""
    assert told["power-budget"] == "shown, not sold"
    places = set(draft.accepted.filter(kind="false_optional").values_list("where", flat=True))
    assert {"graphics", "graphics.none"} <= places


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE configurator_acceptedfinding SET reason = 'because'",
        "DELETE FROM configurator_acceptedfinding",
        (
            'INSERT INTO configurator_acceptedfinding (version_id, kind, "where", reason, actor) '
            "SELECT version_id, 'never_applies', '', 'because', 'sql' "
            "FROM configurator_acceptedfinding"
        ),
    ],
)
def test_sql_cannot_change_what_was_accepted_in_a_checked_version(version, statement):
    accept(version)
    check_model_version(version_id=version.pk)
    with (
        pytest.raises(IntegrityError, match="refused"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize(
    "fields", [{"kind": "void"}, {"reason": "  "}, {"kind": "no_bill"}], ids=str
)
def test_sql_cannot_accept_what_is_never_accepted(version, fields):
    row = {"kind": "dead_option", "where": "", "reason": "because", "actor": "sql"} | fields
    with pytest.raises(IntegrityError, match="accepted_finding"), transaction.atomic():
        AcceptedFinding.objects.create(version=version, **row)


def test_a_service_has_no_part():
    publish_small_model()
    draft = draft_small_model()
    with pytest.raises(IntegrityError, match="option_service_has_no_part"), transaction.atomic():
        Option.objects.filter(group__version=draft, code="six").update(is_service=True)
