"""The mails of an order: what they say, in text and in HTML, and that each is sent once."""

from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from config.mail.models import OutgoingMail
from config.templatetags.cartwright import day
from shop import emails
from shop.models import Order
from shop.services import payments
from shop.services.fulfilment import (
    freeze_order,
    record_progress,
    record_shipment,
    start_pre_production,
)
from shop.services.likely_dates import revise_likely_date
from shop.services.orders import cancel_order
from shop.services.refund_requests import request_refund
from tests.factories.shop import (
    CONTACT,
    facts_of,
    paid_order,
    pay,
    payment_of,
    place_small_order,
)

pytestmark = pytest.mark.django_db


def mail_of(order: Order, stage: str) -> OutgoingMail:
    return OutgoingMail.objects.get(about=order.number, key__startswith=f"order-{stage}-")


def words_of(html: str) -> str:
    return " ".join(unescape(strip_tags(html.partition("</style>")[2])).split())


def link_of(order: Order) -> str:
    return f"http://127.0.0.1:8000/orders/{order.token}/"


def test_the_receipt_says_what_was_paid_when_it_ships_and_where_to_look():
    order = paid_order(quantity=2)
    mail = mail_of(order, "paid")
    name = order.lines.get().name
    assert mail.to_email == CONTACT.email
    assert mail.subject == f"Order {order.number}: paid, your 2 machines will be built"
    likely, promised = day(order.likely_ships_on), day(order.promised_ships_on)
    for text in (mail.body_text, words_of(mail.body_html)):
        assert "Paid. Now we build." in text
        assert f"2 × {name}" in text
        assert "$1,098" in text
        assert f"Ships by {promised}, likely {likely}." in text
        assert order.promise_reason in text
        assert "12 Mill Lane" in text
    assert link_of(order) in mail.body_text
    assert link_of(order) in mail.body_html


def test_the_text_parts_are_plain_and_have_no_gaps():
    order = paid_order()
    late = order.promised_ships_on + timedelta(days=7)
    revise_likely_date(order_id=order.pk, likely_on=late, reason="The case comes late.")
    start_pre_production(order_id=order.pk)
    freeze_order(order_id=order.pk, actor="staff:mira")
    record_progress(order_id=order.pk, stage="boxing", actor="staff:mira")
    record_shipment(order_id=order.pk, carrier="PP", tracking_number="", actor="staff:mira")
    emails.queue_order_cancelled(order=order, why="x")
    emails.queue_payment_failed(payment=order.payments.get())
    emails.queue_payment_under_way(payment=order.payments.get())
    bodies = OutgoingMail.objects.values_list("body_text", flat=True)
    assert len(bodies) == 7
    for body in bodies:
        assert "<" not in body
        assert "&amp;" not in body
        assert "\n\n\n" not in body
        assert "\n\nSee " in body or "\n\nFollow " in body or "\n\nPay " in body or "\n\nW" in body


def test_a_name_with_markup_arrives_as_it_was_typed():
    order = place_small_order()
    Order.objects.filter(pk=order.pk).update(name="<b>Ada & Co</b>")
    order.refresh_from_db()
    mail = mail_of(pay(order), "paid")
    assert "<b>Ada & Co</b>" in mail.body_text
    assert "<b>Ada" not in mail.body_html
    assert "&lt;b&gt;Ada &amp; Co" in mail.body_html


def test_a_debit_that_bounced_is_told_with_the_banks_word():
    order = place_small_order()
    pay(order, intent_status="processing", is_charge_paid=False)
    bounced = {"intent_status": "requires_payment_method", "failure": "Insufficient funds."}
    payment = order.payments.get()
    payments.apply_facts(payment_id=payment.pk, facts=facts_of(payment, **bounced))
    mail = mail_of(order, "payment_failed")
    assert "“Insufficient funds.”" in mail.body_text
    assert "Nothing was ordered or built" in mail.body_text
    assert "Pay another way" in mail.body_html


def test_a_payment_under_way_is_told_with_the_link():
    order = place_small_order()
    mail = emails.queue_payment_under_way(payment=payment_of(order))
    assert mail.subject == f"Order {order.number}: your bank has been asked"
    assert link_of(order) in mail.body_text


