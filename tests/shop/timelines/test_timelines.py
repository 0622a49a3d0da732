"""Random lives of payments: whatever comes, in whatever order, the truths about money hold.

The same timelines at every run; with `TIMELINE_STEPS`, so many steps of new ones.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from config.errors import CartwrightError
from config.outbox import relay, sources
from shop.models import Dispute, DisputeAnswer, Order, Payment, PaymentHold, Refund
from shop.services import disputes, holds, payments, refund_requests, refunds
from shop.services.asking import open_payment
from shop.services.fulfilment import record_shipment
from shop.services.orders import cancel_order, close_checkouts
from shop.stripe import webhooks
from shop.tasks import poll_payments, watch_risk
from tests.factories.production import makeable_model
from tests.factories.shop import boxed_order, place_small_order
from tests.shop.timelines.bank import Bank, Till
from tests.shop.timelines.truths import ALWAYS, AT_REST, broken

STEPS = 40  # of one timeline
PARTS = 5  # for as many workers of the test run
ASKED_FOR = os.environ.get("TIMELINE_STEPS")
WANTED = int(ASKED_FOR or 10_000)
MOST_ORDERS = 4
ENOUGH_TO_SEE = 1000  # steps after which every kind of end has come up
OUTSIDE = {"mail.outgoingmail"}  # mails are written here, and sent elsewhere

pick = st.integers(min_value=0, max_value=1_000)
seen: Counter[str] = Counter()  # that the timelines are not all alike


class Timeline(RuleBasedStateMachine):
    """One bank, one shop with an order that is paid and one that waits; then whatever comes."""

    @initialize()
    def open_shop(self) -> None:
        self.frame = transaction.atomic()
        self.frame.__enter__()
        seen["steps"] -= 1  # the truths are asked for after this too, and it is no step
        self.bank = bank
        bank.tills.clear()
        bank.is_away = False
        self.earlier: list[tuple[int, Any]] = []
        for is_paid in (True, False):
            order = place_small_order(version=version)
            open_payment(order_id=order.pk)
            payment = order.payments.get()
            if is_paid:
                bank.tills[payment.idempotency_key].pay()
                payments.sync_payment(payment_id=payment.pk)

    def teardown(self) -> None:
        if not hasattr(self, "frame"):
            return
        try:
            self.come_to_rest()
        finally:
            transaction.set_rollback(True)
            self.frame.__exit__(None, None, None)

    # --- the customer

    @precondition(lambda self: Order.objects.count() < MOST_ORDERS)
    @rule(quantity=st.integers(1, 2))
    def place(self, quantity: int) -> None:
        place_small_order(version=version, quantity=quantity)

    @rule(which=pick)
    def go_to_the_cashier(self, which: int) -> None:
        for order in one_of(Order.objects.all(), which):
            with refusals():
                open_payment(order_id=order.pk)

    @rule(which=pick)
    def pay(self, which: int) -> None:
        for till in self.tills(which, lambda till: till.is_open):
            till.pay()

    @rule(which=pick)
    def pay_by_debit(self, which: int) -> None:
        for till in self.tills(which, lambda till: till.is_open):
            till.become("complete", "processing")

    @rule(which=pick)
    def decline(self, which: int) -> None:
        for till in self.tills(which, lambda till: till.is_open):
            till.become("open", "requires_payment_method")

    @rule(which=pick, is_staff=st.booleans())
    def cancel(self, which: int, is_staff: bool) -> None:  # noqa: FBT001 - as Hypothesis calls it
        for order in one_of(Order.objects.all(), which):
            with refusals():
                cancel_order(
                    order_id=order.pk, actor="tests", why="so it goes", only_if_unpaid=not is_staff
                )
                close_checkouts(order_id=order.pk)

    # --- the bank

    @rule(which=pick, is_good=st.booleans())
    def debit_ends(self, which: int, is_good: bool) -> None:  # noqa: FBT001
        for till in self.tills(which, lambda till: till.facts.intent_status == "processing"):
            if is_good:
                till.pay()
            else:
                till.become("complete", "requires_payment_method")

    @rule(which=pick)
    def session_expires(self, which: int) -> None:
        for till in self.tills(which, lambda till: till.is_open):
            till.become("expired", "canceled")
            key = till.facts.reference
            past = timezone.now() - timedelta(seconds=1)
            Payment.objects.filter(idempotency_key=key).update(expires_at=past)

    @rule(which=pick, status=st.sampled_from(["needs_response", "warning_needs_response"]))
    def dispute_begins(self, which: int, status: str) -> None:
        for till in self.tills(which, lambda till: till.is_paid):
            till.dispute(status)

    @rule(which=pick, is_won=st.booleans())
    def dispute_ends(self, which: int, is_won: bool) -> None:  # noqa: FBT001
        for till in self.tills(which, lambda till: bool(till.disputes)):
            till.end_dispute(is_won=is_won)

    @rule(which=pick, what=st.sampled_from(["is_under_review", "is_warned_of"]))
    def suspicion_begins_or_ends(self, which: int, what: str) -> None:
        for till in self.tills(which, lambda till: till.is_paid):
            setattr(till, what, not getattr(till, what))

    @rule(which=pick, status=st.sampled_from(["succeeded", "failed"]))
    def refund_ends(self, which: int, status: str) -> None:
        for till in self.tills(which, lambda till: bool(till.refunds)):
            position = which % len(till.refunds)
            if till.refunds[position].status == "pending":
                self.bank.end_refund(till, position, status)

    @rule(is_away=st.booleans())
    def go_away_or_come_back(self, is_away: bool) -> None:  # noqa: FBT001
        self.bank.is_away = is_away

    # --- what reaches us: any event, any number of times, in any order, or never

    @rule(which=pick)
    def hear(self, which: int) -> None:
        for payment in one_of(Payment.objects.all(), which):
            with refusals():
                payments.sync_payment(payment_id=payment.pk)
                refunds.sync_refunds(payment_id=payment.pk)

    @rule(which=pick)
    def read(self, which: int) -> None:
        """A worker has Stripe's answer, and is held up with it."""
        for payment in one_of(Payment.objects.exclude(session_id=None), which):
            with refusals():
                facts = self.bank.retrieve_checkout(str(payment.session_id))
                self.earlier.append((payment.pk, facts))

    @precondition(lambda self: self.earlier)
    @rule(which=pick)
    def apply_what_was_read(self, which: int) -> None:
        payment_id, facts = self.earlier[which % len(self.earlier)]
        with refusals():
            payments.apply_facts(payment_id=payment_id, facts=facts)

    @rule()
    def forge(self) -> None:
        body, signature = b'{"object": "event"}', "t=1,v1=0"
        with pytest.raises(webhooks.Refused):
            webhooks.verified_event(body, signature)

    @rule()
    def poll(self) -> None:
        long_ago = timezone.now() - timedelta(minutes=20)
        Payment.objects.update(last_synced_at=long_ago, created_at=long_ago)
        poll_payments()

    @rule()
    def watch(self) -> None:
        watch_risk()

    @rule()
    def work(self) -> None:
        work_off()

    # --- the shop floor

    @rule(which=pick)
    def make(self, which: int) -> None:
        for order in one_of(Order.objects.filter(status="pre_production"), which):
            boxed_order(order)

    @rule(which=pick)
    def ship(self, which: int) -> None:
        for order in one_of(Order.objects.filter(status="boxing"), which):
            with refusals():
                record_shipment(
                    order_id=order.pk, carrier="Post", tracking_number="1", actor="staff:anna"
                )

    # --- staff

    @rule(which=pick, part=st.integers(1, 4))
    def give_back(self, which: int, part: int) -> None:
        for payment in one_of(Payment.objects.filter(captured_minor__gt=0), which):
            with refusals():
                refund_requests.request_refund(
                    payment_id=payment.pk,
                    amount_minor=payment.captured_minor // part,
                    reason="as agreed",
                    actor="staff:anna",
                )

    @rule(which=pick, actor=st.sampled_from(["staff:anna", "staff:ben"]))
    def approve(self, which: int, actor: str) -> None:
        for refund in one_of(Refund.objects.all(), which):
            with refusals():
                refund_requests.approve_refund(refund_id=refund.pk, actor=actor)

    @rule(which=pick)
    def hold(self, which: int) -> None:
        for order in one_of(Order.objects.all(), which):
            with refusals():
                holds.place_hold(order_id=order.pk, actor="staff:anna", why="looks odd")

    @rule(which=pick)
    def let_pass(self, which: int) -> None:
        for one in one_of(PaymentHold.objects.all(), which):
            with refusals():
                holds.close_hold(hold_id=one.pk, actor="staff:anna")

    @rule(which=pick)
    def send_evidence(self, which: int) -> None:
        for one in one_of(Dispute.objects.all(), which):
            with refusals():
                disputes.submit_evidence(
                    dispute_id=one.pk, evidence={"customer_name": "Ada"}, actor="staff:anna"
                )

    @rule(which=pick, actor=st.sampled_from(["staff:anna", "staff:ben"]))
    def accept_a_loss(self, which: int, actor: str) -> None:
        for one in one_of(Dispute.objects.all(), which):
            with refusals():
                answer = disputes.accept_loss(dispute_id=one.pk, reason="so it is", actor=actor)
                disputes.approve_answer(answer_id=answer.pk, actor="staff:ben")

    # --- what must hold

    @invariant()
    def truths_hold(self) -> None:
        seen["steps"] += 1
        assert broken(ALWAYS) == {}

    def come_to_rest(self) -> None:
        self.bank.is_away = False
        for _ in range(2):
            for payment in Payment.objects.all():
                payments.sync_payment(payment_id=payment.pk)
                refunds.sync_refunds(payment_id=payment.pk)
            watch_risk()
            work_off()
        for model in (Order, Payment, Refund, Dispute, DisputeAnswer):
            for row in model.objects.all():
                seen[f"{row._meta.model_name} {row.status}"] += 1
        tills = self.bank.tills.values()
        paid = [till.facts.intent_id for till in tills if till.is_paid]
        assert broken(ALWAYS) == {}
        assert broken(AT_REST, paid=paid) == {}
        at_the_bank = {one.stripe_id: one.status for till in tills for one in till.disputes}
        assert dict(Dispute.objects.values_list("stripe_id", "status")) == at_the_bank

    def tills(self, which: int, fits: Callable[[Till], bool]) -> list[Till]:
        found = [till for till in self.bank.tills.values() if fits(till)]
        return [found[which % len(found)]] if found else []


