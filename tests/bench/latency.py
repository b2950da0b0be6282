"""Part 3: from the webhook to the volunteer's open page, at a steady rate."""

import time
from collections.abc import Sequence

from tests.bench import load
from tests.bench.cast import until
from tests.bench.figures import Figures, milliseconds
from tests.bench.machine import BenchError, Machine
from tests.bench.pipeline import Advance
from tests.bench.signed import Request, Texters
from tests.bench.streams import Stream, streams
from tests.bench.system import Recording, to_monotonic

# Free connections enough that a text never waits for one below the limit of what is measured.
CONNECTIONS = 64
SETTLE_S = 3.0  # until the first texts' welcomes are delivered, and tell nothing more
PATIENCE_S = 60.0


def measure(
    machine: Machine,
    system: Recording,
    volunteers: int,
    rates: Sequence[float],
    seconds: float,
    advance: Advance,
) -> Figures:
    """Start the system, measure each rate for so many seconds, end it."""
    try:
        system.start(volunteers)
        return measure_started(machine, system, rates, seconds, advance)
    finally:
        system.stop()


def measure_started(
    machine: Machine, system: Recording, rates: Sequence[float], seconds: float, advance: Advance
) -> Figures:
    """Each rate on a system that is up: names such as `at_50_p99_ms`."""
    crowd = system.crowd
    senders = crowd.numbers(min(50, len(system.volunteers)))
    wanted = _begun(machine, system, crowd, senders)
    found: Figures = {}
    with streams(machine.port, wanted) as held:
        time.sleep(SETTLE_S)
        for n, rate in enumerate(rates):
            advance(n / len(rates))
            texts = crowd.texts(int(max(rate * seconds, 2 * len(senders))), senders)
            waits = _waits(system, texts, load.begin(machine, texts, CONNECTIONS, rate).answers(), held)
            found |= milliseconds(f"at_{rate:g}", waits, 50, 95, 99)
            found[f"at_{rate:g}_texts"] = len(waits)
    return found


def _begun(machine: Machine, system: Recording, crowd: Texters, senders: list[str]) -> list[Stream]:
    """Everybody's conversation is begun and somebody's; gives their pages, each with that conversation open."""
    mark = system.mark()
    first = crowd.texts(len(senders), senders)
    load.begin(machine, first).answers()
    until(lambda: system.progress(mark).matched >= len(senders), 60, f"{system.name} did not match all")
    begun = system.recorded_at([text.sid for text in first])
    return [system.stream(volunteer, conversation) for _, conversation, volunteer in begun.values()]


def _waits(
    system: Recording, texts: list[Request], answers: list[load.Answer], held: Sequence[Stream]
) -> list[float]:
    """Seconds from when each text was due until its conversation was named on the page that has it open.

    Only an event from after the text was recorded counts: one before it speaks of the text before.
    """
    sids = [text.sid for text in texts]
    until(lambda: len(system.recorded_at(sids)) == len(sids), PATIENCE_S, f"{system.name} does not keep up")
    time.sleep(0.5)
    recorded = system.recorded_at(sids)
    waits = []
    for text, (due, _, _) in zip(texts, answers, strict=True):
        at, conversation, volunteer = recorded[text.sid]
        since = max(due, to_monotonic(at))
        pages = (stream for stream in held if stream.key == volunteer)
        told = (stream.first(f"conversation-{conversation}", since) for stream in pages)
        named = min((at for at in told if at is not None), default=None)
        if named is None:
            raise BenchError(f"{system.name} did not tell a volunteer's page of a text")
        waits.append(named - due)
    return waits
