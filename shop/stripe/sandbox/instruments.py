"""The test cards and bank accounts, what each of them does, and how a typed one is read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

type Behaviour = Literal["succeeds", "declines", "authenticates", "debit_succeeds", "debit_fails"]
type Refunds = Literal["succeed", "succeed_later", "fail_later"]

EXPIRY = re.compile(r"(\d{1,2})\s*[/\-. ]?\s*(\d{4}|\d{2})")
CARD_LENGTHS = range(12, 20)
CVC = re.compile(r"\d{3,4}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
MAX_LENGTH = 200
TWO_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Instrument:
    """One thing to pay with, as it is printed on the page."""

    key: str
    number: str
    behaviour: Behaviour
    effect: str  # one sentence for the table on the page
    decline_code: str = ""
    decline_message: str = ""
    refunds: Refunds = "succeed"
    is_available_at_once: bool = False  # skips the days on the pending balance


CARDS = (
    Instrument("card_ok", "4242 4242 4242 4242", "succeeds", "Pays at once."),
    Instrument(
        "card_declined",
        "4000 0000 0000 0002",
        "declines",
        "Is declined without a reason.",
        "generic_decline",
        "Your card was declined.",
    ),
    Instrument(
        "card_insufficient_funds",
        "4000 0000 0000 9995",
        "declines",
        "Is declined: insufficient funds.",
        "insufficient_funds",
        "Your card has insufficient funds.",
    ),
    Instrument(
        "card_3ds",
        "4000 0025 0000 3155",
        "authenticates",
        "Asks the bank first (3-D Secure); you choose the answer.",
    ),
    Instrument(
        "card_refund_later",
        "4000 0000 0000 7726",
        "succeeds",
        "Pays; a refund is pending first and succeeds a little later.",
        refunds="succeed_later",
    ),
    Instrument(
        "card_refund_fails",
        "4000 0000 0000 5126",
        "succeeds",
        "Pays; a refund succeeds first and fails a little later.",
        refunds="fail_later",
    ),
    Instrument(
        "card_available",
        "4000 0000 0000 0077",
        "succeeds",
        "Pays; the money is available at once.",
        is_available_at_once=True,
    ),
)
ACCOUNTS = (
    Instrument(
        "debit_ok",
        "AT32 1904 3002 3547 3204",
        "debit_succeeds",
        "Is accepted now and paid a little later.",
        refunds="succeed_later",
    ),
    Instrument(
        "debit_fails",
        "AT86 1904 3002 3547 3202",
        "debit_fails",
        "Is accepted now and fails a little later.",
    ),
)
BY_KEY = {instrument.key: instrument for instrument in (*CARDS, *ACCOUNTS)}
BY_NUMBER = {instrument.number.replace(" ", ""): instrument for instrument in BY_KEY.values()}


@dataclass(frozen=True, slots=True)
class Payer:
    """A form that was filled in correctly."""

    instrument: Instrument
    name: str
    email: str
    exp_month: int = 0
    exp_year: int = 0


def read_card(
    form: Mapping[str, str], *, this_month: tuple[int, int]
) -> tuple[Payer | None, dict[str, str]]:
    """The payer, or what is wrong by field. ``this_month`` is (year, month)."""
    problems = _problems_of_payer(form)
    number = re.sub(r"[\s-]", "", form.get("number", ""))
    instrument = BY_NUMBER.get(number)
    if not number:
        problems["number"] = "The card number is missing."
    elif not number.isascii() or not number.isdigit() or not is_luhn(number):
        problems["number"] = "This is not a card number: check the digits."
    elif instrument not in CARDS:
        problems["number"] = "This cashier only knows the test cards listed here."
    month, year, problem = _read_expiry(form.get("expiry", ""), this_month)
    if problem:
        problems["expiry"] = problem
    if not CVC.fullmatch(form.get("cvc", "").strip()):
        problems["cvc"] = "The security code is three digits; any will do here."
    if problems or instrument is None:
        return None, problems
    return Payer(instrument, form["name"].strip(), form["email"].strip(), month, year), {}


def read_account(form: Mapping[str, str]) -> tuple[Payer | None, dict[str, str]]:
    """The payer of a SEPA debit, or what is wrong by field."""
    problems = _problems_of_payer(form)
    iban = re.sub(r"\s", "", form.get("iban", "")).upper()
    instrument = BY_NUMBER.get(iban)
    if not iban:
        problems["iban"] = "The IBAN is missing."
    elif not is_iban(iban):
        problems["iban"] = "This is not an IBAN: check the characters."
    elif instrument not in ACCOUNTS:
        problems["iban"] = "This cashier only knows the test accounts listed here."
    if problems or instrument is None:
        return None, problems
    return Payer(instrument, form["name"].strip(), form["email"].strip()), {}


def is_luhn(number: str) -> bool:
    """The check digit of a card number (ISO/IEC 7812-1)."""
    if len(number) not in CARD_LENGTHS:
        return False
    digits = [int(digit) for digit in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def is_iban(iban: str) -> bool:
    """The check digits of an IBAN (ISO 13616): 1 modulo 97, letters counting from ten."""
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", iban):
        return False
    rotated = iban[4:] + iban[:4]
    return int("".join(str(int(character, 36)) for character in rotated)) % 97 == 1


def _problems_of_payer(form: Mapping[str, str]) -> dict[str, str]:
    problems = {}
    if not 0 < len(form.get("name", "").strip()) <= MAX_LENGTH:
        problems["name"] = "The name is missing."
    email = form.get("email", "").strip()
    if len(email) > MAX_LENGTH or not EMAIL.fullmatch(email):
        problems["email"] = "An e-mail address looks like name@example.com."
    return problems


def _read_expiry(text: str, this_month: tuple[int, int]) -> tuple[int, int, str]:
    match = EXPIRY.fullmatch(text.strip())
    if not match:
        return 0, 0, "Write the expiry date as month and year, such as 12/34."
    month, year = int(match[1]), int(match[2])
    if len(match[2]) == TWO_DIGITS:
        year += 2000
    if not 1 <= month <= 12:
        return 0, 0, "The month is a number from 1 to 12."
    if (year, month) < this_month:
        return 0, 0, "This date is past; any date to come will do here."
    return month, year, ""
