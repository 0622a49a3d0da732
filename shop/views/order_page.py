"""An order in its customer's words: the state as heading, why, when, and where every part is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from config.money import Money
from config.templatetags.cartwright import day, moment
from shop import selectors
from shop.models import Order, Payment, Refund, TrackedPart
from shop.services import validity
from shop.services.fulfilment import WAY
from shop.views.order_words import arrivals_of, history_words, state_words

Status = Order.Status
HERE = {TrackedPart.State.RESERVED, TrackedPart.State.KITTED, TrackedPart.State.INSTALLED}
FINISHED = {Status.SHIPPED, Status.DELIVERED, Status.CANCELLED}

# Which stage of the six an order is in; those before it are done.
STAGE_OF = {
    Status.AWAITING_PAYMENT: 0,
    Status.RELEASED: 1,
    Status.PRE_PRODUCTION: 1,
    Status.KITTING: 2,
    Status.BUILD: 3,
    Status.TEST: 4,
    Status.BOXING: 5,
    Status.SHIPPED: 6,
    Status.DELIVERED: 6,
}
STAGE_NAMES = ("Paid", "Parts", "Kitting", "Build", "Test", "Boxed")

WHERE = {
    TrackedPart.State.NEEDED: ("wait", "being ordered"),
    TrackedPart.State.RESERVED: ("go", "on our shelf, yours"),
    TrackedPart.State.KITTED: ("go", "laid out for the build"),
    TrackedPart.State.INSTALLED: ("go", "built in"),
}


@dataclass(frozen=True, slots=True)
class Machines:
    """The parts of one machine, or of several whose parts are all in the same state."""

    title: str
    parts: list[dict[str, Any]]

    @property
    def has_serials(self) -> bool:
        return any(part["serial"] for part in self.parts)


def order_context(order: Order, *, today: date) -> dict[str, Any]:
    """Everything that the order's page shows, in at most seven queries."""
    lines = list(order.lines.all())
    tracked = list(TrackedPart.objects.filter(order_line__order=order))
    payments = list(order.payments.order_by("-attempt").prefetch_related("refunds"))
    held_by = list(order.holds.filter(closed_at=None).values_list("reason", flat=True))
    history = list(selectors.history_of(order))
    waiting = [part for part in tracked if part.state not in HERE]
    words = state_words(order, payments, waiting, len(tracked), held_by=held_by)
    is_unpaid = order.status == Status.AWAITING_PAYMENT
    is_under_way = any(p.status == Payment.Status.PROCESSING for p in payments)
    return {
        "order": order,
        "lines": lines,
        "words": words,
        "side": _side(order),
        "reason": _reason(order),
        "stages": _stages(order, tracked, waiting, history),
        "machines": _machines(lines, tracked),
        "can_pay": is_unpaid and not held_by and not is_under_way and not validity.is_over(order),
        "can_cancel": is_unpaid and not held_by,
        "freeze": _freeze(order, waiting, today),
        "events": history_words(history, order),
        "payment": _payment_rows(order, payments),
        "is_finished": order.status in FINISHED,
    }


def _side(order: Order) -> dict[str, str]:
    """The date beside the heading."""
    shipment = getattr(order, "shipment", None)
    if shipment is not None:
        label = "Ready since" if order.shipping_method.is_collected else "Shipped"
        return {"label": label, "value": day(shipment.shipped_at), "note": shipment.carrier}
    if order.status == Status.CANCELLED:
        return {}
    if order.promised_ships_on is None:
        return {"label": "Ships", "value": "date to come", "note": order.promise_reason}
    likely = order.likely_ships_on
    note = f"as promised on {day(order.placed_at)}"
    is_unknown = likely is None and order.status != Status.AWAITING_PAYMENT
    if is_unknown or (likely and likely > order.promised_ships_on):
        value = day(likely) or "not known"
        by = f"promised by {day(order.promised_ships_on)}"
        return {"label": "Likely ships", "value": value, "note": by}
    if order.status == Status.AWAITING_PAYMENT:
        note = "if you pay today"
    elif likely and likely < order.promised_ships_on:
        note = f"likely {day(likely)}"
    return {"label": "Ships by", "value": day(order.promised_ships_on), "note": note}


