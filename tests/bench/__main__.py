"""`make bench`: all measurements in one run on one machine. The last line is one JSON object; see docs/benchmarks.md."""

import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from tests.bench import figures
from tests.bench.machine import BenchError, machine
from tests.bench.ours import Textline
from tests.bench.parts import PARTS, QUICK_PARTS, Bench
from tests.bench.progress import bar
from tests.bench.sizes import FULL, QUICK, SHORT


def main(
    only: Annotated[str, typer.Option(help="the parts to measure, as 1,2,3")] = "",
    quick: Annotated[bool, typer.Option("--quick", help="small numbers: to see that it works")] = False,
    long: Annotated[bool, typer.Option(help="memory after 100,000 texts and not 5,000")] = True,
    logs: Annotated[Path | None, typer.Option(help="a directory to leave the processes' logs in")] = None,
) -> None:
    """Measure Textline beside a bare endpoint and the usual build."""
    chosen = [int(part) for part in only.split(",")] if only else list(QUICK_PARTS if quick else PARTS)
    if unknown := set(chosen) - PARTS.keys():
        raise typer.BadParameter(f"there is no part {unknown}: choose of {list(PARTS)}", param_hint="--only")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    sizes = QUICK if quick else FULL if long else SHORT
    found: figures.Figures = {"quick": quick, **figures.machine()}
    began = time.monotonic()
    try:
        with bar(sum(PARTS[part].steps(sizes) for part in chosen)) as shown, machine(logs) as running:
            bench = Bench(running, Textline(running), sizes, shown)
            for part in chosen:
                found |= PARTS[part].measure(bench)
            bench.ours.run.close()
    except BenchError as error:
        sys.exit(f"The benchmark was given up: {error}\nWith --logs DIR the logs of its processes are kept.")
    found["took_s"] = round(time.monotonic() - began)
    figures.show(found)


def _end(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    typer.run(main)
