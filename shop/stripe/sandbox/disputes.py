"""Disputes from the first letter of the bank to the last. Functions run inside a transaction.

A chargeback takes the money at once and gives it back if it is won; an inquiry moves nothing
until it is escalated. What is said in ``uncategorized_text`` decides: docs.stripe.com/testing,
"Evidence". That a debit's dispute is final: support.stripe.com on SEPA and on ACH disputes. Days to
answer are examples: networks differ.
"""

from typing import Any, Literal

from shop.stripe.sandbox.balance import DAY_SECONDS, move
from shop.stripe.sandbox.calendar_book import appoint, cancel
from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.errors import ApiError
from shop.stripe.sandbox.events import emit
from shop.stripe.sandbox.lookup import instrument_of
from shop.stripe.sandbox.methods import METHODS
from shop.stripe.sandbox.objects.dispute import Case, build_dispute
from shop.stripe.sandbox.radar import note_dispute
from shop.stripe.sandbox.store import Document

DISPUTE, INQUIRE, MISS_DEADLINE = "dispute", "inquire", "miss_deadline"
DAYS_TO_ANSWER: dict[Case, int] = {"chargeback": 9, "inquiry": 20}
OPEN = {"needs_response", "under_review", "warning_needs_response", "warning_under_review"}
ANSWERABLE = {"needs_response", "warning_needs_response"}

type Ending = Literal["won", "lost"]


def open_dispute(
    cashier: Cashier,
    charge: Document,
    *,
    case: Case = "chargeback",
    reason: str = "fraudulent",
    amount: int | None = None,
) -> Document:
    """Dispute what is left of a charge, or ``amount`` of it. Raises ApiError if it cannot be."""
    left = charge["amount_captured"] - charge["amount_refunded"]
    wanted = left if amount is None else amount
    if not charge["paid"] or not 0 < wanted <= left:
        raise ApiError(f"Charge {charge['id']} has no such amount to dispute.", param="amount")
    if any(dispute["status"] in OPEN for dispute in disputes_of(cashier, charge["id"])):
        raise ApiError(f"Charge {charge['id']} is disputed already.")
    due_by = cashier.now() + DAYS_TO_ANSWER[case] * DAY_SECONDS
    dispute = build_dispute(
        charge, case=case, reason=reason, amount=wanted, created=cashier.now(), due_by=due_by
    )
    cashier.store.insert(dispute)
    charge["disputed"] = True
    cashier.store.save(charge)
    emit(cashier, "charge.dispute.created", dispute)
    note_dispute(cashier, charge)
    if case == "chargeback":
        _withdraw(cashier, charge, dispute)
    if METHODS[charge["payment_method_details"]["type"]].kind == "debit":
        return end(cashier, dispute, "lost")  # "final": there is no appeal against the bank
    appoint(cashier, MISS_DEADLINE, dispute["id"], due_at=due_by)
    return dispute


def answer(
    cashier: Cashier, dispute: Document, evidence: dict[str, str], *, is_submitted: bool
) -> Document:
    """Add evidence; submitted, it goes to the bank, which decides when it is told to."""
    if dispute["status"] not in ANSWERABLE:
        raise ApiError(f"This dispute is {dispute['status']}: evidence is no longer taken.")
    before = {name: dispute[name] for name in ("evidence", "evidence_details", "status")}
    dispute["evidence"] = {**dispute["evidence"], **evidence}
    details = {**dispute["evidence_details"]}
    details["has_evidence"] |= bool(evidence)
    if is_submitted:
        details["submission_count"] += 1
        details["submission_method"] = "manual"
        is_inquiry = dispute["status"] == "warning_needs_response"
        dispute["status"] = "warning_under_review" if is_inquiry else "under_review"
    dispute["evidence_details"] = details
    cashier.store.save(dispute)
    emit(cashier, "charge.dispute.updated", dispute, before=before)
    if not is_submitted:
        return dispute
    match dispute["evidence"]["uncategorized_text"]:
        case "winning_evidence":
            return end(cashier, dispute, "won")
        case "losing_evidence":
            return end(cashier, dispute, "lost")
        case "escalate_inquiry_evidence" if dispute["status"] == "warning_under_review":
            return escalate(cashier, dispute)
    return dispute


