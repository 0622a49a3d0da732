"""Everything that can be paid with here, by what it does and by its number."""

from shop.stripe.sandbox.accounts import ACH, BACS, BANKS, SEPA
from shop.stripe.sandbox.cards import ASKING, DECLINED, PAYING, REFUNDED, TROUBLED
from shop.stripe.sandbox.instrument import Instrument

# Caption, and what is under it; the first card of all is the usual one.
USUAL, *MORE_THAT_PAY = PAYING
TABLES: tuple[tuple[str, tuple[Instrument, ...]], ...] = (
    ("Other cards that pay", tuple(MORE_THAT_PAY)),
    ("Cards whose bank asks first", ASKING),
    ("Cards that are declined", DECLINED),
    ("Cards that bring trouble later", TROUBLED),
    ("Cards whose refunds take their time", REFUNDED),
    ("Bank accounts for SEPA", SEPA),
    ("Bank accounts for ACH", ACH),
    ("Bank accounts for Bacs", BACS),
)
ALL = (USUAL, *(instrument for _, table in TABLES for instrument in table), *BANKS)
BY_KEY = {instrument.key: instrument for instrument in ALL}
BY_NUMBER = {
    (instrument.method, instrument.number.replace(" ", "")): instrument for instrument in ALL
}
