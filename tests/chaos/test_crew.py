"""The crew starts again whatever dies, however often; the stores come back with, or without, what they held."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from tests.conftest import eventually
from textline.chaos.crew import Crew
from textline.chaos.servers import stores
from textline.embedded import places
from textline.embedded.guard import Guard
from textline.up.plan import Child

PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"


@pytest.fixture
def guard() -> Iterator[Guard]:
    with closing(Guard()) as made:
        yield made


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return places.data_directory(tmp_path / "data")


def test_whatever_dies_is_started_again(data: Path, guard: Guard) -> None:
    crew = Crew(dict(os.environ), data, guard, seed=1)
    try:
        crew.add(Child("dies", (sys.executable, "-c", "print('once', flush=True)")))
        crew.add(Child("parent", (sys.executable, "-c", PARENT)))
        log = data / "logs" / "dies.log"
        eventually(lambda: log.exists() and log.read_text().count("once") > 5, 20)
        first = eventually(lambda: _both(crew))
        killed_at = time.monotonic()
        os.kill(first[0], signal.SIGKILL)
        second = eventually(lambda: found if (found := _both(crew)) and found[0] != first[0] else None)
        assert time.monotonic() - killed_at > 0.5
        assert not set(first) & set(second)
    finally:
        crew.stop()
    assert crew.pids("parent") == crew.pids("dies") == []


def _both(crew: Crew) -> list[int] | None:
    """A parent and its child, once both are there."""
    found = crew.pids("parent")
    return found if len(found) == 2 else None


def test_stores_that_are_cut_off_keep_what_they_confirmed(data: Path, guard: Guard) -> None:
    with stores(data, guard) as made:
        _fill(made.database.url, made.queue.url)
        made.database.cut()
        made.queue.cut()
        assert not made.database.running
        assert not made.queue.running
        made.database.start()
        made.queue.start()
        with psycopg.connect(made.database.url) as connection, Redis.from_url(made.queue.url) as redis:
            assert connection.execute("select * from kept").fetchall() == [(7,)]
            assert redis.get("kept") == b"7"
            made.queue.flush()
            assert redis.get("kept") is None
            redis.set("kept", 8)
        made.queue.cut()
        made.queue.empty()
        made.queue.start()
        with Redis.from_url(made.queue.url) as redis:
            assert redis.get("kept") is None


def _fill(database_url: str, redis_url: str) -> None:
    with psycopg.connect(database_url) as connection, Redis.from_url(redis_url) as redis:
        connection.execute("create table kept as select 7 as n")
        redis.set("kept", 7)
