"""What the demo's processes are told, and what is not theirs to say."""

import socket

import pytest

from config.demo import house
from config.demo.check import check_demo
from config.demo.errors import DemoError
from config.demo.screen import Screen
from config.demo.surroundings import PREFERRED_PORTS, surroundings, unusual_ports, usual_ports
from config.embedded import ports

OUTSIDE = ("STRIPE_SECRET_KEY", "EMAIL_URL", "BASE_URL")


@pytest.fixture
def plain(monkeypatch):
    """An environment that names nobody outside."""
    for name in OUTSIDE:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def place_in(folder):
    return surroundings(folder, chosen=unusual_ports())


def names(specs) -> list[str]:
    return [spec.name for spec in specs]


def test_a_taken_port_moves_to_the_next_free_one():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert usual_ports(port)["shop"] > port


def test_no_two_of_a_demo_share_a_port():
    assert len(set(usual_ports(PREFERRED_PORTS["cashier"]).values())) == len(PREFERRED_PORTS)
    assert len(set(unusual_ports().values())) == len(PREFERRED_PORTS)


def test_a_free_port_is_free():
    assert ports.is_free(ports.any_free())


def test_a_free_port_is_none_that_an_outgoing_connection_may_be_given():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()) as outgoing:
            assert outgoing.getsockname()[1] not in ports.UNPROMISED
        assert server.getsockname()[1] not in ports.UNPROMISED
    assert all(ports.any_free() in ports.UNPROMISED for _ in range(20))


def test_without_a_key_and_a_mail_server_helpers_stand_in(tmp_path, plain):
    place = place_in(tmp_path)
    environment = place.environment()
    assert names(house.standing_by(place)) == ["mailsink", "cashier", "web", "worker"]
    assert environment["STRIPE_API_BASE"] == place.url("cashier", "")
    assert environment["STRIPE_SECRET_KEY"].startswith("sk_test_")
    assert environment["EMAIL_URL"] == f"smtp://127.0.0.1:{place.ports['smtp']}"


def test_a_real_key_and_a_real_mail_server_are_left_as_they_are(tmp_path, plain):
    plain.setenv("STRIPE_SECRET_KEY", "sk_test_of_somebody")
    plain.setenv("EMAIL_URL", "smtp://mail.example")
    place = place_in(tmp_path)
    assert names(house.standing_by(place)) == ["web", "worker"]
    assert not {"STRIPE_SECRET_KEY", "STRIPE_API_BASE", "EMAIL_URL"} & set(place.environment())


def test_secrets_are_made_once_and_kept_from_others(tmp_path, plain):
    place = place_in(tmp_path)
    assert place.webhook_secret == place_in(tmp_path).webhook_secret
    assert place.webhook_secret.startswith("whsec_")
    assert place.staff_password == place_in(tmp_path).staff_password
    assert (tmp_path / "staff-password").stat().st_mode & 0o077 == 0


def test_the_webhook_secret_is_on_no_command_line(tmp_path, plain):
    place = place_in(tmp_path)
    commands = [spec.command for spec in [*house.standing_by(place), *house.at_work(place)]]
    assert place.webhook_secret not in " ".join(word for command in commands for word in command)


def test_the_check_never_pays_with_a_real_key(plain):
    plain.setenv("STRIPE_SECRET_KEY", "sk_live_of_somebody")
    with pytest.raises(DemoError, match="STRIPE_SECRET_KEY"):
        check_demo(Screen(), orders=1)
