"""Stripe down or slow: the checkout says so within three seconds, and nothing else notices."""

import socket
import time
from collections.abc import Callable, Iterator
from threading import Event, Thread

import pytest
import stripe

from shop.errors import CashierAway
from shop.models import Order
from shop.services.asking import open_payment
from shop.stripe import patience
from tests.factories.shop import place_small_order
from tests.shop.browsing import page_of

pytestmark = pytest.mark.django_db

WITHIN_S = 3.0


def silent(line: socket.socket, is_over: Event) -> None:
    is_over.wait(30)


def dripping(line: socket.socket, is_over: Event) -> None:
    """A byte of a header now and then: no single wait is long."""
    line.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not is_over.wait(0.2):
        line.sendall(b"x")


def dripping_body(line: socket.socket, is_over: Event) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not is_over.wait(0.2):
        line.sendall(b"{")


def hanging_up(line: socket.socket, is_over: Event) -> None:
    line.close()


def broken(line: socket.socket, is_over: Event) -> None:
    line.recv(65_536)
    line.sendall(b"HTTP/1.1 500 Oh\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnope")


def babbling(line: socket.socket, is_over: Event) -> None:
    line.recv(65_536)
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n<html>no>")


Manner = Callable[[socket.socket, Event], None]
MANNERS = (silent, dripping, dripping_body, hanging_up, broken, babbling)


@pytest.fixture
def odd_cashier(settings) -> Iterator[Callable[[Manner], list[socket.socket]]]:
    """Starts a cashier with these manners; gives the list of those who called."""
    is_over = Event()
    listener = socket.create_server(("127.0.0.1", 0))
    settings.STRIPE_API_BASE = f"http://127.0.0.1:{listener.getsockname()[1]}"
    callers: list[socket.socket] = []

    def start(manner: Manner) -> list[socket.socket]:
        def serve(line: socket.socket) -> None:
            try:
                manner(line, is_over)
            except OSError:
                pass  # they have given up
            finally:
                line.close()

        def listen() -> None:
            while not is_over.is_set():
                try:
                    line, _ = listener.accept()
                except OSError:
                    return
                callers.append(line)
                Thread(target=serve, args=[line], daemon=True).start()

        Thread(target=listen, daemon=True).start()
        return callers

    yield start
    is_over.set()
    listener.close()


@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.__name__)
def test_the_checkout_says_so_within_three_seconds(manner, odd_cashier, client):
    odd_cashier(manner)
    order = place_small_order()
    began = time.monotonic()
    response = client.post(f"{page_of(order)}pay/")
    assert time.monotonic() - began < WITHIN_S
    assert response["Location"] == f"{page_of(order)}?cashier=away"
    page = client.get(response["Location"]).text
    assert "The cashier cannot be reached at the moment" in page
    order.refresh_from_db()
    assert order.status == Order.Status.AWAITING_PAYMENT


def test_browsing_and_configuring_ask_no_cashier(odd_cashier, client, django_user_model):
    callers = odd_cashier(silent)
    order = place_small_order()
    slug = order.lines.get().configuration.version.product_model.slug
    for path in ("/", f"/machines/{slug}/", "/cart/", page_of(order), "/healthz"):
        assert client.get(path).status_code == 200, path
    assert callers == []


def test_who_let_two_wait_in_vain_is_left_alone_for_a_while(odd_cashier, client):
    """A process has two threads for its pages: a cashier that hangs must not keep both of them."""
    callers = odd_cashier(silent)
    orders = [place_small_order() for _ in range(patience.MOST_IN_VAIN + 6)]
    took = []
    for order in orders:
        began = time.monotonic()
        with pytest.raises(CashierAway):
            open_payment(order_id=order.pk)
        took.append(time.monotonic() - began)
    assert len(callers) == patience.MOST_IN_VAIN
    assert max(took[: patience.MOST_IN_VAIN]) < WITHIN_S
    assert sum(took[patience.MOST_IN_VAIN :]) < WITHIN_S / 2
    page = client.post(f"{page_of(orders[-1])}pay/", follow=True).text
    assert "The cashier cannot be reached at the moment" in page


def test_after_the_rest_one_looks_and_the_others_follow_when_somebody_answers():
    some = patience.Patience()
    for _ in range(patience.MOST_IN_VAIN):
        assert some.may_ask()
        some.note(is_in_vain=True)
    assert not some.may_ask()
    some._rests_until = time.monotonic()  # the rest is over
    assert [some.may_ask() for _ in range(3)] == [True, False, False]
    some.note(is_in_vain=False)
    assert [some.may_ask() for _ in range(3)] == [True, True, True]


@pytest.mark.parametrize("manner", [silent, dripping, dripping_body], ids=lambda it: it.__name__)
def test_a_line_that_was_let_go_is_free_again(manner, odd_cashier, settings, monkeypatch):
    callers = odd_cashier(manner)
    monkeypatch.setattr(patience, "MOST_IN_VAIN", 100)
    client = patience.PatientClient(within_s=0.25)
    for _ in range(patience.LINES + 3):
        with pytest.raises(stripe.APIConnectionError):
            client.request("get", settings.STRIPE_API_BASE, {})
    assert len(callers) == patience.LINES + 3
