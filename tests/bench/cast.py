"""Who is there while Textline is measured: an organization, its line, a supervisor, and volunteers with sessions."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from tests.bench.machine import BenchError
from textline import seed
from textline.errors import TextlineError
from textline.flow import sign_in
from textline.rules.access import Role
from textline.runtime import Runtime
from textline.store import organizations, people

# A page answers every five seconds, and the grace is twenty: each volunteer is heard in time, spread out evenly.
FRESH_S = 8.0
CAPACITY = 10


def until(look: Callable[[], object], seconds: float, why: str) -> None:
    """Wait until it is so.

    Raises:
        BenchError: it does not come.
    """
    ends = time.monotonic() + seconds
    while not look():
        if time.monotonic() > ends:
            raise BenchError(why)
        time.sleep(0.05)


@dataclass
class Cast:
    """The organization's people. Whoever is in `volunteers` is available, has room, and is kept present."""

    run: Runtime
    organization: int
    supervisor: int
    password_hash: str
    sessions: dict[int, str] = field(default_factory=dict)
    volunteers: list[int] = field(default_factory=list)
    _hired: list[int] = field(default_factory=list)
    _gone: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def have(self, count: int, capacity: int = CAPACITY) -> None:
        """Have exactly so many volunteers available, each with room for so many conversations, and signed in."""
        with self.run.unit(self.organization) as unit:
            for n in range(len(self._hired), count):
                email = f"volunteer{n}@bench.example"
                person = people.add(unit, f"Volunteer {n}", email, Role.VOLUNTEER, self.password_hash)
                self._hired.append(person.id)
        self.volunteers = self._hired[:count]
        with self.run.unit(self.organization) as unit:
            mine = set(self.volunteers)
            for person in people.every(unit):
                person.available, person.capacity = person.id in mine, capacity
            unsigned = [
                p for p in people.every(unit) if p.id in (mine | {self.supervisor}) - self.sessions.keys()
            ]
        for person in unsigned:
            self.sessions[person.id] = sign_in.begin(self.run, person)
        self._beat(self.volunteers)

    def stay(self) -> None:
        """Keep all volunteers present until `leave`."""
        self._gone = threading.Event()
        self._thread = threading.Thread(target=self._stay, args=(self._gone, self.volunteers), daemon=True)
        self._thread.start()

    def leave(self) -> None:
        """Nobody is kept present any more."""
        self._gone.set()
        if self._thread:
            self._thread.join(5)

    def _stay(self, gone: threading.Event, volunteers: list[int]) -> None:
        """A few at a time: a thousand at once would be a load that no real line has."""
        slices = 80
        while not gone.is_set():
            for n in range(slices):
                self._beat(volunteers[n::slices])
                if gone.wait(FRESH_S / slices):
                    return

    def _beat(self, volunteers: list[int]) -> None:
        with suppress(TextlineError):
            for volunteer in volunteers:
                self.run.live.presence.beat(self.organization, volunteer, time.time())


def gather(run: Runtime) -> Cast:
    """Make the organization; the simulated carrier must be there, since the line is connected to it."""
    seed.seed(run)
    with run.everywhere() as everywhere:
        organization = organizations.every(everywhere)[0].id
        supervisor = people.by_email(everywhere, seed.email("Ruth"))
    assert supervisor is not None
    return Cast(run, organization, supervisor.id, sign_in.hash_password(seed.PASSWORD))
