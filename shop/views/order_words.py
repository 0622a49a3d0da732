"""The sentences of an order's page."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from config.audit.models import StateChange
from config.templatetags.cartwright import day, moment
from shop.emails import machine_words, workshop_address
from shop.models import Order, Payment, PaymentHold, Refund, TrackedPart
from shop.services import validity
from shop.services.payments import CLOSED_UNPAID, NEVER_OPENED, NOT_IN_TIME, SURPLUS
from shop.services.setbacks import SET_BACK

Status = Order.Status
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, slots=True)
class Words:
    heading: str
    lede: str


def state_words(
    order: Order,
    payments: Sequence[Payment],
    waiting: Sequence[TrackedPart],
    part_count: int,
    *,
    held_by: Collection[str],
) -> Words:
    """Heading and first sentence. `payments` newest first; `waiting` parts that are not here;
    `held_by` reasons of open holds.
    """
    if order.status == Status.AWAITING_PAYMENT:
        return _before_payment(order, payments, held_by)
    if order.status == Status.PRE_PRODUCTION and part_count:
        return _waiting(machine_words(order), waiting)
    if order.status == Status.SHIPPED:
        return _shipped(order)
    if order.status == Status.CANCELLED:
        return Words("Cancelled", f"This order will not be built. {_money_back(payments)}")
    machine = machine_words(order)
    if order.set_back_to:
        return _put_right(order)
    return {
        Status.RELEASED: Words(
            "Paid. Planning your build",
            "The bill of material is being worked out; parts are reserved and ordered next.",
        ),
        Status.PRE_PRODUCTION: Words(
            "Getting your parts", "Parts are being reserved and ordered for your build."
        ),
        Status.KITTING: Words(
            "Every part is here",
            f"We are laying out the parts of {machine}. From here on nothing can be changed.",
        ),
        Status.BUILD: Words("On the bench", f"{_capital(machine)}: being put together."),
        Status.TEST: Words("Being tested", f"{_capital(machine)}: put together, now tested."),
        Status.BOXING: Words("Being boxed", f"{_capital(machine)}: tested, now boxed."),
        Status.DELIVERED: Words("Delivered", "The carrier says that it has arrived."),
    }[Status(order.status)]


AGAIN_AT: dict[str, str] = {
    Status.BUILD: "back on the bench",
    Status.TEST: "being tested again",
}


def _put_right(order: Order) -> Words:
    """A machine that had been further: what we found is our affair, where it is now is not."""
    machine = machine_words(order)
    if order.set_back_to == Status.KITTING:
        return Words(
            "Being made anew",
            f"Something broke while we made {machine}, so we start over with fresh parts. "
            "You need not do anything; the date beside this is what we expect now.",
        )
    place = AGAIN_AT[order.set_back_to]
    one = "It is" if sum(line.quantity for line in order.lines.all()) == 1 else "One is"
    return Words(
        "Being put right",
        f"We found something while making {machine}. {one} {place}, and goes on from there. "
        "You need not do anything.",
    )


def _before_payment(order: Order, payments: Sequence[Payment], held_by: Collection[str]) -> Words:
    latest = payments[0] if payments else None
    if held_by:
        return _held(held_by)
    if latest and latest.status == Payment.Status.PROCESSING:
        return Words(
            "Your payment is on its way",
            "Your bank has been asked; that takes from a day to two weeks. "
            "Nothing is ordered or built until the money is here.",
        )
    if validity.is_over(order):
        return Words(
            "Not paid in time",
            f"This order could be paid until {day(order.pay_until_on)}; it is being cancelled. "
            "Nothing was charged, ordered or built.",
        )
    if latest and latest.status == Payment.Status.FAILED and not (latest.failure or latest.method):
        return Words(
            "Not paid yet",
            "The time to pay at the cashier ran out; nothing was charged, ordered or built. "
            "You can still pay, at the same price.",
        )
    if latest and latest.status == Payment.Status.FAILED:
        said = f" The cashier says: “{latest.failure}”" if latest.failure else ""
        return Words(
            "The payment did not go through",
            f"Nothing was charged, ordered or built.{said} You can pay again.",
        )
    return Words(
        "Waiting for your payment", "Nothing is ordered or built until your payment has cleared."
    )


def _held(held_by: Collection[str]) -> Words:
    if set(held_by) == {PaymentHold.Reason.SEASONING}:
        return Words(
            "Your payment has come",
            "A debit can be called back, so we wait some working days before we start. "
            "You need not do anything.",
        )
    return Words(
        "Your payment is being checked",
        "It came, and a person looks at it before we start. You need not do anything; "
        "we write when it is done.",
    )


def _money_back(payments: Sequence[Payment]) -> str:
    """What becomes of the money of a cancelled order."""
    if any(payment.status == Payment.Status.PROCESSING for payment in payments):
        return (
            "Your bank was asked for the money before that; what arrives goes back the way it "
            "came, by itself."
        )
    captured_minor = sum(payment.captured_minor for payment in payments)
    if not captured_minor:
        return "Nothing was charged."
    refunds = [refund for payment in payments for refund in payment.refunds.all()]
    sent_minor = sum(it.amount_minor for it in refunds if it.status == Refund.Status.SUCCEEDED)
    if sent_minor == captured_minor:
        return "All of your money was sent back."
    return "Your money goes back the way it came."


def arrivals_of(waiting: Iterable[TrackedPart]) -> list[date]:
    """The days on which parts are to come: of what is overdue none can be named."""
    today = timezone.localdate()
    return [part.due_on for part in waiting if part.due_on and part.due_on >= today]


def _waiting(machine: str, waiting: Sequence[TrackedPart]) -> Words:
    if not waiting:
        return Words(
            "Every part is here", f"{_capital(machine)} is next in line; then kitting starts."
        )
    names = sorted({part.name for part in waiting})
    arrivals = arrivals_of(waiting)
    is_overdue = not arrivals and any(part.due_on for part in waiting)
    if len(names) == 1:
        arrives = "is overdue" if is_overdue else "is being ordered"
        if arrivals:
            arrives = f"arrives on {day(max(arrivals))}; then kitting starts"
        return Words(
            "Waiting for one part", f"Everything else for {machine} is here. {names[0]} {arrives}."
        )
    count = NUMBERS[len(names)] if len(names) < len(NUMBERS) else str(len(names))
    lede = f"They are {'overdue' if is_overdue else 'being ordered'} for {machine}."
    if arrivals:
        lede = f"The last one with a date is due on {day(max(arrivals))}."
        if len(arrivals) == len(waiting):
            lede = f"The last one is due on {day(max(arrivals))}; then kitting starts."
    return Words(f"Waiting for {count} parts", lede)


def _shipped(order: Order) -> Words:
    if order.shipping_method.is_collected:
        return Words("Ready for you", f"Collect {machine_words(order)} at {workshop_address()}.")
    shipment = order.shipment
    number = f", tracking number {shipment.tracking_number}" if shipment.tracking_number else ""
    days = order.shipping_method.transit_days
    return Words(
        "On its way to you",
        f"With {shipment.carrier}{number}. On the way for {days} working "
        f"day{'' if days == 1 else 's'}.",
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


LIKELY = "likely to ship: "  # how `revise_likely_date` begins its note
HAPPENED = {
    Status.AWAITING_PAYMENT: "Ordered",
    Status.RELEASED: "Payment cleared",
    Status.PRE_PRODUCTION: "Build planned, parts reserved and ordered",
    Status.KITTING: "Kitting began; frozen",
    Status.BUILD: "Assembly began",
    Status.TEST: "Testing began",
    Status.BOXING: "Boxing began",
    Status.SHIPPED: "Left our workshop",
    Status.DELIVERED: "Delivered",
    Status.CANCELLED: "Cancelled",
}
PAYMENT_HAPPENED: dict[str, str] = {
    Payment.Status.PROCESSING: "Your bank was asked",
    Payment.Status.FAILED: "A payment did not go through",
}


REFUND_HAPPENED: dict[str, str] = {
    Refund.Status.PENDING: "A refund was sent",
    Refund.Status.SUCCEEDED: "A refund went through",
}


def history_words(history: Iterable[StateChange], order: Order) -> list[dict[str, Any]]:
    """What happened, newest first, for the reader who ordered. Inner workings stay inside."""
    events = []
    for change in history:
        text, why = _happened(change)
        if change.to_state == Status.SHIPPED and order.shipping_method.is_collected:
            text = "Ready to be collected"
        if text:
            at = moment(change.at)
            events.append({"at": at, "datetime": change.at.isoformat(), "text": text, "why": why})
    return events


def _payment_happened(change: StateChange) -> str:
    if change.why.startswith(SURPLUS):
        return "A payment came that was not needed"
    if change.why in {NOT_IN_TIME, CLOSED_UNPAID, NEVER_OPENED}:
        return "The time to pay ran out"
    return PAYMENT_HAPPENED.get(change.to_state, "")


def _noted(why: str) -> tuple[str, str]:
    """A note at a state that stays; what staff note among themselves, as a hold, is not told."""
    if why.startswith(LIKELY):
        new_date, _, reason = why.removeprefix(LIKELY).partition("; ")
        is_known = new_date != "not known"
        return f"Likely to ship {new_date}" if is_known else "No day is known", reason
    stage = why.removeprefix(SET_BACK)
    if stage == why:
        return "", ""
    anew = stage == Status.KITTING
    return "Being made anew" if anew else f"Being put right: {AGAIN_AT[stage]}", ""


def _happened(change: StateChange) -> tuple[str, str]:
    if change.subject_type == "shop.payment":
        return _payment_happened(change), ""
    if change.subject_type == "shop.refund":
        return REFUND_HAPPENED.get(change.to_state, ""), ""
    if change.subject_type == "shop.dispute":
        return "", ""  # between the bank and us
    if change.from_state == change.to_state:
        return _noted(change.why)
    why = change.why if change.to_state == Status.CANCELLED else ""
    return HAPPENED[Status(change.to_state)], why