def end(cashier: Cashier, dispute: Document, ending: Ending) -> Document:
    """Close an open dispute. An inquiry is only closed: no money had moved."""
    if dispute["status"] not in OPEN:
        raise ApiError(f"This dispute is closed already: {dispute['status']}.")
    cancel(cashier, MISS_DEADLINE, dispute["id"])
    is_inquiry = dispute["status"].startswith("warning_")
    dispute |= {
        "status": "warning_closed" if is_inquiry else ending,
        "evidence_details": {**dispute["evidence_details"], "due_by": None},
    }
    if ending == "won" and not is_inquiry:
        record = move(
            cashier, dispute, kind="adjustment", category="dispute_reversal",
            amount=dispute["amount"],
        )  # fmt: skip
        dispute["balance_transactions"] = [*dispute["balance_transactions"], record]
    cashier.store.save(dispute)
    emit(cashier, "charge.dispute.closed", dispute)
    if ending == "won" and not is_inquiry:
        emit(cashier, "charge.dispute.funds_reinstated", dispute)
    return dispute


def escalate(cashier: Cashier, dispute: Document) -> Document:
    """An inquiry that the bank was not satisfied with becomes a chargeback."""
    if dispute["status"] not in {"warning_needs_response", "warning_under_review"}:
        raise ApiError(f"This dispute is {dispute['status']}: only an inquiry is escalated.")
    before = {"status": dispute["status"], "is_charge_refundable": True}
    due_by = cashier.now() + DAYS_TO_ANSWER["chargeback"] * DAY_SECONDS
    dispute |= {"status": "needs_response", "is_charge_refundable": False}
    dispute["evidence_details"] = {**dispute["evidence_details"], "due_by": due_by}
    dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
    cashier.store.save(dispute)
    emit(cashier, "charge.dispute.updated", dispute, before=before)
    charge = cashier.store.get("charge", dispute["charge"])
    _withdraw(cashier, charge, dispute)
    appoint(cashier, MISS_DEADLINE, dispute["id"], due_at=due_by)
    return dispute


def miss_deadline(cashier: Cashier, dispute_id: str) -> None:
    """Nobody answered in time: the bank decides for its customer."""
    dispute = cashier.store.get("dispute", dispute_id)
    if dispute["status"] in ANSWERABLE:
        dispute["evidence_details"] = {**dispute["evidence_details"], "past_due": True}
        end(cashier, dispute, "lost")


def note_refund(cashier: Cashier, charge: Document) -> None:
    """An inquiry about a charge that was refunded as a whole has its answer."""
    for dispute in disputes_of(cashier, charge["id"]):
        if dispute["status"] in {"warning_needs_response", "warning_under_review"}:
            end(cashier, dispute, "won")


def disputes_of(cashier: Cashier, charge_id: str) -> list[Document]:
    filters: list[tuple[str, Any]] = [("json_extract(body, '$.charge') = ?", charge_id)]
    return cashier.store.select("dispute", filters, is_newest_first=True, limit=100)


def lost_or_open(cashier: Cashier, charge_id: str) -> list[Document]:
    """Disputes that hold their money, or will decide about it."""
    return [one for one in disputes_of(cashier, charge_id) if one["status"] in {*OPEN, "lost"}]


def start_dispute(cashier: Cashier, charge_id: str) -> None:
    _start(cashier, charge_id, "chargeback")


def start_inquiry(cashier: Cashier, charge_id: str) -> None:
    _start(cashier, charge_id, "inquiry")


def _start(cashier: Cashier, charge_id: str, case: Case) -> None:
    """What a test card announced; a charge refunded in the meantime is left alone."""
    charge = cashier.store.get("charge", charge_id)
    if charge["refunded"] or charge["disputed"]:
        return
    reason = instrument_of(cashier, charge).dispute_reason
    open_dispute(cashier, charge, case=case, reason=reason)


def _withdraw(cashier: Cashier, charge: Document, dispute: Document) -> None:
    record = move(
        cashier, dispute, kind="adjustment", category="dispute", amount=-dispute["amount"],
        fee=METHODS[charge["payment_method_details"]["type"]].dispute_fee,
    )  # fmt: skip
    dispute["balance_transactions"] = [*dispute["balance_transactions"], record]
    cashier.store.save(dispute)
    emit(cashier, "charge.dispute.funds_withdrawn", dispute)
