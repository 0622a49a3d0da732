"""What is done is forgotten after its time; what keeps things from happening twice never is."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from config.celery import app
from config.mail.models import MailAttachment, OutgoingMail
from config.mail.services import Attachment, queue_mail, resend_mail
from config.mail.tasks import KEEP_CONTENTS, forget_contents
from shop.models import RejectedEvent, StripeEvent
from shop.stripe.balance import EVENTS_KEPT
from shop.tasks import KEEP_EVENTS, forget_events

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def event(name: str, age: timedelta, *, is_done: bool) -> StripeEvent:
    then = timezone.now() - age
    row = StripeEvent.objects.create(event_id=name, type="charge.succeeded", payload={})
    StripeEvent.objects.filter(pk=row.pk).update(created_at=then, done_at=then if is_done else None)
    return row


def test_events_that_were_worked_off_are_forgotten_after_their_time():
    event("evt_old", KEEP_EVENTS + DAY, is_done=True)
    event("evt_new", KEEP_EVENTS - DAY, is_done=True)
    event("evt_stuck", KEEP_EVENTS + DAY, is_done=False)
    rejected = RejectedEvent.objects.create(event_id="evt_x", type="charge.failed", reason="x")
    RejectedEvent.objects.filter(pk=rejected.pk).update(
        received_at=timezone.now() - KEEP_EVENTS - DAY
    )
    forget_events()
    assert set(StripeEvent.objects.values_list("event_id", flat=True)) == {"evt_new", "evt_stuck"}
    assert not RejectedEvent.objects.exists()


def test_no_event_is_forgotten_while_stripe_still_tells_of_it():
    assert KEEP_EVENTS > EVENTS_KEPT + DAY


def mail(key: str) -> OutgoingMail:
    with transaction.atomic():
        return queue_mail(
            key=key,
            about="CW-1",
            to_email="ada@example.com",
            template="order_paid",
            context={},
            attachments=[Attachment("po.csv", "text/csv", b"a")],
        )


@pytest.fixture
def old_mail(monkeypatch) -> OutgoingMail:
    monkeypatch.setattr("config.mail.services.render_to_string", lambda *_: "Subject\nText")
    old = mail("order-paid-1")
    OutgoingMail.objects.update(done_at=timezone.now() - KEEP_CONTENTS - DAY)
    mail("order-paid-2")
    OutgoingMail.objects.filter(key="order-paid-2").update(done_at=timezone.now())
    forget_contents()
    return old


def test_what_old_mails_said_is_forgotten_and_they_are_not_sent_again(old_mail):
    old_mail.refresh_from_db()
    assert (old_mail.body_text, old_mail.body_html) == ("", "")
    assert MailAttachment.objects.get().mail.key == "order-paid-2"
    assert OutgoingMail.objects.get(key="order-paid-2").body_text == "Text\n"
    assert mail("order-paid-1").done_at is not None
    resend_mail(key="order-paid-1")
    old_mail.refresh_from_db()
    assert old_mail.done_at is not None


def test_beat_rings_for_both():
    rung = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {"shop.forget_events", "mail.forget_contents"} <= rung
    app.loader.import_default_modules()
    assert {"shop.forget_events", "mail.forget_contents"} <= app.tasks.keys()
