"""What a measurement asks of whatever it measures, be it Textline, the tutorial or the bare limit."""

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass

import psycopg

from tests.bench.machine import Machine, stop
from tests.bench.signed import Texters
from tests.bench.streams import Stream


@dataclass(frozen=True)
class Progress:
    """How far a run has come: texts that the record holds, and conversations that a volunteer has."""

    recorded: int
    matched: int


class System(ABC):
    """A build that takes webhooks on the machine's port. Only one is up at a time."""

    name: str

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.crowd = Texters(machine.port)

    @abstractmethod
    def start(self, volunteers: int = 0) -> None:
        """Start with an empty record and empty queues, and with so many volunteers present."""

    def stop(self) -> None:
        """End all its processes."""
        stop(list(self.children.values()))
        self.children.clear()

    def freeze(self, *names: str, thaw: bool = False) -> None:
        """Stop some of its processes where they stand, or let them go on."""
        for name in names:
            os.killpg(self.children[name].pid, signal.SIGCONT if thaw else signal.SIGSTOP)

    def alive(self) -> bool:
        """Whether all its processes live."""
        return all(child.poll() is None for child in self.children.values())


class Recording(System):
    """A system that records and matches, and tells open streams."""

    volunteers: list[int]

    @abstractmethod
    def record(self) -> "psycopg.Connection[tuple[int, ...]]":
        """A connection to its record, which commits by itself."""

    @abstractmethod
    def mark(self) -> object:
        """This moment in the record: what comes later counts."""

    @abstractmethod
    def progress(self, mark: object) -> Progress:
        """How far it has come since a mark."""

    @abstractmethod
    def last_change(self, mark: object) -> dict[int, float]:
        """For each volunteer with a conversation begun since: when its last text or match was (epoch seconds)."""

    @abstractmethod
    def recorded_at(self, sids: list[str]) -> dict[str, tuple[float, int, int]]:
        """For each of these texts: when it was recorded (epoch seconds), its conversation, and its volunteer."""

    @abstractmethod
    def stream(self, volunteer: int, conversation: int | None = None) -> Stream:
        """A page's stream of a volunteer, with the conversation that is open on it; its key is the volunteer."""


def to_monotonic(epoch: float) -> float:
    """The database's clock, on this machine, in terms of `time.monotonic`."""
    return epoch - time.time() + time.monotonic()
