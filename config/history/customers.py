"""Visitors become customers: cart, checkout, the cashier's page; some think better of it."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from config.history.demand import Visit
from config.history.house import House
from config.history.tastes import Tastes
from shop.errors import OrderFrozen
from shop.models import Order, Payment
from shop.services import payments
from shop.services.carts import add_to_cart, open_cart, set_quantity
from shop.services.checkout import Contact, place_order
from shop.services.holds import close_hold, place_hold
from shop.services.orders import cancel_order
from shop.services.payments import CHECKOUT_OPEN_FOR
from shop.services.refund_requests import approve_refund, refundable_minor, request_refund

FIRST = (
    *("Ada", "Ben", "Carla", "Dev", "Elin", "Femi", "Grace", "Hugo", "Ines", "Jonas", "Kira"),
    *("Liam", "Mara", "Nils", "Olga", "Pia", "Quinn", "Rosa", "Sami", "Tara", "Uma", "Viktor"),
    *("Wen", "Xenia", "Yara", "Zeno"),
)
LAST = (
    *("Abbott", "Brandt", "Castro", "Dahl", "Eriksen", "Fischer", "Gupta", "Hansen", "Ito"),
    *("Jensen", "Kowalski", "Larsen", "Moreau", "Novak", "Okafor", "Petrov", "Rossi", "Silva"),
    *("Tanaka", "Ueda", "Vargas", "Weber", "Young", "Zhang"),
)
PLACES = (
    ("12 Harbor Street", "Boston", "02110", "MA"),
    ("400 Pine Avenue", "Seattle", "98101", "WA"),
    ("77 Lake View", "Chicago", "60611", "IL"),
    ("9 Mission Road", "San Francisco", "94103", "CA"),
    ("31 Peach Lane", "Atlanta", "30303", "GA"),
    ("250 Elm Street", "Dallas", "75202", "TX"),
    ("18 Aspen Way", "Denver", "80202", "CO"),
    ("5 Bay Court", "Miami", "33132", "FL"),
)
SHIPPING = {"standard": 0.7, "express": 0.22, "collect": 0.08}
WHY_CANCELLED = ("Found another one.", "Ordered twice.", "Needs it sooner.", "Changed my mind.")
SORRY = "The box arrived scratched."
DEBIT_TAKES, A_MOMENT = timedelta(days=3), timedelta(seconds=1)
UNPAID_FOR = timedelta(days=7)
FINANCE, SECOND = "staff:finance", "staff:staff"
DECLINED = "card_declined"


class Customers:
    """Everybody who orders, and who in the house talks with them."""

    def __init__(self, house: House, tastes: Tastes) -> None:
        self._house = house
        self._tastes = tastes

    def expect(self, visit: Visit) -> None:
        self._house.agenda.at(visit.at, lambda: self._order(visit))

    def _order(self, visit: Visit) -> None:
        rng = self._house.chance("order", visit.number)
        cart = open_cart(token=None)
        line = add_to_cart(cart=cart, configuration=self._tastes.choose(visit.product, rng))
        if visit.quantity > 1:
            set_quantity(cart=cart, line_id=line.pk, quantity=visit.quantity)
        order = place_order(
            cart=cart,
            contact=_contact(visit.number, rng.choice(FIRST), rng.choice(LAST), rng.choice(PLACES)),
            shipping_method=rng.choices(list(SHIPPING), list(SHIPPING.values()))[0],
            checkout_key=UUID(int=rng.getrandbits(128), version=4),
            today=timezone.localdate(),
        )
        payments.open_payment(order_id=order.pk)
        self._house.count("orders")
        agenda, now = self._house.agenda, self._house.now
        if not visit.pays:
            closes = now + CHECKOUT_OPEN_FOR + timedelta(minutes=2)
            agenda.at(closes, lambda: self._look_at(order.pk))
            tidied = self._house.hours.add(now + UNPAID_FOR, 30)
            agenda.at(tidied, lambda: self._give_up_on(order.pk))
            return
        pays_at = now + timedelta(seconds=rng.randrange(60, 480))
        agenda.at(pays_at, lambda: self._pay(visit, order.pk, is_declined=visit.is_declined_first))

    def _pay(self, visit: Visit, order_id: int, *, is_declined: bool) -> None:
        rng = self._house.chance("payment", visit.number, is_declined)
        payment = Payment.objects.select_related("order").get(order=order_id)
        self._house.cashier.pay(
            str(payment.session_id),
            with_key=DECLINED if is_declined else visit.pays,
            name=payment.order.name,
            email=payment.order.email,
        )
        agenda, now = self._house.agenda, self._house.now
        if is_declined:
            again = now + timedelta(seconds=rng.randrange(30, 200))
            agenda.at(again, lambda: self._pay(visit, order_id, is_declined=False))
            return
        told = now + timedelta(seconds=rng.randrange(2, 20))
        agenda.at(told, lambda: self._look_at(order_id))
        if visit.pays.startswith("debit"):
            agenda.at(now + DEBIT_TAKES + A_MOMENT, lambda: self._look_at(order_id))
        if visit.is_held:
            agenda.at(told + timedelta(minutes=40), lambda: self._hold(order_id))
        if visit.cancels_after:
            agenda.at(told + visit.cancels_after, lambda: self._cancel(visit, order_id))
        if visit.is_sorry:
            agenda.at(told + timedelta(days=30), lambda: self._apologise(visit, order_id))

    def _look_at(self, order_id: int) -> None:
        """As the webhook would have it done."""
        self._house.cashier.catch_up()
        payments.sync_payment(payment_id=Payment.objects.get(order=order_id).pk)
        self._house.work_off()

    def _give_up_on(self, order_id: int) -> None:
        cancel_order(
            order_id=order_id, actor=FINANCE, why="Not paid within a week.", only_if_unpaid=True
        )
        self._house.work_off()

    def _hold(self, order_id: int) -> None:
        """Somebody looks at an order more closely; a day later it is all right."""
        order = Order.objects.get(pk=order_id)
        if order.is_frozen or order.status == Order.Status.CANCELLED:
            return
        hold = place_hold(order_id=order_id, actor=FINANCE, why="The address looks odd; asking.")
        ends = self._house.hours.add(self._house.now, 600)
        self._house.agenda.at(ends, lambda: self._lift(hold.pk, order_id))
        self._house.count("holds")

    def _lift(self, hold_id: int, order_id: int) -> None:
        close_hold(hold_id=hold_id, actor=FINANCE)
        self._look_at(order_id)

    def _cancel(self, visit: Visit, order_id: int) -> None:
        rng = self._house.chance("cancel", visit.number)
        try:
            cancel_order(order_id=order_id, actor="customer", why=rng.choice(WHY_CANCELLED))
        except OrderFrozen:
            return
        self._house.work_off()
        self._house.count("cancelled")
        morning = self._house.hours.add(self._house.now, 60)
        self._house.agenda.at(morning, lambda: self._give_back(order_id, 100, "cancelled"))

    def _apologise(self, visit: Visit, order_id: int) -> None:
        if Order.objects.get(pk=order_id).status == Order.Status.SHIPPED:
            percent = self._house.chance("sorry", visit.number).choice((3, 5, 10))
            self._give_back(order_id, percent, SORRY)

    def _give_back(self, order_id: int, percent: int, reason: str) -> None:
        """Finance asks, and somebody else agrees where it is much."""
        payment = Payment.objects.get(order=order_id)
        amount = refundable_minor(payment) * percent // 100
        if amount <= 0:
            return
        refund = request_refund(
            payment_id=payment.pk,
            amount_minor=amount,
            reason=reason,
            actor=FINANCE,
            form_key=f"history-{order_id}-{percent}",
        )
        if refund.needs_second_person:
            approve_refund(refund_id=refund.pk, actor=SECOND)
        self._house.work_off()
        self._house.count("refunds")


def _contact(number: int, first: str, last: str, place: tuple[str, str, str, str]) -> Contact:
    line1, city, postal_code, region = place
    return Contact(
        email=f"{first}.{last}.{number}@example.com".lower(),
        name=f"{first} {last}",
        line1=line1,
        city=city,
        postal_code=postal_code,
        country="US",
        region=region,
    )
