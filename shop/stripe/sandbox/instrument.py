"""What one thing to pay with does: pays, asks, declines, bounces, comes back as trouble."""

from dataclasses import dataclass
from typing import Literal

type Behaviour = Literal["succeeds", "declines", "authenticates", "debit_succeeds", "debit_fails"]
type Refunds = Literal["succeed", "succeed_later", "fail_later"]
type Aftermath = Literal["", "dispute", "inquiry", "warning", "review"]


@dataclass(frozen=True, slots=True)
class Instrument:
    """One thing to pay with, as it is printed on the page."""

    key: str
    number: str  # empty: the bank is chosen at its own page
    behaviour: Behaviour
    effect: str  # one sentence for the table on the page
    decline_code: str = ""  # of a card that authenticates: the bank says yes, then declines
    decline_message: str = ""
    error_code: str = "card_declined"  # of a debit: the charge's failure code
    method: str = "card"
    brand: str = "visa"
    refunds: Refunds = "succeed"
    is_available_at_once: bool = False  # skips the days on the pending balance
    is_settled_at_once: bool = False  # a debit whose bank answers in the same moment
    is_blocked: bool = False  # declined by fraud screening; the bank is never asked
    afterwards: Aftermath = ""
    dispute_reason: str = "fraudulent"
