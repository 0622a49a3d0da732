"""Who comes when, and means what: all of a year's visits, from the seed alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

# Monday to Sunday; and of the year, by month.
WEEKDAYS = (1.15, 1.1, 1.0, 1.0, 0.95, 0.65, 0.8)
MONTHS = (0.95, 0.9, 0.95, 0.95, 0.9, 0.9, 0.85, 1.0, 1.1, 1.1, 1.35, 1.25)
RAMP = (0.55, 1.35)  # how busy the first day is, and the last
PRODUCTS = {"compact": 0.62, "atelier": 0.28, "bench": 0.10}
# However few orders a year has, its last days are busy enough to see every stage.
LIVELY_DAYS, LIVELY = 21, 500
OPEN_HOURS = (7, 23)

WAYS = {
    "card_ok": 0.55,
    "card_mastercard": 0.24,
    "card_amex": 0.12,
    "card_available": 0.02,
    "debit_ok": 0.04,
    "debit_fails_later": 0.01,
    "ach_ok": 0.02,
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One customer's way through the shop. `number` counts from 1 and seeds what is left open.

    `pays`: "" for somebody who leaves at the cashier. `cancels_after`: of an order that is paid.
    """

    number: int
    at: datetime
    product: str
    quantity: int
    pays: str
    is_declined_first: bool
    cancels_after: timedelta | None
    is_held: bool
    is_sorry: bool  # something was not right, and a part of the price goes back


def visits(*, orders: int, seed: str, first: date, last: date, until: datetime) -> list[Visit]:
    """So many visits between two days, both included, the last before `until`."""
    rng = Random(f"{seed}:visits")
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    weights = [_weight(day, place / max(1, len(days) - 1)) for place, day in enumerate(days)]
    lively = 1 + LIVELY / (orders + 40)
    weights[-LIVELY_DAYS:] = [weight * lively for weight in weights[-LIVELY_DAYS:]]
    chosen = rng.choices(days, weights, k=orders)
    moments = sorted(min(_moment(day, rng), _before(until, rng)) for day in chosen)
    return [_visit(number, at, seed) for number, at in enumerate(moments, start=1)]


def _weight(day: date, place: float) -> float:
    ramp = RAMP[0] + (RAMP[1] - RAMP[0]) * place
    wave = 1 + 0.05 * math.sin(2 * math.pi * place * 9)
    return WEEKDAYS[day.weekday()] * MONTHS[day.month - 1] * ramp * wave


def _moment(day: date, rng: Random) -> datetime:
    """Most come around noon and in the evening."""
    hour = rng.choice((rng.gauss(12.5, 2.5), rng.gauss(19.5, 1.8)))
    hour = min(max(hour, OPEN_HOURS[0]), OPEN_HOURS[1])
    midnight = timezone.make_aware(datetime.combine(day, time.min))
    return midnight + timedelta(seconds=round(hour * 3600) + rng.randrange(60))


def _before(until: datetime, rng: Random) -> datetime:
    return until - timedelta(minutes=rng.randrange(20, 400))


def _visit(number: int, at: datetime, seed: str) -> Visit:
    rng = Random(f"{seed}:visit:{number}")
    is_paying = rng.random() < 0.945
    cancels = is_paying and rng.random() < 0.03
    return Visit(
        number=number,
        at=at,
        product=_one_of(PRODUCTS, rng),
        quantity=rng.choices((1, 2, 3, 5), (0.9, 0.07, 0.02, 0.01))[0],
        pays=_one_of(WAYS, rng) if is_paying else "",
        is_declined_first=rng.random() < 0.04,
        cancels_after=timedelta(hours=rng.uniform(1, 40)) if cancels else None,
        is_held=rng.random() < 0.012,
        is_sorry=rng.random() < 0.02,
    )


def _one_of(shares: dict[str, float], rng: Random) -> str:
    names: Sequence[str] = list(shares)
    return rng.choices(names, list(shares.values()))[0]
