"""How a filled-in form is read: the test card or account it names, or what is wrong with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shop.stripe.sandbox.instruments import ACCOUNTS, BY_NUMBER, CARDS, Instrument

EXPIRY = re.compile(r"(\d{1,2})\s*[/\-. ]?\s*(\d{4}|\d{2})")
CARD_LENGTHS = range(12, 20)
CVC = re.compile(r"\d{3,4}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
MAX_LENGTH = 200
TWO_DIGITS = 2


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
