"""The test cards of Stripe's testing page, and what each of them does.

Numbers, effects and codes: docs.stripe.com/testing, its sections on successful and declined
payments, fraud prevention, disputes, asynchronous refunds, the available balance and 3-D Secure.
When a dispute or a warning comes after a payment is not said there; here it is ``--debit-delay``.
"""

from shop.stripe.sandbox.instrument import Instrument


def _declined(key: str, number: str, code: str, words: str, error: str = "") -> Instrument:
    return Instrument(
        key,
        number,
        "declines",
        f"Is declined: {words[0].lower()}{words[1:]}.",
        code,
        f"Your card was declined: {words}." if error in {"", "card_declined"} else f"{words}.",
        error or "card_declined",
    )


PAYING = (
    Instrument("card_ok", "4242 4242 4242 4242", "succeeds", "Pays at once."),
    Instrument(
        "card_mastercard", "5555 5555 5555 4444", "succeeds", "Pays at once.", brand="mastercard"
    ),
    Instrument("card_amex", "3782 822463 10005", "succeeds", "Pays at once.", brand="amex"),
    Instrument(
        "card_available",
        "4000 0000 0000 0077",
        "succeeds",
        "Pays; the money is available at once.",
        is_available_at_once=True,
    ),
)
ASKING = (
    Instrument(
        "card_3ds",
        "4000 0025 0000 3155",
        "authenticates",
        "Asks the bank first (3-D Secure); you choose the answer.",
    ),
    Instrument(
        "card_3ds_always",
        "4000 0027 6000 3184",
        "authenticates",
        "Asks the bank every time; you choose the answer.",
    ),
    Instrument(
        "card_3ds_declined",
        "4000 0084 0000 1629",
        "authenticates",
        "Asks the bank, and is declined even after you confirm.",
        "generic_decline",
        "Your card was declined.",
    ),
    Instrument(
        "card_3ds_insufficient",
        "4000 0082 6000 3178",
        "authenticates",
        "Asks the bank, and then has insufficient funds.",
        "insufficient_funds",
        "Your card has insufficient funds.",
    ),
)
DECLINED = (
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
    _declined("card_lost", "4000 0000 0000 9987", "lost_card", "the card is reported lost"),
    _declined("card_stolen", "4000 0000 0000 9979", "stolen_card", "the card is reported stolen"),
    _declined("card_expired", "4000 0000 0000 0069", "", "The card has expired", "expired_card"),
    _declined(
        "card_cvc", "4000 0000 0000 0127", "", "The security code is incorrect", "incorrect_cvc"
    ),
    _declined(
        "card_error",
        "4000 0000 0000 0119",
        "",
        "An error occurred while the card was charged",
        "processing_error",
    ),
    _declined(
        "card_velocity",
        "4000 0000 0000 6975",
        "card_velocity_exceeded",
        "it was used too often in a short time",
    ),
    Instrument(
        "card_blocked",
        "4100 0000 0000 0019",
        "declines",
        "Is blocked by fraud screening.",
        "fraudulent",
        "Your card was declined.",
        is_blocked=True,
    ),
)
TROUBLED = (
    Instrument(
        "card_review",
        "4000 0000 0000 9235",
        "succeeds",
        "Pays; the payment is put up for review.",
        afterwards="review",
    ),
    Instrument(
        "card_warning",
        "4000 0000 0000 5423",
        "succeeds",
        "Pays; a little later its bank warns of fraud.",
        afterwards="warning",
    ),
    Instrument(
        "card_dispute",
        "4000 0000 0000 0259",
        "succeeds",
        "Pays; a little later it is disputed as fraudulent.",
        afterwards="dispute",
    ),
    Instrument(
        "card_not_received",
        "4000 0000 0000 2685",
        "succeeds",
        "Pays; a little later it is disputed: nothing received.",
        afterwards="dispute",
        dispute_reason="product_not_received",
    ),
    Instrument(
        "card_inquiry",
        "4000 0000 0000 1976",
        "succeeds",
        "Pays; a little later its bank inquires about it.",
        afterwards="inquiry",
    ),
)
REFUNDED = (
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
)
