"""The runtime: what everything that happens is given, passed explicitly.

`unit()` is one transaction in one organization; the jobs and broadcasts that it decided go out after the
commit. If they are lost (Redis is away, the process dies), a sweep finds the work all the same.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from textline import log, metrics
from textline.carrier.client import Carrier
from textline.config import Settings
from textline.errors import NotFound, Unavailable
from textline.live import Live
from textline.live.jobs import Wake
from textline.seal import Seal
from textline.store.base import Everywhere, Scope
from textline.store.database import Store, translated

T = TypeVar("T")
_log = log.get(__name__)


def utc_now() -> datetime:
    """The clock, where nobody brings another."""
    return datetime.now(UTC)


@dataclass
class Unit(Scope):
    """One transaction in one organization, and what is to go out after it."""

    wakes: dict[Wake, None] = field(default_factory=dict)
    topics: set[str] = field(default_factory=set)
    read: dict[object, Any] = field(default_factory=dict)

    def once(self, key: object, read: Callable[[], T]) -> T:
        """What was read for this key already in this transaction, else what `read` gives."""
        if key not in self.read:
            self.read[key] = read()
        found: T = self.read[key]
        return found

    @contextmanager
    def apart(self) -> Iterator[None]:
        """What fails inside is undone alone: what the transaction held before stays."""
        with translated(), self.session.begin_nested():
            yield

    def wake(self, job: str, queue: str, *ids: int | str) -> None:
        """After the commit, wake a worker for this; asked twice, woken once."""
        self.wakes[job, queue, ids] = None

    def tell(self, *topics: str) -> None:
        """After the commit, tell the organization's streams that these changed."""
        self.topics.update(topics)


@dataclass(frozen=True)
class Runtime:
    """Everything outside, in one hand."""

    settings: Settings
    store: Store
    live: Live
    carrier: Carrier
    clock: Callable[[], datetime] = utc_now
    last_known: dict[str, object] = field(default_factory=dict)  # for use while the record is away

    @property
    def seal(self) -> Seal:
        """The installation's seal."""
        return self.store.seal

    @contextmanager
    def unit(self, organization_id: int) -> Iterator[Unit]:
        """One transaction in an organization; then its jobs and broadcasts."""
        with self.unit_of(lambda _: organization_id) as unit:
            yield unit

    @contextmanager
    def unit_of(self, whose: Callable[[Everywhere], int | None]) -> Iterator[Unit]:
        """The same where the organization is found out first, in the same transaction.

        Raises:
            NotFound: it is nobody's.
        """
        with self.store.session() as session:
            now = self.clock()
            organization_id = whose(Everywhere(session, self.seal, now))
            if organization_id is None:
                raise NotFound("There is no such thing in any organization.")
            unit = Unit(session, self.seal, now, organization_id)
            yield unit
        self._send_out(unit)

    @contextmanager
    def everywhere(self) -> Iterator[Everywhere]:
        """One transaction over all organizations: for sweeps, and to find out whose something is."""
        with self.store.session() as session:
            yield Everywhere(session, self.seal, self.clock())

    def promptly(self, limit_s: float, work: Callable[[Everywhere], T]) -> T:
        """One transaction over all organizations that is waited for no longer than this.

        Raises:
            Unavailable: it took longer; it may still succeed.
        """

        def transaction() -> T:
            with self.everywhere() as everywhere:
                return work(everywhere)

        return self.store.promptly(limit_s, transaction)

    def _send_out(self, unit: Unit) -> None:
        try:
            if unit.wakes:
                self.live.jobs.wake(unit.wakes)
            if unit.topics:
                self.live.broadcast.tell(unit.organization_id, unit.topics)
        except Unavailable:
            # What was decided stands in the record; the clock's sweeps do what was to be woken.
            metrics.REDIS_AWAY.inc()
            _log.warning("jobs and broadcasts were not sent: Redis cannot be reached")

    def close(self) -> None:
        """Give all connections back."""
        self.store.close()
        self.live.close()


def start(settings: Settings) -> Runtime:
    """The runtime of a process. Nothing is reached before its first use."""
    return Runtime(
        settings, Store.from_settings(settings), Live(settings.redis_url), Carrier.from_settings(settings)
    )
