"""Part 2: texts a second, from the webhook until recorded, screened, matched and told to the volunteers' streams."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench import load
from tests.bench.figures import Figures, ratio, rounded
from tests.bench.machine import BenchError, Machine
from tests.bench.signed import Texters
from tests.bench.streams import Stream, streams
from tests.bench.system import Recording, to_monotonic

CONNECTIONS, VOLUNTEERS, WARM = 16, 60, 40
STUCK_S = 60.0  # so long without one more text is the end
POLL_S = 0.05
Advance = Callable[[float], None]


@dataclass(frozen=True)
class Run:
    """So many texts, from so many texters in turn, to so many volunteers."""

    texts: int
    texters: int
    volunteers: int = VOLUNTEERS
    open_streams: int = 50


def measure(machine: Machine, system: Recording, run: Run, advance: Advance) -> Figures:
    """Start the system, measure one run, end it."""
    try:
        system.start(run.volunteers)
        return measure_started(machine, system, run, advance)
    finally:
        system.stop()


def measure_started(machine: Machine, system: Recording, run: Run, advance: Advance) -> Figures:
    """One run on a system that is up."""
    crowd = system.crowd
    _warm_up(machine, system, crowd)
    timed = crowd.texts(run.texts, crowd.numbers(run.texters))
    wanted = [system.stream(volunteer) for volunteer in system.volunteers[: run.open_streams]]
    with streams(machine.port, wanted) as held:
        time.sleep(0.5)  # a stream is open before its subscription is
        mark = system.mark()
        began = time.monotonic()
        posting = load.begin(machine, timed, CONNECTIONS)
        recorded, matched = _wait(system, mark, run, advance)
        answers = posting.answers()
        told = _told(system, mark, held)
    began = min(sent for sent, _, _ in answers)
    acknowledged = max(ended for _, ended, _ in answers)
    return {
        "per_s": rounded(run.texts / (max(recorded, matched, told) - began)),
        "texts": run.texts,
        "acknowledged_s": rounded(acknowledged - began),
        "recorded_s": rounded(recorded - began),
        "matched_s": rounded(matched - began),
        "told_s": rounded(told - began),
    }


def _warm_up(machine: Machine, system: Recording, crowd: Texters) -> None:
    mark = system.mark()
    load.begin(machine, crowd.texts(WARM, crowd.numbers(10)), CONNECTIONS).answers()
    _wait(system, mark, Run(WARM, 10), lambda share: None)


def _wait(system: Recording, mark: object, run: Run, advance: Advance) -> tuple[float, float]:
    """When the record held all texts, and when volunteers had all conversations (by `time.monotonic`)."""
    most, moved, recorded = -1, time.monotonic(), 0.0
    while True:
        progress = system.progress(mark)
        now = time.monotonic()
        if progress.recorded >= run.texts and not recorded:
            recorded = now
        if recorded and progress.matched >= run.texters:
            return recorded, now
        if progress.recorded + progress.matched > most:
            most, moved = progress.recorded + progress.matched, now
        if now - moved > STUCK_S or not system.alive():
            raise BenchError(f"{system.name} stands still: {progress} of {run}; see its logs")
        advance(progress.recorded / run.texts)
        time.sleep(POLL_S)


def _told(system: Recording, mark: object, held: list[Stream]) -> float:
    """When the last of the volunteers' streams was told of what happened last to that volunteer."""
    last = system.last_change(mark)
    ends = time.monotonic() + 10
    latest = 0.0
    for stream in held:
        if stream.key not in last:
            continue
        since = to_monotonic(last[stream.key])
        while (at := _first(stream, since)) is None:
            if time.monotonic() > ends:
                raise BenchError(f"a volunteer's stream was not told of their last change by {system.name}")
            time.sleep(0.01)
        latest = max(latest, at)
    return latest


def _first(stream: Stream, since: float) -> float | None:
    found = (stream.first(name, since) for name in ("person-", "conversation-"))
    return min((at for at in found if at is not None), default=None)


def compare(found: Figures) -> Figures:
    """How many times faster than each tutorial."""
    return {
        f"pipeline_ratio_{other}": ratio(found, "pipeline_textline_per_s", f"pipeline_{other}_per_s")
        for other in ("tutorial_forking", "tutorial_simple")
    }
