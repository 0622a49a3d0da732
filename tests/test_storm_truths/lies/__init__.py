"""One lie for each truth."""

from tests.test_storm_truths.lies.building import BUILDING
from tests.test_storm_truths.lies.ends import DURABLE, REST
from tests.test_storm_truths.lies.lying import TOOLS, Lie, spelled_out
from tests.test_storm_truths.lies.material import MATERIAL, PRICES
from tests.test_storm_truths.lies.money import LATE_MONEY, MONEY
from tests.test_storm_truths.lies.records import AUDIT, FORGERY, MAILS

__all__ = ["LIES", "TOOLS", "Lie", "spelled_out"]

LIES: tuple[Lie, ...] = (
    *MONEY,
    *LATE_MONEY,
    *BUILDING,
    *MATERIAL,
    *PRICES,
    *MAILS,
    *AUDIT,
    *FORGERY,
    *DURABLE,
    *REST,
)