def test_kitting_and_shipping_are_told_with_the_tracking_number():
    order = paid_order()
    start_pre_production(order_id=order.pk)
    freeze_order(order_id=order.pk, actor="staff:mira")
    record_progress(order_id=order.pk, stage="boxing", actor="staff:mira")
    record_shipment(
        order_id=order.pk, carrier="Parcel Post", tracking_number="PP 42", actor="staff:mira"
    )
    assert "nothing can be changed" in mail_of(order, "kitting_started").body_text
    shipped = mail_of(order, "shipped")
    for text in (shipped.body_text, words_of(shipped.body_html)):
        assert "Parcel Post" in text
        assert "PP 42" in text


def test_an_order_that_is_collected_is_told_where_not_by_which_carrier(client, settings):
    settings.COMPANY_ADDRESS = "1 Workshop Lane\nExample City"
    order = paid_order()
    order.shipping_method.transit_days = 0
    order.shipping_method.save()
    start_pre_production(order_id=order.pk)
    freeze_order(order_id=order.pk, actor="staff:mira")
    record_progress(order_id=order.pk, stage="boxing", actor="staff:mira")
    record_shipment(order_id=order.pk, carrier="Collect", tracking_number="", actor="staff:mira")
    mail = mail_of(order, "shipped")
    page = client.get(order.get_absolute_url()).text
    assert mail.subject == f"Order {order.number}: ready for you"
    for text in (mail.body_text, words_of(mail.body_html), page):
        assert "Ready for you" in text
        assert "1 Workshop Lane, Example City" in text
        assert "way to you" not in text
        assert "working days" not in text


def test_a_missed_promise_is_told_with_both_days_and_the_reason():
    order = paid_order()
    late = order.promised_ships_on + timedelta(days=7)
    revise_likely_date(order_id=order.pk, likely_on=late, reason="The case comes late.")
    text = mail_of(order, "date_moved").body_text
    assert day(order.promised_ships_on) in text
    assert day(late) in text
    assert "The case comes late." in text


def test_a_cancelled_paid_order_says_how_much_goes_back():
    order = paid_order()
    cancel_order(order_id=order.pk, actor="staff:mira", why="You asked us to.")
    assert "Your $558 goes back the way it came;" in mail_of(order, "cancelled").body_text


def test_a_cancelled_order_whose_bank_was_asked_is_not_told_that_nothing_was_charged():
    order = place_small_order()
    pay(order, session_status="complete", intent_status="processing", is_charge_paid=False)
    cancel_order(order_id=order.pk, actor="customer", why="You cancelled it.")
    text = mail_of(order, "cancelled").body_text
    assert "Your bank was asked for $558" in text
    assert "Nothing was charged" not in text


def test_a_cancelled_order_that_was_given_back_before_says_so():
    order = paid_order()
    request_refund(
        payment_id=order.payments.get().pk, amount_minor=55_800, reason="x", actor="staff:mira"
    )
    cancel_order(order_id=order.pk, actor="staff:mira", why="You asked us to.")
    assert "on its way back to you already" in mail_of(order, "cancelled").body_text


def test_later_mails_stand_under_the_receipt():
    order = paid_order()
    start_pre_production(order_id=order.pk)
    freeze_order(order_id=order.pk, actor="staff:mira")
    assert mail_of(order, "kitting_started").in_reply_to == mail_of(order, "paid").message_id


def test_the_same_mail_is_queued_once():
    order = paid_order()
    assert emails.queue_order_paid(order=order) == emails.queue_order_paid(order=order)
    assert OutgoingMail.objects.filter(about=order.number).count() == 1


def test_no_mail_promises_a_date_that_nobody_knows():
    order = place_small_order()
    Order.objects.filter(pk=order.pk).update(
        promised_ships_on=None, likely_ships_on=None, promise_reason="no supplier for the case yet"
    )
    order.refresh_from_db()
    text = mail_of(pay(order), "paid").body_text
    assert "Ships by" not in text
    assert "no supplier for the case yet" in text
    assert str(timezone.localdate().year) not in text
