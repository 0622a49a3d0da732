"""Which offer to take, and how many to order so that its rules are met. Plain arithmetic."""

from collections.abc import Iterable
from dataclasses import dataclass

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
        if self.quantity == self.offer.moq:
            return f"minimum order of {self.offer.moq}"
        return f"packs of {self.offer.pack_quantity}"


def purchase(offer: Offer, needed: int) -> Purchase:
    """At least `needed`, at least the minimum, in full packs."""
    wanted = max(needed, offer.moq)
    packs = -(-wanted // offer.pack_quantity)
    return Purchase(offer, needed, packs * offer.pack_quantity)


def best_purchase(offers: Iterable[Offer], needed: int) -> Purchase | None:
    """The quickest of those that cost little more than the cheapest; None without any offer.

    Costs compare within one currency; offers in another count only where it has none.
    """
    purchases = sorted(
        (purchase(offer, needed) for offer in offers),
        key=lambda p: (p.cost_minor, p.offer.lead_days, p.offer.pk),
    )
    if not purchases:
        return None
    cheapest = purchases[0]
    limit = cheapest.cost_minor * NEARLY_AS_CHEAP_PERCENT // 100
    near = [
        p
        for p in purchases
        if p.cost_minor <= limit and p.offer.currency == cheapest.offer.currency
    ]
    return min(near, key=lambda p: (p.offer.lead_days, p.cost_minor, p.offer.pk))
