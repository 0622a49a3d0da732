"""Running something with the rights of the web process: its database role, on this connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest
from django.test.client import ClientHandler
from psycopg.pq import TransactionStatus

ROLE = "cartwright_web_of_tests"


@contextmanager
def the_web() -> Iterator[None]:
    """The rights of the web process, until the block ends; the tables' owner after that.

    Past Django's cursors, so that these statements are not counted as the request's.
    """
    connection.ensure_connection()
    wire = connection.connection
    wire.execute(f"SET ROLE {ROLE}")
    try:
        yield
    finally:
        # A request may have closed the connection; a transaction that failed is rolled back.
        if not wire.closed and wire.info.transaction_status != TransactionStatus.INERROR:
            wire.execute("RESET ROLE")


def answer_as_the_web(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the test client's requests answered with the web's rights, where there is a database.

    The pages asked of a live server, in a thread of its own, keep the owner's.
    """
    answer = ClientHandler.get_response

    def get_response(self: ClientHandler, request: HttpRequest) -> Any:
        if not may_connect():
            return answer(self, request)
        with the_web():
            return answer(self, request)

    monkeypatch.setattr(ClientHandler, "get_response", get_response)


def may_connect() -> bool:
    try:
        connection.ensure_connection()
    except RuntimeError:  # pytest-django: this test has not asked for the database
        return False
    return True
