"""The command that gives the web process its rights, and what it says of them."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.web_role import RULES
from tests.as_the_web import ROLE

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("grant_web_role", *arguments, stdout=out)
    return out.getvalue()


def line_of(table: str, text: str) -> str:
    return next(line for line in text.splitlines() if line.split()[0] == table)


def rights(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS kind "
            "WHERE has_table_privilege(%s, %s, kind)",
            [ROLE, table],
        )
        return {kind for (kind,) in cursor.fetchall()}


def test_it_says_of_every_table_what_the_web_may_do_and_why_no_more():
    text = said(ROLE)
    assert len(text.splitlines()) == len(connection.introspection.table_names())
    assert line_of("shop_paymentclearance", text).endswith("read (releases an order)")
    assert line_of("shop_cart", text).endswith("read, insert, update, delete")
    assert "update but not " in line_of("shop_order", text)


def test_doing_it_again_changes_nothing():
    assert said(ROLE) == said(ROLE)


def test_what_was_granted_by_hand_is_taken_back():
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT INSERT, UPDATE (cleared_at) ON shop_paymentclearance TO {ROLE}")
    said(ROLE)
    assert rights("shop_paymentclearance") == {"SELECT"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_any_column_privilege(%s, 'shop_paymentclearance', 'UPDATE')", [ROLE]
        )
        assert cursor.fetchone() == (False,)


def test_a_table_of_a_later_migration_is_covered_by_running_it_again():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE shop_wishlist (id bigint)")
    assert rights("shop_wishlist") == set()
    assert "shop_wishlist" in said(ROLE)
    assert rights("shop_wishlist") == {"SELECT", "INSERT", "UPDATE", "DELETE"}


def test_every_fixed_column_exists():
    """A column that was renamed would be the web's to write."""
    with connection.cursor() as cursor:
        for rule in RULES:
            described = connection.introspection.get_table_description(cursor, rule.table)
            assert rule.fixed <= {column.name for column in described}, rule.table


def test_a_role_that_grants_do_not_bind_is_refused():
    with pytest.raises(CommandError, match="grants do not bind it"):
        said(str(connection.settings_dict["USER"]))


def test_a_password_that_is_not_there_is_asked_for(monkeypatch):
    monkeypatch.delenv("NO_SUCH_PASSWORD", raising=False)
    with pytest.raises(CommandError, match="NO_SUCH_PASSWORD is not set"):
        said(ROLE, "--password-from", "NO_SUCH_PASSWORD")
