"""Test accounts of the bank debits, and the banks one is sent to.

Numbers, what they do, and their failure codes are those of Stripe's pages on testing SEPA Direct
Debit, ACH Direct Debit and Bacs Direct Debit (docs.stripe.com/payments/sepa-debit/accept-a-payment,
/payments/ach-direct-debit/accept-a-payment, /payments/bacs-debit/accept-a-payment). "A little
later" is three minutes there, ``--debit-delay`` here. That refunds of all these are pending first
is true of debits; of the redirects it is assumed.
"""

from typing import Final

from shop.stripe.sandbox.instrument import Behaviour, Instrument

PAID: Final = "debit_succeeds"
FAILS: Final = "debit_fails"
ROUTING_NUMBER, SORT_CODE = "110000000", "108800"


def _account(
    method: str, key: str, number: str, behaviour: Behaviour, effect: str,
    *, is_prompt: bool = True, failure: str = "", is_disputed: bool = False,
) -> Instrument:  # fmt: skip
    return Instrument(
        key,
        number,
        behaviour,
        effect,
        error_code=failure,
        method=method,
        refunds="succeed_later",
        is_settled_at_once=is_prompt,
        afterwards="dispute" if is_disputed else "",
        dispute_reason="debit_not_authorized",
    )


def _sepa(key: str, number: str, behaviour: Behaviour, effect: str, **more: bool) -> Instrument:
    failure = "generic_could_not_process" if behaviour == FAILS else ""
    return _account("sepa_debit", key, number, behaviour, effect, failure=failure, **more)


SEPA = (
    _sepa(
        "debit_ok",
        "AT32 1904 3002 3547 3204",
        PAID,
        "Is accepted now and paid a little later.",
        is_prompt=False,
    ),
    _sepa(
        "debit_fails_later",
        "AT05 1904 3002 3547 3205",
        FAILS,
        "Is accepted now and fails a little later.",
        is_prompt=False,
    ),
    _sepa("debit_ok_now", "AT61 1904 3002 3457 3201", PAID, "Is accepted and paid at once."),
    _sepa("debit_fails", "AT86 1904 3002 3547 3202", FAILS, "Is accepted and fails at once."),
    _sepa(
        "debit_disputed",
        "AT59 1904 3002 3547 3203",
        PAID,
        "Is paid at once; a little later its bank takes it back.",
        is_disputed=True,
    ),
)
ACH = (
    _account("us_bank_account", "ach_ok", "000123456789", PAID, "Is accepted and paid at once."),
    _account(
        "us_bank_account",
        "ach_funds",
        "000222222227",
        FAILS,
        "Is accepted and fails: insufficient funds.",
        failure="insufficient_funds",
    ),
    _account(
        "us_bank_account",
        "ach_closed",
        "000111111113",
        FAILS,
        "Is accepted and fails: the account is closed.",
        failure="account_closed",
    ),
    _account(
        "us_bank_account",
        "ach_disputed",
        "000555555559",
        PAID,
        "Is paid at once; a little later it is disputed.",
        is_disputed=True,
    ),
)
BACS = (
    _account(
        "bacs_debit",
        "bacs_ok",
        "90012345",
        PAID,
        "Is accepted now and paid a little later.",
        is_prompt=False,
    ),
    _account("bacs_debit", "bacs_ok_now", "00012345", PAID, "Is accepted and paid at once."),
    _account(
        "bacs_debit",
        "bacs_funds",
        "92222227",
        FAILS,
        "Is accepted now and fails a little later: insufficient funds.",
        is_prompt=False,
        failure="insufficient_funds",
    ),
    _account(
        "bacs_debit",
        "bacs_unauthorised",
        "33333335",
        FAILS,
        "Is accepted and fails: the debit is not authorised.",
        failure="debit_not_authorized",
    ),
    _account(
        "bacs_debit",
        "bacs_disputed",
        "55555559",
        PAID,
        "Is paid at once; a little later it is disputed.",
        is_disputed=True,
    ),
)
BANKS = tuple(
    Instrument(
        method,
        "",
        "authenticates",
        "You choose at the bank's page.",
        method=method,
        refunds="succeed_later",
    )
    for method in ("ideal", "bancontact")
)
