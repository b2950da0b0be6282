"""What a system has to offer to be tried: how to run it, and how to read its record."""

import importlib
from dataclasses import dataclass
from typing import Protocol

from textline.chaos.errors import ChaosError
from textline.chaos.place import Place
from textline.chaos.record import Record
from textline.up.plan import Child


@dataclass(frozen=True)
class Person:
    """Somebody who signs in to the console; `supervises` or answers."""

    email: str
    password: str
    supervises: bool


@dataclass(frozen=True)
class Scene:
    """What `prepare` made: the line's number, and who can sign in (nobody, where there is no console)."""

    line: str
    people: tuple[Person, ...] = ()


@dataclass(frozen=True)
class Standing:
    """How far a system has come: texts in its record, and work that is still under way."""

    recorded: int
    under_way: int


class Target(Protocol):
    """A system under trial. `patience_s` bounds how long it may take to come to rest after the last fault."""

    patience_s: float

    def prepare(self, place: Place) -> Scene:
        """Make its tables and its line; the servers and the carrier are up, none of its processes is."""

    def processes(self, place: Place) -> tuple[Child, ...]:
        """What to run; faults go by the names `web`, `worker`, `urgent` and `clock`."""

    def standing(self, place: Place) -> Standing:
        """How far it has come.

        Raises:
            TextlineError: its database cannot be asked now.
        """

    def read(self, place: Place) -> Record:
        """Its whole record, opened."""


def load(name: str) -> Target:
    """The target that `module:attribute` names.

    Raises:
        ChaosError: there is none.
    """
    module, _, attribute = name.partition(":")
    try:
        made: Target = getattr(importlib.import_module(module), attribute)()
    except (ImportError, AttributeError, ValueError) as error:
        raise ChaosError(f"--target: there is no {name} ({error}): write it as module:name") from None
    return made
