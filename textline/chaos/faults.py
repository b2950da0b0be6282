"""How each fault is done, and undone."""

import signal
import threading
from collections.abc import Sequence
from contextlib import ExitStack

from textline.chaos.carrier import Control
from textline.chaos.crew import Crew, identified
from textline.chaos.outages import Outages
from textline.chaos.plan import Fault
from textline.chaos.servers import Stores
from textline.embedded.process import Process

POSTGRES, VALKEY, FROZEN = "PostgreSQL away", "Valkey away", "Valkey frozen"
POSTGRES_FROZEN, WIPED = "PostgreSQL frozen", "Valkey wiped"
_UP_AGAIN_S = 5.0


class Faults:
    """Does faults to a running system, and counts what was really done."""

    def __init__(
        self, crew: Crew, stores: Stores, control: Control, outages: Outages, ended: threading.Event
    ) -> None:
        self._crew = crew
        self._stores = stores
        self._control = control
        self._outages = outages
        self._ended = ended
        self._doings = {
            "valkey_killed": self._queue_away,
            "valkey_away": self._queue_away,
            "valkey_frozen": self._queue_frozen,
            "valkey_flushed": self._flush,
            "valkey_emptied": self._empty,
            "postgres_stopped": self._database_away,
            "postgres_away": self._database_away,
            "postgres_frozen": self._database_frozen,
            "both_away": self._both_away,
        }

    def do(self, together: Sequence[Fault]) -> None:
        """Do one fault, or several of the carrier's together, from beginning to end."""
        first = together[0]
        if first.kind.startswith("kill_"):
            self._kill(first)
        elif first.kind.startswith("freeze_"):
            self._freeze(first)
        elif first.kind in self._doings:
            self._doings[first.kind](first)
            self._outages.count(first.kind)
        else:
            self._misbehave(together)

    def _kill(self, fault: Fault) -> None:
        struck = self._struck(fault)
        if not struck:
            return
        with self._outages.during(f"{fault.process} killed"):
            for process in struck:
                process.send(signal.SIGKILL)
            self._outages.count(fault.kind)
            self._ended.wait(0.2)
            self._crew.awaited(fault.process, _UP_AGAIN_S)

    def _freeze(self, fault: Fault) -> None:
        struck = self._struck(fault)
        if not struck:
            return
        with self._outages.during(f"{fault.process} frozen"):
            for process in struck:
                process.send(signal.SIGSTOP)
            self._outages.count(fault.kind)
            self._ended.wait(fault.lasts)
            for process in struck:
                process.send(signal.SIGCONT)

    def _struck(self, fault: Fault) -> list[Process]:
        """All processes of what is struck, or one of its children; none when there is nothing of that name."""
        if not self._crew.has(fault.process):
            return []
        if fault.child is None:
            return identified(self._crew.awaited(fault.process, _UP_AGAIN_S))
        children = self._crew.awaited(fault.process, _UP_AGAIN_S, least=2)[1:]
        return identified([children[int(fault.child * len(children))]]) if children else []

    def _queue_away(self, fault: Fault) -> None:
        with self._outages.during(VALKEY):
            self._stores.queue.cut()
            self._ended.wait(fault.lasts if fault.kind == "valkey_away" else 0)
            self._stores.queue.start()

    def _queue_frozen(self, fault: Fault) -> None:
        with self._outages.during(FROZEN), self._stores.queue.frozen():
            self._ended.wait(fault.lasts)

    def _flush(self, _: Fault) -> None:
        with self._outages.during(WIPED):
            self._stores.queue.flush()

    def _empty(self, _: Fault) -> None:
        with self._outages.during(VALKEY), self._outages.during(WIPED):
            self._stores.queue.cut()
            self._stores.queue.empty()
            self._stores.queue.start()

    def _database_away(self, fault: Fault) -> None:
        with self._outages.during(POSTGRES):
            self._stores.database.cut()
            self._ended.wait(fault.lasts if fault.kind == "postgres_away" else 0)
            self._stores.database.start()

    def _database_frozen(self, fault: Fault) -> None:
        with self._outages.during(POSTGRES_FROZEN), self._stores.database.frozen():
            self._ended.wait(fault.lasts)

    def _both_away(self, fault: Fault) -> None:
        with self._outages.during(POSTGRES):
            with self._outages.during(VALKEY):
                self._stores.database.cut()
                self._stores.queue.cut()
                self._ended.wait(fault.lasts)
                self._stores.queue.start()
            self._stores.database.start()

    def _misbehave(self, together: Sequence[Fault]) -> None:
        ways = {name: value for fault in together for name, value in fault.ways.items()}
        with ExitStack() as stack:
            for fault in together:
                stack.enter_context(self._outages.during(fault.kind))
            self._control.misbehave(ways)
            for fault in together:
                self._outages.count(fault.kind)
            self._ended.wait(together[0].lasts)
            self._control.behave()