def _reason(order: Order) -> str:
    """What decides the date: before paying, and when it is later than promised."""
    promised, likely = order.promised_ships_on, order.likely_ships_on
    is_late = bool(promised and (likely or date.max) > promised)
    if order.status in FINISHED or not order.promise_reason or promised is None:
        return ""
    is_unpaid = order.status == Status.AWAITING_PAYMENT
    return order.promise_reason if is_late or is_unpaid else ""


def _stages(
    order: Order,
    tracked: Sequence[TrackedPart],
    waiting: Sequence[TrackedPart],
    history: Iterable[Any],
) -> list[dict[str, str]]:
    """The six stages: what is done with its moment, what is next with what is known of it."""
    # A machine that is put right is where it is, not where it was.
    current = STAGE_OF.get(Status(order.set_back_to or order.status), -1)
    reached = _reached(history)
    done_by = dict(zip(range(6), WAY[:1] + WAY[2:], strict=True))
    done_by[1] = Status.KITTING
    texts = ["", "", "then frozen", "", "", ""]
    if tracked:
        texts[1] = f"{len(tracked) - len(waiting)} of {len(tracked)} here"
    arrivals = arrivals_of(waiting)
    if waiting and len(arrivals) == len(waiting):
        texts[2] = f"{day(max(arrivals))}, then frozen"
    if order.likely_ships_on:
        texts[5] = f"{day(order.likely_ships_on)}, likely"
    began = {2: Status.KITTING, 3: Status.BUILD, 4: Status.TEST, 5: Status.BOXING}
    stages = []
    for number, name in enumerate(STAGE_NAMES):
        state = "done" if number < current else "now" if number == current else ""
        text = texts[number]
        if state == "done" and number != 1:
            text = moment(reached.get(done_by[number]) or reached.get(began.get(number, "")))
        elif state == "now" and order.set_back_to:
            text = "again"
        elif state == "now" and number in began:
            text = f"since {moment(reached.get(began[number]))}"
        stages.append({"name": name, "text": text, "state": state})
    if current == 0:
        stages[0]["name"] = "Payment"
    return stages


def _reached(history: Iterable[Any]) -> dict[str, datetime]:
    """Status → when the order first came to it."""
    reached: dict[str, datetime] = {}
    for change in history:  # newest first, so the first time wins at the end
        if change.subject_type == "shop.order" and change.from_state != change.to_state:
            reached[change.to_state] = change.at
    return reached


def _machines(lines: Sequence[Any], tracked: Sequence[TrackedPart]) -> list[Machines]:
    """A table for each machine; machines of a line whose tables are equal share one."""
    shown = []
    for line in lines:
        by_table: dict[tuple[Any, ...], list[int]] = {}
        for unit in range(1, line.quantity + 1):
            parts = [p for p in tracked if p.order_line_id == line.pk and p.unit == unit]
            if parts:
                ordered = sorted(parts, key=lambda p: (p.state in HERE, p.position, p.pk))
                table = tuple(tuple(sorted(_part(p).items())) for p in ordered)
                by_table.setdefault(table, []).append(unit)
        for table, units in by_table.items():
            title = _title(line, units, is_only=len(lines) == 1)
            shown.append(Machines(title, [dict(row) for row in table]))
    return shown


def _title(line: Any, units: Sequence[int], *, is_only: bool) -> str:
    if line.quantity == 1:
        return "Your parts" if is_only else line.name
    if len(units) == line.quantity:
        return f"{line.name}, each of {line.quantity}"
    numbers = f"{units[0]}" if len(units) == 1 else ", ".join(str(unit) for unit in units)
    return f"{line.name}, machine {numbers} of {line.quantity}"


