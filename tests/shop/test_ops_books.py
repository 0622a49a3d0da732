"""The books in the console: trial balance, journal for the accountant, reconciliation."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.outbox.models import Errand
from config.spreadsheets import FORMULA_SIGNS, as_text
from config.templatetags.cartwright import moment
from shop import books
from shop.models import BalanceDifference, BalanceReading, BalanceRecord, LedgerEntry, Payment
from shop.services import refund_requests
from tests.factories.shop import paid_order, payment_of, place_small_order
from tests.shop.payments.test_refunding import say
from tests.shop.test_ops_orders import staff

pytestmark = pytest.mark.django_db

MOST_QUERIES = 14  # of which half are for the frame of the console


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_debits_and_credits_are_equal_and_prepayments_are_owed():
    order = paid_order()
    found = {one.account: one.balance_minor for one in books.trial_balance(None, None)}
    assert found == {
        "stripe_clearing": order.total_minor,
        "customer_prepayments": -order.total_minor,
    }
    (total,) = books.totals(books.trial_balance(None, None))
    assert total.debit_minor == total.credit_minor == order.total_minor


def test_the_page_shows_the_days_asked_for_and_takes_no_nonsense():
    paid_order()
    client = staff("view_ledgerentry")
    assert "Customer prepayments" in client.get("/ops/books/").text
    assert "Nothing was booked" in client.get("/ops/books/?last=2001-01-01").text
    assert client.get("/ops/books/?first=2026-02-31&last=x").status_code == 200
    assert staff("view_order").get("/ops/books/").status_code == 403


def test_the_journal_is_a_row_an_entry_and_sums_to_zero():
    order = paid_order()
    response = staff("view_ledgerentry").get("/ops/books/journal.csv?first=2020-01-01")
    assert 'filename="journal-2020-01-01.csv"' in response["Content-Disposition"]
    header, *rows = rows_of(response.getvalue())
    assert tuple(header) == books.JOURNAL_COLUMNS
    assert len(rows) == LedgerEntry.objects.count() == 2
    assert {row[2] for row in rows} == {order.number}
    assert {(row[5], row[6]) for row in rows} == {("558.00", ""), ("", "558.00")}


def test_no_cell_of_the_journal_is_a_formula():
    payment = paid_order().payments.get()
    evil = '=HYPERLINK("http://x.example")'
    refund = refund_requests.request_refund(
        payment_id=payment.pk, amount_minor=100, reason=evil, actor="staff:a"
    )
    say(refund, "succeeded")
    for row in rows_of(b"".join(books.journal_csv(None, None))):
        assert not any(cell.startswith(FORMULA_SIGNS) for cell in row)
    assert as_text(evil).startswith("'=")


def test_nobody_is_told_that_the_books_agree_before_they_were_compared():
    page = staff("view_balancedifference").get("/ops/reconciliation/").text
    assert "Nothing was compared yet" in page
    assert "agree" not in page


def reading(*, days_ago: int = 0, movements: int = 3) -> BalanceReading:
    ends_at = timezone.now() - timedelta(days=days_ago)
    return BalanceReading.objects.create(
        begins_at=ends_at - timedelta(days=1),
        ends_at=ends_at,
        movement_count=movements,
        difference_count=0,
    )


def test_the_page_says_up_to_when_and_how_much_was_compared():
    latest, _ = reading(movements=40), reading(days_ago=1, movements=2)
    page = staff("view_balancedifference").get("/ops/reconciliation/").text
    assert f"Compared up to {moment(latest.ends_at)}" in page
    assert "<dd>42</dd>" in page
    assert "Stripe and our books agree" in page


def fill_the_books(orders: int) -> None:
    for number in range(orders):
        order = paid_order()
        reading(days_ago=BalanceReading.objects.count())
        record = BalanceRecord.objects.create(
            stripe_id=f"txn_{order.number}",
            category="charge",
            payment=order.payments.get(),
            amount_minor=1,
            fee_minor=0,
            currency="USD",
            happened_at=timezone.now(),
        )
        BalanceDifference.objects.create(
            key=f"x{number}{order.number}",
            what="charge",
            record=record,
            payment=record.payment,
            at_stripe_minor=1,
            in_books_minor=0,
            currency="USD",
        )


def test_ten_times_the_data_asks_no_more_questions():
    """Of the trial balance, the journal, the reconciliation page."""
    client = staff("view_ledgerentry", "view_balancedifference", "change_balancedifference")
    asked = []
    for orders in (2, 18):
        fill_the_books(orders)
        counts = []
        for path in ("/ops/books/", "/ops/books/journal.csv", "/ops/reconciliation/"):
            with CaptureQueriesContext(connection) as seen:
                response = client.get(path)
                assert response.getvalue() if response.streaming else response.content
            counts.append(len(seen))
        asked.append(counts)
    assert asked[0] == asked[1]
    assert max(asked[1]) <= MOST_QUERIES


def test_a_difference_is_resolved_with_a_reason():
    reading()
    difference = BalanceDifference.objects.create(
        key="x", what="charge ch_1", at_stripe_minor=1, in_books_minor=0, currency="USD"
    )
    client = staff("view_balancedifference", "change_balancedifference")
    assert "charge ch_1" in client.get("/ops/reconciliation/").text
    url = f"/ops/reconciliation/{difference.pk}/resolve/"
    assert "expected why" in client.post(url, {"reason": " "}, follow=True).text
    page = client.post(url, {"reason": "A test payment."}, follow=True).text
    assert "Stripe and our books agree" in page
    assert "A test payment." in client.get("/ops/reconciliation/?show=resolved").text
    assert "does not exist" in client.post("/ops/reconciliation/0/resolve/", follow=True).text
    assert staff("view_balancedifference").post(url).status_code == 403


COMPARE = "/ops/reconciliation/compare/"


def ask_for_money_an_hour_ago() -> None:
    payment = payment_of(place_small_order())
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Payment.objects.filter(pk=payment.pk).update(created_at=an_hour_ago)


def test_staff_need_not_wait_for_the_clock_to_compare(cashier, drain):
    ask_for_money_an_hour_ago()
    client = staff("view_balancedifference", "change_balancedifference")
    assert "Being compared; look again" in client.post(COMPARE, follow=True).text
    drain()
    assert Errand.objects.get().answer == "0 new movements, 0 open differences"
    assert "Stripe and our books agree" in client.get("/ops/reconciliation/").text
    assert staff("view_balancedifference").post(COMPARE).status_code == 403


def test_a_comparison_that_cannot_be_made_says_why(no_cashier, drain):
    ask_for_money_an_hour_ago()
    client = staff("view_balancedifference", "change_balancedifference")
    client.post(COMPARE)
    drain()
    assert "It is tried again until Stripe answers." in client.post(COMPARE, follow=True).text
    assert not BalanceReading.objects.exists()
