"""What is written down and told, wrongly."""

from typing import Any

from tests.storm.bugs.bug import Bug
from tests.storm.bugs.replacing import replace
from tests.storm.world import Faults


def _release_is_not_written_down() -> None:
    def wrong(right: Any) -> Any:
        def record_state(subject: Any, **facts: Any) -> None:
            if not (subject._meta.label_lower == "shop.order" and subject.status == "released"):
                right(subject, **facts)

        return record_state

    replace("config.audit.services:record_state", wrong)


def _mail_is_sent_at_once() -> None:
    """In the transaction, which may yet fail, and without a row to send it again from."""

    def wrong(right: Any) -> Any:
        from django.core.mail import EmailMessage

        def queue_order_paid(*, order: Any) -> None:
            EmailMessage("Paid", f"{order.number} is paid.", to=[order.email]).send()

        return queue_order_paid

    replace("shop.emails:queue_order_paid", wrong)


def _mail_is_sent_twice() -> None:
    def wrong(right: Any) -> Any:
        def send_mail(mail: Any) -> None:
            right(mail)
            right(mail)

        return send_mail

    replace("config.mail.services:send_mail", wrong)


BUGS = (
    Bug(
        name="release_is_not_written_down",
        sentence="The release of an order leaves no word of who and why.",
        catches=("I9",),
        patch=_release_is_not_written_down,
        faults=Faults(),
        orders=6,
    ),
    Bug(
        name="mail_is_sent_at_once",
        sentence="The receipt is sent inside the transaction, and written down nowhere.",
        catches=("I8",),
        patch=_mail_is_sent_at_once,
        faults=Faults(),
        orders=6,
    ),
    Bug(
        name="mail_is_sent_twice",
        sentence="Each mail is sent twice.",
        catches=("I8",),
        patch=_mail_is_sent_twice,
        faults=Faults(),
        orders=6,
    ),
)
