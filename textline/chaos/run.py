"""`textline chaos`: servers, carrier, system, load, faults, quiet, comparison, report."""

import contextlib
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from textline.chaos import lanes, load, plan, progress, quiet, recovery, report, script, words
from textline.chaos.carrier import Control
from textline.chaos.compare import compare
from textline.chaos.crew import Crew
from textline.chaos.crisis import hotline_times
from textline.chaos.errors import ChaosError
from textline.chaos.faults import FROZEN, POSTGRES, POSTGRES_FROZEN, VALKEY, WIPED, Faults
from textline.chaos.outages import Outages
from textline.chaos.place import Place
from textline.chaos.ready import await_all, await_answer
from textline.chaos.servers import Stores
from textline.chaos.stage import stage, temporary
from textline.chaos.target import Scene, Target
from textline.chaos.threads import Threads
from textline.chaos.volunteers import Team
from textline.embedded.guard import Guard
from textline.errors import TextlineError
from textline.up.announce import say
from textline.up.plan import PLAN
from textline.up.steps import compile_ahead
from textline.up.stopping import Stopping

_JOIN_S = 40.0
_WARM_S = 30.0


@dataclass(frozen=True)
class Asked:
    """What was asked for: `rate` in texts a second."""

    minutes: float
    seed: int
    rate: float

    @property
    def seconds(self) -> float:
        """How long texts are sent."""
        return self.minutes * 60


def chaos(asked: Asked, target: Target, data_dir: Path | None) -> int:
    """Make a run; returns the exit status: 0 only when all is well. For the main thread."""
    stopping = Stopping()
    data = data_dir or temporary()
    say(
        f"Chaos for {asked.minutes:g} minutes at {asked.rate:g} texts a second, seed {asked.seed}. Data: {data}"
    )
    try:
        with stopping.listening():
            well = _Run(asked, target, data, stopping).all()
    except TextlineError as error:
        say(f"{error}\nThe run's data and logs are in {data}")
        return 2
    if well and data_dir is None:
        shutil.rmtree(data, ignore_errors=True)
    else:
        say(f"The run's data and logs are in {data}")
    return 0 if well else 1


class _Run:
    def __init__(self, asked: Asked, target: Target, data: Path, stopping: Stopping) -> None:
        self._asked = asked
        self._target = target
        self._data = data
        self._stopping = stopping
        self._outages = Outages()
        self._threads = Threads()
        self._resting, self._ended = threading.Event(), threading.Event()

    def all(self) -> bool:
        with contextlib.ExitStack() as stack:
            guard = stack.enter_context(contextlib.closing(Guard()))
            place, made = stack.enter_context(stage(self._data, guard, self._stopping))
            control = stack.enter_context(contextlib.closing(Control(place.carrier)))
            compile_ahead()
            crew = Crew(place.environment, place.data, guard, self._asked.seed)
            stack.callback(self._end, crew)
            crew.add(PLAN.carrier.filled(place.filling))
            await_answer(place, place.carrier_port, PLAN.carrier.ready)
            scene = self._target.prepare(place)
            crew.add(*self._target.processes(place))
            await_all(place, self._target.processes(place))
            answers = self._trial(place, made, control, crew, scene)
            return self._judge(place, control, scene, answers)

    def _trial(
        self, place: Place, made: Stores, control: Control, crew: Crew, scene: Scene
    ) -> tuple[list[tuple[str, bool]], float | None]:
        """Load and faults, and then quiet; gives the volunteers' answers, and after how long it was quiet."""
        seconds = self._asked.seconds
        self._warm_up(place, control, scene)
        team = Team(place.web, self._asked.seed, self._resting, self._ended)
        team.start(scene.people, self._threads)
        texts = script.write(self._asked.seed, seconds, self._asked.rate)
        until = time.monotonic() + seconds
        faults = Faults(crew, made, control, self._outages, self._resting)
        shown = (place, self._target, control, self._outages, until, self._ended)
        self._threads.start("progress", lambda: progress.show(*shown))
        self._threads.start("texters", lambda: load.run(texts, control, scene.line, self._resting))
        lanes.run(plan.draw(self._asked.seed, seconds), faults, self._resting, self._threads)
        while time.monotonic() < until and not self._threads.failures and not self._stopping.wait(0.2):
            pass
        self._resting.set()
        self._threads.await_(("faults", "texters"), _JOIN_S)
        quiet_after = quiet.wait(place, self._target, control)
        self._ended.set()  # nobody says anything more while we compare
        return list(team.answers), quiet_after

    def _warm_up(self, place: Place, control: Control, scene: Scene) -> None:
        """One text, recorded: every process has begun to work before the first fault."""
        control.text(words.number(0), scene.line, words.ORDINARY[0])
        end = time.monotonic() + _WARM_S
        while self._target.standing(place).recorded < 1:
            if time.monotonic() > end or self._stopping.wait(0.2):
                raise ChaosError(
                    f"The first text was not recorded within {_WARM_S:g} s, with nothing broken."
                )

    def _judge(
        self,
        place: Place,
        control: Control,
        scene: Scene,
        answers: tuple[list[tuple[str, bool]], float | None],
    ) -> bool:
        given, quiet_after = answers
        log, record = control.log(scene.line), self._target.read(place)
        away = self._outages.of(POSTGRES, POSTGRES_FROZEN)
        either = self._outages.of(POSTGRES, POSTGRES_FROZEN, VALKEY, FROZEN)
        measured = {
            **recovery.measure(log, record, away, either),
            **hotline_times(log, record),
            "quiet_s": quiet_after,
        }
        outcome = report.Outcome(
            compare(log, record, given, self._outages.of(WIPED)),
            measured,
            self._outages.injected,
            plan.minimums(self._asked.seconds),
            self._troubles(quiet_after),
            recovery.slowest(log, record, away, either),
            self._asked.seed,
            self._asked.minutes,
            self._asked.rate,
        )
        report.tell(outcome, self._outages)
        return outcome.well

    def _troubles(self, quiet_after: float | None) -> list[str]:
        troubles = [f"{name}: {error}" for name, error in self._threads.failures]
        if self._stopping.asked:
            troubles.append("the run was stopped before its end")
        elif quiet_after is None:
            troubles.append(f"it had not come to rest after {self._target.patience_s:g} s")
        return troubles

    def _end(self, crew: Crew) -> None:
        self._resting.set()
        self._ended.set()
        crew.stop()  # which ends the streams too
        self._threads.join(_JOIN_S)
