import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from tests.embedded.conftest import nobody_left, postmasters, remember, remembered, valkeys
from textline import config
from textline.embedded import EmbeddedError, process, servers
from textline.embedded import owner as owner_module


def test_a_clean_end_leaves_no_process_and_no_socket_and_the_data_is_there_again(empty):
    with servers(empty) as running:
        remember(running.database_url, running.redis_url, "one")
        sockets = Path(running.redis_url.removeprefix("unix://").partition("?")[0]).parent
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert len(postmasters(empty)) == len(valkeys(empty)) == 1
        first = running.database_url
    assert nobody_left(empty)
    assert not sockets.exists()
    with servers(empty) as running:
        assert running.database_url == first
        assert remembered(running.database_url, running.redis_url) == (["one"], ["one"])


def test_the_servers_are_set_up_to_keep_what_they_acknowledge_and_listen_to_no_port(data):
    with servers(data) as running:
        valkey = redis.Redis.from_url(running.redis_url)
        assert valkey.config_get("port")["port"] == "0"
        assert valkey.config_get("appendfsync")["appendfsync"] == "always"
        assert valkey.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
        with psycopg.connect(running.database_url) as connection:
            shown = [
                connection.execute(f"SHOW {name}").fetchone()[0]
                for name in ("listen_addresses", "timezone", "server_encoding", "fsync", "synchronous_commit")
            ]
            assert shown == ["", "UTC", "UTF8", "on", "on"]
            assert connection.execute("SELECT upper('é')").fetchone()[0] == "É"


def test_the_addresses_are_what_the_settings_take(data):
    with servers(data) as running:
        settings = config.load(
            _env_file=None,
            database_url=running.database_url,
            redis_url=running.redis_url,
            twilio_account_sid="AC" + "0" * 32,
            twilio_auth_token="x",
            public_url="http://localhost:8100",
            secret_keys="A" * 43 + "=",
            lookup_key="x" * 32,
        )
        from sqlalchemy import create_engine, text

        with create_engine(settings.database_url).connect() as connection:
            assert connection.execute(text("SELECT current_database()")).scalar() == "textline"


def test_a_long_path_with_spaces_and_strange_characters(empty):
    deep = empty / ("a b" * 20) / ("é'\"%{}" * 8) / ("x" * 90)
    with servers(deep) as running:
        remember(running.database_url, running.redis_url, "deep")
    assert nobody_left(deep)
    with servers(deep) as running:
        assert remembered(running.database_url, running.redis_url) == (["deep"], ["deep"])


def test_a_second_process_attaches_and_leaves_the_servers_alone(data, owner):
    holder = owner(data)
    before = postmasters(data) + valkeys(data)
    with servers(data) as running:
        remember(running.database_url, running.redis_url, "guest")
        assert running.ensure() == []
    assert postmasters(data) + valkeys(data) == before
    holder.communicate(timeout=20)
    assert holder.returncode == 0
    assert nobody_left(data)


def test_attaching_waits_while_the_owner_is_starting(empty):
    both = "import sys; from pathlib import Path; from textline.embedded import servers\n"
    both += "with servers(Path(sys.argv[1])) as running: import time; time.sleep(0.3)"
    starts = [subprocess.Popen([sys.executable, "-c", both, str(empty)]) for _ in range(2)]
    assert [start.wait(timeout=30) for start in starts] == [0, 0]
    assert nobody_left(empty)


def test_who_wants_to_own_does_not_attach(data, owner, monkeypatch):
    owner(data)
    monkeypatch.setattr(owner_module, "PATIENCE", 1)
    with pytest.raises(EmbeddedError, match="Another process holds"), servers(data, attach=False):
        pass


def test_one_server_alone_and_a_guest_who_wants_the_other(data):
    with servers(data, database=False) as running:
        assert running.database_url == ""
        assert postmasters(data) == []
        assert redis.Redis.from_url(running.redis_url).ping()
        with pytest.raises(EmbeddedError, match="TEXTLINE_DATABASE_URL"), servers(data):
            pass
        with servers(data, database=False) as attached:
            assert attached.redis_url == running.redis_url
    with servers(data, redis=False) as running:
        assert running.redis_url == ""
        assert valkeys(data) == []


def test_an_error_inside_ends_the_servers_too(data):
    with pytest.raises(ZeroDivisionError), servers(data, database=False):
        1 / 0  # noqa: B018
    assert nobody_left(data)


def test_a_clients_open_connection_does_not_delay_the_end(data):
    with servers(data) as running:
        connection = psycopg.connect(running.database_url)
        connection.execute("SELECT pg_sleep(0)")
    assert nobody_left(data)
    connection.close()


def test_a_server_that_was_killed_is_started_again_at_its_address(data):
    with servers(data) as running:
        remember(running.database_url, running.redis_url, "kept")
        killed = postmasters(data) + valkeys(data)
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        again: list[str] = []
        assert process.wait(lambda: len(again.extend(running.ensure()) or again) == 2, 5)
        assert sorted(again) == ["postgres", "valkey-server"]
        assert remembered(running.database_url, running.redis_url) == (["kept"], ["kept"])
        assert running.ensure() == []
        assert len(postmasters(data)) == len(valkeys(data)) == 1


def test_a_frozen_server_does_not_hold_up_the_end_for_who_is_in_a_hurry(data):
    with servers(data, database=False, hurry=lambda: True):
        os.kill(valkeys(data)[0], signal.SIGSTOP)
    assert nobody_left(data)
