"""What the tests of the embedded servers share: real servers, real processes, real signals."""

import functools
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from textline.embedded import process, servers

OWNER = """
    import sys, time
    from pathlib import Path
    from textline.embedded import servers
    with servers(Path(sys.argv[1])) as running:
        print(running.database_url, running.redis_url, flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that everybody may pass through, so that the ordinary account is used under root.

    Not one of pytest's: those are shut, by every run of it anew.
    """
    with tempfile.TemporaryDirectory(prefix="textline-test-") as name:
        Path(name).chmod(0o711)
        yield Path(name).resolve()


@pytest.fixture
def empty(open_directory: Path) -> Path:
    """A data directory that is not there yet."""
    return open_directory / "data"


@pytest.fixture
def data(open_directory: Path) -> Path:
    """A data directory that was used once, cleanly, and holds nothing."""
    return used_once(open_directory / "data")


def used_once(data: Path) -> Path:
    """Make a data directory whose first start lies behind it: what takes longest is done once for all tests."""
    data.mkdir(mode=0o711)
    shutil.copytree(Path(_cluster().name) / "postgres", data / "postgres")
    return data


@functools.cache
def _cluster() -> tempfile.TemporaryDirectory[str]:
    made = tempfile.TemporaryDirectory(prefix="textline-test-")
    with servers(Path(made.name), redis=False):
        pass
    return made


@pytest.fixture
def owner() -> Iterator[Callable[[Path], subprocess.Popen[str]]]:
    """Starts another process that owns a data directory until its input is closed; its first line is read."""
    started: list[subprocess.Popen[str]] = []

    def start(data: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", textwrap.dedent(OWNER), str(data)]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        assert started[-1].stdout is not None
        assert "postgresql://" in started[-1].stdout.readline()
        return started[-1]

    yield start
    for child in started:
        child.communicate(timeout=30)


def postmasters(data: Path) -> list[int]:
    """The PostgreSQL servers over a data directory, without their backends."""
    found = process.sitting_in(data / "postgres", "postgres")
    return [pid for pid in found if not process.has_title(pid, "postgres: ")]


def valkeys(data: Path) -> list[int]:
    return process.sitting_in(data / "valkey", "valkey-server")


def nobody_left(data: Path) -> bool:
    return process.wait(
        lambda: not process.sitting_in(data / "postgres", "postgres") and not valkeys(data), 8
    )


def remember(database_url: str, redis_url: str, word: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS word (word text)")
        connection.execute("INSERT INTO word VALUES (%s)", [word])
    redis.Redis.from_url(redis_url).rpush("words", word)


def remembered(database_url: str, redis_url: str) -> tuple[list[str], list[str]]:
    with psycopg.connect(database_url) as connection:
        rows = [row[0] for row in connection.execute("SELECT word FROM word").fetchall()]
    return rows, [word.decode() for word in redis.Redis.from_url(redis_url).lrange("words", 0, -1)]
