"""How a filled-in form is read: the test card or account it names, or what is wrong with it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shop.stripe.sandbox.accounts import ROUTING_NUMBER, SORT_CODE
from shop.stripe.sandbox.instrument import Instrument
from shop.stripe.sandbox.instruments import BY_NUMBER
from shop.stripe.sandbox.methods import Method

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


type Form = Mapping[str, str]
type Problems = dict[str, str]


def read_payer(
    method: Method, form: Form, *, this_month: tuple[int, int]
) -> tuple[Payer | None, Problems]:
    """The payer, or what is wrong by field. ``this_month`` is (year, month)."""
    problems = _problems_of_payer(form)
    number, wrong = READERS[method.code](form) if method.fields else ("", {})
    problems |= wrong
    month = year = 0
    if method.kind == "card":
        month, year, problem = _read_expiry(form.get("expiry", ""), this_month)
        problems |= {"expiry": problem} if problem else {}
    instrument = BY_NUMBER.get((method.code, number))
    if instrument is None and not wrong:
        last = "number" if method.kind == "card" else method.fields[-1]
        problems[last] = f"This cashier only knows the test {_things(method)} listed here."
    if problems or instrument is None:
        return None, problems
    return Payer(instrument, form["name"].strip(), form["email"].strip(), month, year), {}


def _things(method: Method) -> str:
    return "cards" if method.kind == "card" else "accounts"


def _read_card(form: Form) -> tuple[str, Problems]:
    number = re.sub(r"[\s-]", "", form.get("number", ""))
    problems = {}
    if not number:
        problems["number"] = "The card number is missing."
    elif not number.isascii() or not number.isdigit() or not is_luhn(number):
        problems["number"] = "This is not a card number: check the digits."
    if not CVC.fullmatch(form.get("cvc", "").strip()):
        problems["cvc"] = "The security code is three digits; any will do here."
    return number, problems


def _read_iban(form: Form) -> tuple[str, Problems]:
    iban = re.sub(r"\s", "", form.get("iban", "")).upper()
    if not iban:
        return iban, {"iban": "The IBAN is missing."}
    return iban, {} if is_iban(iban) else {"iban": "This is not an IBAN: check the characters."}


def _read_ach(form: Form) -> tuple[str, Problems]:
    return _read_account(form, "routing_number", ROUTING_NUMBER, "account_number", range(4, 18))


def _read_bacs(form: Form) -> tuple[str, Problems]:
    return _read_account(form, "sort_code", SORT_CODE, "bacs_account_number", range(8, 9))


def _read_account(
    form: Form, branch_field: str, branch: str, field: str, lengths: range
) -> tuple[str, Problems]:
    problems = {}
    if re.sub(r"[\s-]", "", form.get(branch_field, "")) != branch:
        problems[branch_field] = f"This cashier only knows {branch}."
    number = re.sub(r"[\s-]", "", form.get(field, ""))
    if not number:
        problems[field] = "The account number is missing."
    elif not number.isascii() or not number.isdigit() or len(number) not in lengths:
        problems[field] = "This is not an account number: check the digits."
    return number, problems


READERS: dict[str, Callable[[Form], tuple[str, Problems]]] = {
    "card": _read_card,
    "sepa_debit": _read_iban,
    "us_bank_account": _read_ach,
    "bacs_debit": _read_bacs,
}


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


def _problems_of_payer(form: Form) -> Problems:
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
