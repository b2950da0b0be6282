"""Volunteers and supervisors at the console: present, answering, closing, acknowledging; they outlast every outage."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import httpx

from textline.chaos import words
from textline.chaos.console import Console
from textline.chaos.target import Person
from textline.chaos.threads import Threads

_PAUSE_S = 1.5
_AGAIN_S = 0.5
_TRIES = 20  # as often a person presses Send again before they give it up
_AT_ONCE = 2
_CLOSING = 0.12
_RESOLVING = 0.3


@dataclass
class Team:
    """Everybody at the console. `answers` holds each answer's words, and whether the console took them."""

    web: str
    seed: int
    resting: threading.Event  # set when the texters have ended: nobody answers or closes any more
    ended: threading.Event
    answers: list[tuple[str, bool]] = field(default_factory=list)

    def start(self, people: tuple[Person, ...], threads: Threads) -> None:
        """Have them all come."""
        for person in people:
            threads.start(f"person {person.email}", partial(self._attend, person, threads))

    def _attend(self, person: Person, threads: Threads) -> None:
        console = Console(self.web, person.email, person.password)
        dice = random.Random(f"{person.email} {self.seed}")  # noqa: S311 - no secret
        self._insist(console.sign_in)
        threads.start(f"stream {person.email}", lambda: self._be_present(console))
        work = _Supervisor(self, console, dice) if person.supervises else _Volunteer(self, console, dice)
        while not self.ended.wait(_PAUSE_S * dice.uniform(0.7, 1.3)):
            if person.supervises or not self.resting.is_set():
                self._attempt(work.turn)

    def _be_present(self, console: Console) -> None:
        """Keep a stream open, and answer its beats, as a page does."""

        def listen() -> None:
            for event in console.events():
                if self.ended.is_set():
                    return
                if event == "beat":
                    console.change("/presence")

        while not self.ended.wait(_AGAIN_S):
            self._attempt(listen)

    @staticmethod
    def _attempt(what: Callable[[], object]) -> bool:
        try:
            what()
        except httpx.HTTPError:
            return False
        return True

    def _insist(self, what: Callable[[], object]) -> None:
        while not self._attempt(what) and not self.ended.wait(_AGAIN_S):
            pass


class _Volunteer:
    def __init__(self, team: Team, console: Console, dice: random.Random) -> None:
        self._team, self._console, self._dice = team, console, dice

    def turn(self) -> None:
        """Answer some who wait, and now and then close a conversation."""
        rows = self._console.rows()
        waiting = [number for number, unanswered in rows if unanswered]
        for number in self._dice.sample(waiting, min(_AT_ONCE, len(waiting))):
            self._answer(number)
        if rows and self._dice.random() < _CLOSING:
            number, _ = self._dice.choice(rows)
            self._console.change(f"/conversations/{number}/closing", disposition="supported")

    def _answer(self, conversation: int) -> None:
        """Send an answer, again and again with the same mark until the console says what became of it."""
        mark = f"{self._dice.getrandbits(64):016x}"
        body = f"{self._dice.choice(words.ANSWERS)} [{mark}]"
        taken = False
        for _ in range(_TRIES):
            try:
                taken = self._console.change(f"/conversations/{conversation}/replies", body=body, once=mark)
            except httpx.HTTPError:
                if self._team.ended.wait(_AGAIN_S):
                    break
            else:
                break
        self._team.answers.append((body, taken))


class _Supervisor:
    def __init__(self, team: Team, console: Console, dice: random.Random) -> None:
        self._team, self._console, self._dice = team, console, dice
        self._seen: list[int] = []

    def turn(self) -> None:
        """Acknowledge what rings; resolve some of what was acknowledged, so that the conversations can go on."""
        for escalation in self._console.alarms():
            if self._console.change(f"/escalations/{escalation}/acknowledgement"):
                self._seen.append(escalation)
        if self._seen and not self._team.resting.is_set() and self._dice.random() < _RESOLVING:
            escalation = self._seen.pop(0)
            self._console.change(f"/escalations/{escalation}/resolution", outcome="safe")
