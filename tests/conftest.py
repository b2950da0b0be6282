"""What all tests share: real embedded servers, a real simulated carrier, and a runtime on both."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from cryptography.fernet import Fernet
from redis import Redis
from sqlalchemy import text

from tests.cast import Cast, gather
from textline.carrier.simulated.account import Keys
from textline.carrier.simulated.app import server
from textline.config import Settings
from textline.embedded import Servers, servers
from textline.runtime import Runtime, start
from textline.store.migrate import upgrade
from textline.store.tables import metadata

T = TypeVar("T")
SID, TOKEN = "AC" + "0a" * 16, "a-token-for-tests"


def eventually(look: Callable[[], T], seconds: float = 60, why: str = "it did not happen in time") -> T:
    """What `look` gives, as soon as it is something."""
    ends = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < ends, why
        time.sleep(0.02)
    return found


def runs(pid: int) -> bool:
    """Whether there is a process of this number, be it only what is left of one."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def free_port() -> int:
    """A port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """PostgreSQL and Valkey for the whole run."""
    with servers(tmp_path_factory.mktemp("servers")) as running:
        yield running


@pytest.fixture(scope="session")
def carrier_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A simulated carrier for the whole run, in a thread."""
    port = free_port()
    made = server(Keys(SID, TOKEN), tmp_path_factory.mktemp("carrier"), port)
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    eventually(lambda: made.started)
    yield f"http://127.0.0.1:{port}"
    made.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def settings(embedded: Servers, carrier_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings that lead to the servers of this run."""
    return Settings(
        database_url=embedded.database_url,
        redis_url=embedded.redis_url,
        twilio_account_sid=SID,
        twilio_auth_token=TOKEN,
        twilio_api_url=carrier_url,
        public_url=f"http://localhost:{free_port()}",
        secret_keys=Fernet.generate_key().decode(),
        lookup_key="a lookup key for tests that is long enough",
        data_dir=tmp_path_factory.mktemp("data"),
        demo=True,
    )


@pytest.fixture(scope="session")
def environment(settings: Settings) -> dict[str, str]:
    """The same for a process of its own."""
    given = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_token.get_secret_value(),
        "PUBLIC_URL": settings.public_url,
        "SECRET_KEYS": ",".join(key.get_secret_value() for key in settings.secret_keys),
        "LOOKUP_KEY": settings.lookup_key.get_secret_value(),
    }
    return os.environ | {f"TEXTLINE_{name}": value for name, value in given.items()}


@dataclass
class Clock:
    """The tests' clock: real time, moved at will."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.ahead += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    """A clock that a test may move."""
    return Clock()


@pytest.fixture(scope="session")
def _process(settings: Settings) -> Iterator[Runtime]:
    made = start(settings)
    upgrade(made.store.engine)
    yield made
    made.close()


@pytest.fixture
def run(_process: Runtime, clock: Clock, settings: Settings) -> Runtime:
    """A runtime on an empty record and an empty Redis."""
    with _process.store.session() as session:
        # To truncate some forty tables takes PostgreSQL fifty times as long as to delete what few rows they hold.
        session.execute(text("set local session_replication_role = replica"))
        for table in metadata.sorted_tables:
            session.execute(text(f"delete from {table.name}"))
            session.execute(text(f"select setval(pg_get_serial_sequence('{table.name}', 'id'), 1, false)"))
    with Redis.from_url(settings.redis_url) as redis:
        redis.flushall()
    return Runtime(settings, _process.store, _process.live, _process.carrier, clock)


@pytest.fixture
def cast(run: Runtime) -> Cast:
    """Harbor, with its line and its people."""
    return gather(run, "Harbor", "+12025550100")


@pytest.fixture
def other(run: Runtime, cast: Cast) -> Cast:
    """A second organization, whose things are none of Harbor's business."""
    return gather(run, "Lighthouse", "+12025550101")


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser, where there is one."""
    for path in map(Path, ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")):
        if path.exists():
            return path
    pytest.skip("Chromium is not installed: apt-get install chromium")