bank = Bank()
version: Any = None


def one_of(rows: Any, which: int) -> list[Any]:
    found = list(rows.order_by("pk"))
    return [found[which % len(found)]] if found else []


@contextmanager
def refusals() -> Iterator[None]:
    """What may not be is refused by name, and leaves nothing behind."""
    with suppress(CartwrightError), transaction.atomic():
        yield


def work_off() -> None:
    """Relay and worker, for all but mails; what failed is due again at the next call."""
    for source in sources.all_sources():
        if source.label in OUTSIDE:
            continue
        rows = source.model._default_manager.filter(done_at__isnull=True, dead_at__isnull=True)
        if not rows.update(leased_until=None, due_at=timezone.now()):
            continue
        for row in relay.claim(source):
            sources.run(source.label, row.pk)


def live_through(steps: int, *, seeded: int) -> None:
    """Timelines of so many steps, or fewer: the same at every run, unless new are asked for."""
    timelines = type("Timelines", (Timeline,), {})
    run_state_machine_as_test(
        seed(seeded)(timelines) if ASKED_FOR is None else timelines,
        settings=settings(
            max_examples=max(1, steps // STEPS),
            stateful_step_count=STEPS,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_the_truths_about_money_hold_on_every_timeline(part, monkeypatch):
    global version  # noqa: PLW0603 - Hypothesis makes the machines, so they are told here
    version = makeable_model()
    bank.install(monkeypatch)
    seen.clear()
    share, begun = max(1, WANTED // PARTS), 0
    while seen["steps"] < share:  # a timeline may end early
        live_through(share - seen["steps"], seeded=part + PARTS * begun)
        begun += 1
    print(dict(sorted(seen.items())))  # noqa: T201 - shown with -s, and where a part fails
    if seen["steps"] >= ENOUGH_TO_SEE:
        ends = {"order pre_production", "order cancelled", "payment cleared", "refund pending"}
        assert ends <= seen.keys()
        assert any(end.startswith("dispute ") for end in seen)
