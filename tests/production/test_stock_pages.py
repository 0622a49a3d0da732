"""The shelf's pages: counting, putting away, holds, scrap, what a part is worth."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.outbox.models import Errand
from production.models import Bin, BinCount, BinStock, MaterialRequirement, QualityHold, StockLevel
from production.services.moving import Move, move_stock, place_for
from production.services.opening import record_opening
from production.services.quality import hold_stock
from production.services.shop_floor import finish_operation, start_operation
from tests.factories.production import makeable_model, part, planned_order

pytestmark = pytest.mark.django_db

MAY = ("view_assemblyjob", "change_assemblyjob", "view_stocklevel", "view_part")


def staff(*codenames):
    user = User.objects.create_user("ines", password="x", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="production", codename__in=codenames)
    )
    return user


@pytest.fixture
def keeper(client):
    """Somebody who may change stock."""
    client.force_login(staff(*MAY, "change_stocklevel"))
    return client


@pytest.fixture
def shelf():
    """Ten screws and five ties in A-01."""
    screw, tie = part("SCREW"), part("TIE")
    record_opening(
        rows=[(screw.pk, 10, "A-01"), (tie.pk, 5, "A-01")],
        costs={screw.pk: Decimal("20.5"), tie.pk: Decimal(100)},
    )
    Bin.objects.create(code="B-01", zone="Shelf B", sequence=20)
    return screw, tie


def page(client, name, *args, **query):
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200, response.content[:2000]
    return response.content.decode()


def on_hand(one):
    return StockLevel.objects.get(part=one).on_hand


def name_of(one, code="A-01"):
    return f"{Bin.objects.get(code=code).pk}-{one.pk}"


def send(client, data, **query):
    url = reverse("ops:count", query=query or {"bin": "A-01"})
    return client.post(url, {"key": "6f1f0a52-3b0e-4d0f-9d8c-1f5d7d6f7a01", **data}, follow=True)


def test_the_list_says_where_pieces_lie_whose_they_are_and_what_they_are_worth(keeper, shelf):
    html = page(keeper, "ops:stock")
    assert "$7.05" in html  # 10 · 20.5 ¢ + 5 · 100 ¢
    assert "10 for the shelf" in html
    assert "A-01" in html


def test_what_nobody_called_for_can_be_shown_alone(keeper, shelf):
    cable = part("CABLE")
    move_stock(
        [Move(part_id=cable.pk, kind="receipt", quantity=2, key="k", origin="pegged")], actor="x"
    )
    html = page(keeper, "ops:stock", show="push")
    assert "SCREW" in html
    assert "CABLE" not in html


@pytest.mark.parametrize("query", ["%", "'", "\\", "x" * 5000])
def test_nothing_that_is_typed_into_the_search_breaks_it(keeper, shelf, query):
    page(keeper, "ops:stock", q=query)


def test_the_part_page_tells_bins_costs_movements_and_holds(keeper, shelf):
    screw, _ = shelf
    hold_stock(part_id=screw.pk, quantity=2, reason="bent", key="h", actor="staff:anna")
    html = page(keeper, "ops:part", screw.pk)
    for said in ("A-01", "ON-HOLD", "2 on hold", "bent", "opening stock", "anna", "$0.20"):
        assert said in html, said


def test_a_sheet_is_blind(keeper, shelf):
    html = page(keeper, "ops:count", bin="a-01")
    assert "SCREW" in html
    assert ">10<" not in html
    assert 'value="10"' not in html


def test_counts_that_agree_are_written_down_at_once(keeper, shelf):
    screw, tie = shelf
    send(
        keeper,
        {f"counted-{name_of(screw)}": "10", f"counted-{name_of(tie)}": "5", "do": "compare"},
    )
    assert BinCount.objects.count() == 2
    assert "never" not in page(keeper, "ops:bins").split("B-01")[0]


def test_what_differs_is_shown_and_corrected_with_a_reason(keeper, shelf):
    screw, tie = shelf
    counted = {f"counted-{name_of(screw)}": "8"}
    shown = send(keeper, {**counted, "do": "compare"}).content.decode()
    assert "what differs" in shown
    assert "1 part was not counted" in shown
    assert on_hand(screw) == 10
    book = {f"book-{name_of(screw)}": "10"}
    refused = send(keeper, {**counted, **book, "do": "record"}).content.decode()
    assert "needs a reason" in refused
    reason = {f"reason-{name_of(screw)}": "two lost"}
    for _ in range(2):
        send(keeper, {**counted, **book, **reason, "do": "record"})
    assert (on_hand(screw), on_hand(tie)) == (8, 5)
    assert BinCount.objects.get().reason == "two lost"


def test_a_movement_while_somebody_counts_is_noticed(keeper, shelf):
    screw, _ = shelf
    data = {
        f"counted-{name_of(screw)}": "8",
        f"book-{name_of(screw)}": "9",
        f"reason-{name_of(screw)}": "lost",
        "do": "record",
    }
    assert "Count it again." in send(keeper, data).content.decode()
    assert on_hand(screw) == 10


@pytest.mark.parametrize("typed", ["-1", "1.5", "ten", "1000000000000", "٣", "1e3"])
def test_what_is_no_count_is_refused_in_words_and_kept(keeper, shelf, typed):
    screw, _ = shelf
    html = send(keeper, {f"counted-{name_of(screw)}": typed, "do": "compare"}).content.decode()
    assert f"Expected a whole number from 0 to 999999, got “{typed}”" in html
    assert f'value="{typed}"' in html
    assert not BinCount.objects.exists()


def test_an_empty_sheet_says_so(keeper, shelf):
    assert "Nothing was counted yet." in send(keeper, {"do": "compare"}).content.decode()


def test_a_scanned_part_gets_the_focus_and_what_was_typed_stays(keeper, shelf):
    screw, tie = shelf
    typed = {f"counted-{name_of(tie)}": "5", "scan": "CW:P:SCREW", "do": "find"}
    html = send(keeper, typed).content.decode()
    row = html.partition(f'id="counted-{name_of(screw)}"')[2].partition(">")[0]
    assert "autofocus" in row
    assert 'value="5"' in html


def test_a_scanned_part_that_is_not_on_the_sheet_gets_a_row_and_is_counted(keeper, shelf):
    label = part("LABEL")
    html = send(keeper, {"scan": "label", "do": "find"}).content.decode()
    assert f'name="found" value="{name_of(label)}"' in html
    name = name_of(label)
    counted = {"found": name, f"counted-{name}": "3", f"book-{name}": "0"}
    send(keeper, {**counted, f"reason-{name}": "lay behind", "do": "record"})
    assert on_hand(label) == 3


@pytest.mark.parametrize("scan", ["NOPE", "\x00", "x" * 5000, "<b>"])
def test_an_unknown_code_is_said_to_be_unknown(keeper, shelf, scan):
    response = send(keeper, {"scan": scan, "do": "find"})
    assert response.status_code == 200
    assert "<b>”" not in response.content.decode()


@pytest.mark.parametrize("found", ["1-1-1", "-", "x-y", "9999999999999999999-1", "1-99999999999"])
def test_made_up_rows_are_left_out(keeper, shelf, found):
    assert send(keeper, {"found": found, "do": "find"}).status_code == 200


def test_a_zone_is_counted_in_one_sheet_along_the_walk(keeper, shelf):
    Bin.objects.filter(code="A-01").update(zone="Shelf B", sequence=30)
    html = page(keeper, "ops:count", zone="Shelf B")
    assert html.index(">B-01<") < html.index(">A-01<")


@pytest.mark.parametrize("query", [{}, {"bin": "NOPE"}, {"zone": "Nowhere"}, {"bin": "'"}])
def test_an_unknown_bin_leads_back_to_the_bins(keeper, shelf, query):
    response = keeper.get(reverse("ops:count"), query, follow=True)
    assert "No bin to count has that code or zone." in response.content.decode()


def test_what_is_on_hold_is_not_counted(keeper, shelf):
    place_for(Bin.Purpose.QUALITY)
    response = keeper.get(reverse("ops:count"), {"bin": "ON-HOLD"}, follow=True)
    assert "No bin to count" in response.content.decode()


def carry(client, **data):
    form = {
        "part": "SCREW",
        "from_bin": "A-01",
        "to_bin": "B-01",
        "quantity": "4",
        "key": "6f1f0a52-3b0e-4d0f-9d8c-1f5d7d6f7a01",
        **data,
    }
    return client.post(reverse("ops:put_away"), form, follow=True).content.decode()


def test_pieces_are_carried_once_however_often_the_form_is_sent(keeper, shelf):
    for _ in range(2):
        assert "4 × SCREW: from A-01 to B-01." in carry(keeper, to_bin="b-01")
    assert BinStock.objects.get(bin__code="B-01").quantity == 4


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"part": "NOPE"}, "No part has the number “NOPE”."),
        ({"part": "SC\x00REW"}, "Null characters are not allowed."),
        ({"to_bin": "Z-99"}, "No bin has the code “Z-99”."),
        ({"to_bin": "A-01"}, "Expected two bins, got A-01 twice."),
        ({"quantity": "11"}, "10 there, 11 wanted"),
        ({"quantity": "-4"}, "greater than or equal to 1"),
        ({"quantity": "1000000000000"}, "less than or equal to 100000"),
        ({"quantity": ""}, "Expected a whole number from 1, got nothing."),
        ({"key": "x"}, "Enter a valid UUID."),
    ],
)
def test_what_cannot_be_carried_is_said_and_kept(keeper, shelf, data, said):
    html = carry(keeper, **data)
    assert said in html
    assert 'value="A-01"' in html
    assert BinStock.objects.get(part=shelf[0]).quantity == 10


def test_what_came_in_without_a_home_waits_to_be_put_away(keeper, shelf):
    cable = part("CABLE")
    move_stock(
        [Move(part_id=cable.pk, kind="receipt", quantity=2, key="k", origin="push")], actor="x"
    )
    assert "CABLE" in page(keeper, "ops:put_away")
    carry(keeper, part="CABLE", from_bin="GOODS-IN", quantity="2", is_new_home="on")
    assert "Nothing waits to be put away." in page(keeper, "ops:put_away")
    assert StockLevel.objects.get(part=cable).home_bin.code == "B-01"


def set_aside(client, **data):
    form = {"part": "SCREW", "quantity": "2", "reason": "bent", "key": str(uuid4()), **data}
    return client.post(reverse("ops:holds"), form, follow=True).content.decode()


def test_a_hold_is_set_told_and_decided(keeper, shelf):
    assert "2 × SCREW on hold." in set_aside(keeper)
    hold = QualityHold.objects.get()
    assert f"{hold.quantity} × Screw on hold" in page(keeper, "ops:today")
    url = reverse("ops:hold_decide", args=[hold.pk])
    html = keeper.post(url, {"outcome": "scrapped", "quantity": "1"}, follow=True).content.decode()
    assert "1 × SCREW: scrapped." in html
    assert on_hand(shelf[0]) == 9
    assert QualityHold.objects.filter(outcome="").get().quantity == 1


@pytest.mark.parametrize(
    "data", [{"outcome": "eaten"}, {"quantity": "3"}, {"quantity": "-1"}, {"note": "a\x00b"}, {}]
)
def test_a_decision_that_cannot_be_is_refused(keeper, shelf, data):
    set_aside(keeper)
    url = reverse("ops:hold_decide", args=[QualityHold.objects.get().pk])
    form = {"outcome": "released", "quantity": "2", **data} if data else {}
    assert keeper.post(url, form, follow=True).status_code == 200
    assert QualityHold.objects.get().outcome == ""


def test_more_than_lies_there_cannot_be_held(keeper, shelf):
    assert "10 can be held, 11 wanted" in set_aside(keeper, quantity="11")


def test_whoever_may_only_look_changes_nothing(client, shelf):
    client.force_login(staff(*MAY))
    assert "needs the permission" in set_aside(client)
    assert client.get(reverse("ops:put_away")).status_code == 403
    assert client.get(reverse("ops:count"), {"bin": "A-01"}).status_code == 403
    page(client, "ops:bins")


def test_scrap_is_asked_of_a_worker_and_done_once(keeper, drain):
    order = planned_order(version=makeable_model())
    need = MaterialRequirement.objects.get(part__part_number="CPU-6")
    kitting = {"job_id": need.job_id, "kind": "kitting", "actor": "staff:anna"}
    start_operation(**kitting)
    finish_operation(**kitting, by_hand="counted")
    url = reverse("ops:scrap", args=[f"{order.number}-1"])
    assert "Six cores" in keeper.get(url).content.decode()
    form = {"requirement": need.pk, "quantity": "1", "reason": "pin bent", "key": str(uuid4())}
    for _ in range(2):
        keeper.post(url, form)
        drain()
    need.refresh_from_db()
    assert (need.quantity, need.scrapped_quantity) == (2, 1)
    assert "Written off." in Errand.objects.first().answer
    assert keeper.post(url, {**form, "quantity": "-1"}).status_code == 200


def count_statements(client, name, *args, **query):
    with CaptureQueriesContext(connection) as captured:
        page(client, name, *args, **query)
    return len(captured)


def test_pages_ask_the_database_as_little_of_a_shelf_ten_times_as_full(keeper, shelf):
    screw, _ = shelf
    place_for(Bin.Purpose.GOODS_IN)
    fill(keeper, 2)
    few = [count_statements(keeper, *wanted) for wanted in asked(screw)]
    fill(keeper, 20)
    many = [count_statements(keeper, *wanted) for wanted in asked(screw)]
    assert many == few
    assert max(many) <= 16


def asked(screw):
    return [
        ("ops:stock",),
        ("ops:bins",),
        ("ops:put_away",),
        ("ops:holds",),
        ("ops:part", screw.pk),
    ]


def test_a_sheet_is_drawn_with_few_statements(keeper, shelf):
    fill(keeper, 2)
    few = count_statements(keeper, "ops:count", bin="A-01")
    fill(keeper, 20)
    assert count_statements(keeper, "ops:count", bin="A-01") == few <= 8


def fill(client, parts):
    """So many more parts in A-01 and where goods come in, and holds of each."""
    made = [part(f"P-{uuid4().hex[:8]}") for _ in range(parts)]
    record_opening(rows=[(one.pk, 4, "A-01") for one in made[::2]])
    move_stock(
        [
            Move(part_id=one.pk, kind="receipt", quantity=3, key=uuid4().hex, origin="push")
            for one in made[1::2]
        ],
        actor="staff:anna",
    )
    for one in made:
        hold_stock(part_id=one.pk, quantity=1, reason="bent", key=uuid4().hex, actor="staff:anna")
