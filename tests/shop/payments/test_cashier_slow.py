"""Stripe down or slow: the checkout says so within three seconds, and nothing else notices."""

import socket
import time
from collections.abc import Callable, Iterator
from threading import Event, Thread

import pytest

from shop.errors import CashierAway
from shop.models import Order
from shop.services.asking import open_payment
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


def test_a_cashier_that_hangs_for_many_keeps_nobody_longer(odd_cashier):
    """More questions at once than lines: who waits for a line gives up in time, too."""
    odd_cashier(dripping)
    orders = [place_small_order() for _ in range(2)]
    for order in orders:
        began = time.monotonic()
        with pytest.raises(CashierAway, match="No whole answer"):
            open_payment(order_id=order.pk)
        assert time.monotonic() - began < WITHIN_S