def _part(part: TrackedPart) -> dict[str, Any]:
    if part.state == TrackedPart.State.ON_ORDER:
        tone, where = "wait", "on order"
        if part.supplier_name:
            where += f" from {part.supplier_name}"
        is_overdue = part.due_on is not None and part.due_on < timezone.localdate()
        due = "was due" if is_overdue else "due"
        where += f", {due} {day(part.due_on)}" if part.due_on else ", no date yet"
    else:
        tone, where = WHERE[TrackedPart.State(part.state)]
    return {
        "name": part.name,
        "quantity": part.quantity,
        "tone": tone,
        "where": where,
        "serial": part.serial,
    }


def _freeze(order: Order, waiting: Sequence[TrackedPart], today: date) -> dict[str, str]:
    """What can still be changed, and until when."""
    if order.status == Status.AWAITING_PAYMENT or order.status in FINISHED:
        return {}
    if order.is_frozen:
        return {"title": "Frozen", "text": "Kitting has begun: nothing can be changed any more."}
    arrivals = arrivals_of(waiting)
    until = f"likely {day(max(arrivals))}" if arrivals else "any day now"
    return {
        "title": "Still cancellable",
        "text": f"until kitting starts, {until}. Answer any of our mails; "
        "all of your money goes back.",
    }


def _payment_rows(order: Order, payments: Sequence[Payment]) -> list[dict[str, str]]:
    clearance = getattr(order, "clearance", None)
    if clearance is not None and clearance.payment_id is None:
        return [{"name": "Paid", "value": "nothing to pay"}]
    rows = []
    if clearance is not None:
        rows.append({"name": "Paid", "value": moment(clearance.cleared_at)})
        rows.append({"name": "By", "value": method_words(clearance.payment.method)})
    elif payments and payments[0].status in PAYMENT_WORDS and _was_tried(payments[0]):
        rows.append({"name": "Payment", "value": PAYMENT_WORDS[payments[0].status]})
    refunds = [refund for payment in payments for refund in payment.refunds.all()]
    # What failed is looked after until a transfer in its place is agreed on.
    waiting = {it.replaces_id for it in refunds if it.status == Refund.Status.REQUESTED}
    rows += [
        {
            "name": f"Refund of {Money(refund.amount_minor, refund.currency).format()}",
            "value": _refund_words(refund),
        }
        for refund in refunds
        if refund.status in REFUND_WORDS and (not refund.settled_by or refund.pk in waiting)
    ]
    if any(payment.refund_due_minor for payment in payments):
        rows.append({"name": "Refund", "value": "due, being prepared"})
    return rows


def _was_tried(payment: Payment) -> bool:
    """Somebody tried to pay; an hour that ran out is no attempt."""
    return payment.status != Payment.Status.FAILED or bool(payment.failure or payment.method)


def _refund_words(refund: Refund) -> str:
    if refund.way == Refund.Way.TRANSFER:
        return TRANSFER_WORDS.format(day=day(refund.paid_on), reference=refund.reference)
    return REFUND_WORDS[refund.status]


TRANSFER_WORDS = "sent from our bank on {day}, {reference}"
# What a customer is told of a refund; one that nobody approved yet is ours to settle first.
REFUND_WORDS: dict[str, str] = {
    Refund.Status.APPROVED: "being sent",
    Refund.Status.PENDING: "on its way to you",
    Refund.Status.REQUIRES_ACTION: "the cashier asks you by mail where to send it",
    Refund.Status.SUCCEEDED: "sent the way it came",
    Refund.Status.FAILED: "did not go through; we look after it",
}
PAYMENT_WORDS: dict[str, str] = {
    Payment.Status.PROCESSING: "on its way",
    Payment.Status.CLEARED: "came, not needed",
    Payment.Status.FAILED: "did not go through",
}
METHODS = {
    "card": "card",
    "sepa_debit": "SEPA debit",
    "us_bank_account": "bank debit",
    "bacs_debit": "Bacs direct debit",
    "ideal": "iDEAL",
    "bancontact": "Bancontact",
    "link": "Link",
    "paypal": "PayPal",
}


def method_words(method: str) -> str:
    return METHODS.get(method, method.replace("_", " ") or "the cashier")
