"""Which offer to take, how many to order so that its rules are met, and what production learns."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings

from production.services.supply_profiles import update_supply_profile
from suppliers.models import Offer

# Among offers this close to the cheapest the quicker one wins: days are worth a little money.
NEARLY_AS_CHEAP_PERCENT = 110


@dataclass(frozen=True, slots=True)
class Purchase:
    """`quantity` of one offer: `needed` for orders, the rest because the supplier sells so."""

    offer: Offer
    needed: int
    quantity: int

    @property
    def cost_minor(self) -> int:
        return self.quantity * self.offer.price_minor

    @property
    def push_quantity(self) -> int:
        return self.quantity - self.needed

    @property
    def push_reason(self) -> str:
        if not self.push_quantity:
            return ""
        reasons = []
        if self.needed < self.offer.moq:
            reasons.append(f"minimum order of {self.offer.moq}")
        if self.quantity > max(self.needed, self.offer.moq):
            reasons.append(f"packs of {self.offer.pack_quantity}")
        return ", ".join(reasons)


def purchase(offer: Offer, needed: int) -> Purchase:
    """At least `needed` (from 1), at least the minimum, in full packs, and no piece more."""
    wanted = max(needed, offer.moq)
    packs = -(-wanted // offer.pack_quantity)
    return Purchase(offer, needed, packs * offer.pack_quantity)


def best_purchase(offers: Iterable[Offer], needed: int) -> Purchase | None:
    """The quickest of those that cost little more than the cheapest; None without any offer.

    Only costs in one currency compare: ours where somebody sells in it, else the first by name.
    """
    purchases = [purchase(offer, needed) for offer in offers]
    if not purchases:
        return None
    currencies = {it.offer.currency for it in purchases}
    home = settings.SHOP_CURRENCY
    currency = home if home in currencies else min(currencies)
    purchases = [it for it in purchases if it.offer.currency == currency]
    limit = min(it.cost_minor for it in purchases) * NEARLY_AS_CHEAP_PERCENT // 100
    near = [it for it in purchases if it.cost_minor <= limit]
    return min(near, key=lambda it: (it.offer.lead_days, it.cost_minor, it.offer.pk))


def active_offers(part_ids: Collection[int]) -> dict[int, list[Offer]]:
    """What can be bought today: part id → offers, each with its supplier and part."""
    found: defaultdict[int, list[Offer]] = defaultdict(list)
    for offer in (
        Offer.objects.filter(part_id__in=part_ids, is_active=True, supplier__is_active=True)
        .select_related("supplier", "part")
        .order_by("pk")
    ):
        found[offer.part_id].append(offer)
    return found


def _known(offer: Offer) -> tuple[int, str, int | None]:
    """What production keeps of an offer; a price in another currency it cannot compare."""
    is_ours = offer.currency == settings.SHOP_CURRENCY
    return offer.lead_days, offer.supplier.name, offer.price_minor if is_ours else None


def tell_production(*, part_ids: Collection[int]) -> None:
    """Pass on lead time and price of the offer taken for one piece; None: nobody sells it.

    Called after every change of offers or suppliers; the configurator's dates follow from it.
    """
    offers = active_offers(part_ids)
    rows: list[tuple[int, int | None, str, int | None]] = []
    for part_id in sorted(set(part_ids)):
        best = best_purchase(offers.get(part_id, ()), 1)
        known = _known(best.offer) if best else (None, "", None)
        rows.append((part_id, *known))
    update_supply_profile(rows=rows)
