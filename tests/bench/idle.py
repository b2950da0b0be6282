"""How long a text takes on an idle machine: `python -m tests.bench.idle DATA_DIR`, on a fresh, running `make demo`.

From the signed webhook to the volunteer's stream and to the page that shows it; from the answer to the phone and
to "delivered"; from a crisis text to the hotline on the phone and to the supervisor's alarm. Medians and maxima, in
seconds; the last line is one JSON object.
"""

import json
import statistics
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from tests.conftest import eventually
from tests.installation import Installation, received, webhook
from tests.stream import Stream

ROUNDS = 15


def measure(home: Installation) -> dict[str, list[float]]:
    """All rounds, one texter each."""
    maya, ruth = home.signed_in("Maya"), home.signed_in("Ruth")
    maya.post("/availability", data={"available": "true"})
    volunteers, supervisors = Stream(maya), Stream(ruth)
    taken: dict[str, list[float]] = {}

    def note(name: str, began: float, ended: float | None = None) -> None:
        taken.setdefault(name, []).append((ended or time.monotonic()) - began)

    for n in range(ROUNDS):
        ordinary(home, maya, volunteers, n, note)
    for n in range(ROUNDS):
        crisis(home, supervisors, n, note)
    return taken


def ordinary(home: Installation, maya: httpx.Client, stream: Stream, n: int, note: Any) -> None:
    """One text, its answer, and the end of the conversation."""
    number, words = f"+1202555{1000 + n}", f"words of round {n}"
    began = time.monotonic()
    assert webhook(home, number, words, f"SMbench{time.time_ns():025d}") == 200
    note("acknowledged", began)
    told = eventually(lambda: stream.at("person-", since=began))
    note("on_the_stream", began, told)
    page = eventually(lambda: p if words in (p := maya.get("/console/list").text) else None)
    note("on_the_page", began)
    conversation = page.split(words)[0].rsplit("/conversations/", 1)[1].split('"')[0]
    began = time.monotonic()
    maya.post(f"/conversations/{conversation}/replies", data={"body": f"answer {n}"})
    received(home, number, f"answer {n}")
    note("answer_on_the_phone", began)
    eventually(lambda: maya.get(f"/conversations/{conversation}/thread").text.count("delivered ✓") == 2)
    note("answer_delivered", began)
    maya.post(f"/conversations/{conversation}/closing", data={"disposition": "supported"})


def crisis(home: Installation, stream: Stream, n: int, note: Any) -> None:
    """One text that shows a crisis."""
    number = f"+1202555{2000 + n}"
    began = time.monotonic()
    assert webhook(home, number, "I want to kill myself tonight", f"SMbench{time.time_ns():025d}") == 200
    alarm = eventually(lambda: stream.at("alarm", since=began))
    note("alarm_on_the_stream", began, alarm)
    received(home, number, "988")
    note("hotline_on_the_phone", began)


def main() -> None:
    """Measure the demonstration in a data directory."""
    data = Path(sys.argv[1])
    web = json.loads((data / "demo.json").read_text())["web"]
    taken = measure(Installation(data, None, web))
    figures = {}
    for name, seconds in taken.items():
        figures[name] = {"median": round(statistics.median(seconds), 4), "max": round(max(seconds), 4)}
        print(f"{name:<24}{figures[name]['median']:>9} s median {figures[name]['max']:>9} s at most")
    print(json.dumps({"rounds": ROUNDS, **figures}))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
