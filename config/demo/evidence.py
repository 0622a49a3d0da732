"""What must be there after a paid order, asked of the database, the inbox and the order page."""

import csv
import io
import json
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from config.demo.browser import Browser
from config.demo.errors import DemoError
from config.demo.journey import CUSTOMER, Purchase
from config.demo.surroundings import Surroundings

ASK_S = 10.0


@dataclass(slots=True)
class Findings:
    """What was found for one order, and what is still missing."""

    number: str = ""
    cleared_at: datetime | None = None
    jobs: int = 0
    purchase_orders: list[str] = field(default_factory=list)
    mailed_at: datetime | None = None  # when the last purchase order's mail was accepted
    missing: list[str] = field(default_factory=list)

    @property
    def seconds_to_mail(self) -> float | None:
        if self.cleared_at is None or self.mailed_at is None:
            return None
        return (self.mailed_at - self.cleared_at).total_seconds()


class Inbox:
    """The mail sink, as its JSON shows it."""

    def __init__(self, place: Surroundings) -> None:
        self._place = place
        self._messages: list[dict[str, Any]] = []

    def refresh(self) -> None:
        self._messages = self._get_json("/api/messages")["messages"]

    def by_message_id(self, message_id: str) -> dict[str, Any] | None:
        return next((m for m in self._messages if m["message_id"] == message_id), None)

    def attachment(self, message: dict[str, Any], ending: str) -> bytes | None:
        for file in message["attachments"]:
            if file["filename"].endswith(ending):
                return self._get(f"/messages/{message['id']}/attachments/{file['number']}")
        return None

    def _get_json(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._get(path))
        return answer

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(self._place.url("inbox", path), timeout=ASK_S) as response:
            content: bytes = response.read()
        return content


def find(purchase: Purchase, inbox: Inbox) -> Findings:
    """Look once. The caller asks again until nothing is missing, or its patience ends."""
    findings = Findings()
    order = apps.get_model("shop", "Order").objects.filter(token=purchase.token).first()
    if order is None:
        findings.missing.append(f"no order behind {purchase.order_url}")
        return findings
    findings.number = order.number
    clearances = apps.get_model("shop", "PaymentClearance").objects
    clearance = clearances.filter(order=order).first()
    if clearance is None:
        findings.missing.append("the payment has not cleared")
        return findings
    findings.cleared_at = clearance.cleared_at
    _find_jobs(findings, order, clearance)
    _find_purchase_orders(findings, clearance, inbox)
    if not _mails_about(order.number).filter(to_email=CUSTOMER["email"], done_at__isnull=False):
        findings.missing.append("no mail to the customer")
    return findings


def _find_jobs(findings: Findings, order: Any, clearance: Any) -> None:
    wanted = sum(line.quantity for line in order.lines.all())
    findings.jobs = clearance.assembly_jobs.count()
    if findings.jobs != wanted:
        findings.missing.append(f"{findings.jobs} of {wanted} assembly jobs")


def _find_purchase_orders(findings: Findings, clearance: Any, inbox: Inbox) -> None:
    """Every part the order waits for is on a purchase order, each of which is mailed."""
    requirements = clearance.material_requirements
    short = [r for r in requirements.prefetch_related("allocations") if _uncovered(r)]
    if not requirements.exists():
        findings.missing.append("no material requirements")
    if short:
        findings.missing.append(f"{len(short)} parts that nobody was asked to supply")
    orders = apps.get_model("suppliers", "PurchaseOrder").objects
    pegged = orders.filter(lines__peggings__requirement__clearance=clearance).distinct()
    for purchase_order in pegged.order_by("number"):
        findings.purchase_orders.append(purchase_order.number)
        if problem := _mail_problem(findings, purchase_order.number, inbox):
            findings.missing.append(f"{purchase_order.number}: {problem}")


def _uncovered(requirement: Any) -> bool:
    allocated = sum(allocation.quantity for allocation in requirement.allocations.all())
    pegged = sum(pegging.quantity for pegging in requirement.peggings.all())
    return bool(allocated + pegged < requirement.quantity)


def _mail_problem(findings: Findings, number: str, inbox: Inbox) -> str:
    mail = _mails_about(number).order_by("pk").first()
    if mail is None:
        return "no mail was written"
    message = inbox.by_message_id(mail.message_id)
    if message is None:
        return "its mail has not reached the inbox"
    accepted_at = datetime.fromisoformat(message["received_at"])
    findings.mailed_at = max(findings.mailed_at or accepted_at, accepted_at)
    return _csv_problem(inbox.attachment(message, ".csv")) or _pdf_problem(
        inbox.attachment(message, ".pdf")
    )


def _csv_problem(content: bytes | None) -> str:
    if content is None:
        return "its mail has no CSV"
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        return f"its CSV cannot be read: {error}"
    if len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows if row):
        return "its CSV has no rows below its header, or rows of another width"
    return ""


def _pdf_problem(content: bytes | None) -> str:
    if content is None:
        return "its mail has no PDF"
    is_whole = content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")
    return "" if is_whole else "its PDF is not whole"


def _mails_about(number: str) -> QuerySet[Any]:
    mails: QuerySet[Any] = apps.get_model("mail", "OutgoingMail").objects.filter(about=number)
    return mails


def page_problem(purchase: Purchase, findings: Findings) -> str:
    """Whether the customer can see it all, without a login, in a fresh browser."""
    try:
        page = Browser().open(purchase.order_url)
    except DemoError as error:
        return str(error)
    if findings.number not in page.text:
        return f"the order page does not name {findings.number}"
    return ""
