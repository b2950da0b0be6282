"""`textline drill`: a crisis from its text to its end on the live installation, without texting anybody."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from textline import runtime
from textline.errors import TextlineError
from textline.flow import drill as drilling
from textline.flow.drill import BY_A_PERSON, BY_ITSELF, END
from textline.installation import installation
from textline.runtime import Runtime

_PATIENCE_S = 30.0  # for what the system does by itself
_LOOK_S = 0.05
_LOOK_FOR_PEOPLE_S = 0.5  # they take minutes, and the line has other work


def drill(
    line: Annotated[str | None, typer.Option(help="The line's number, where there are several.")] = None,
    by: Annotated[
        str | None,
        typer.Option(help="A supervisor's email: their part is played too, and nobody has to be there."),
    ] = None,
    minutes: Annotated[float, typer.Option(min=0.1, help="How long to wait for the supervisors.")] = 15,
    data_dir: Annotated[
        Path, typer.Option("--data-dir", envvar="TEXTLINE_DATA_DIR", help="Where everything is kept.")
    ] = Path(".textline"),
) -> None:
    """Play a crisis on this installation, from its text to its end; nobody is texted or rung. Shows each step's time.

    The board rings, for supervisors to practise. Ends with 1 when a step is not reached.
    """
    with installation(data_dir) as settings:
        run = runtime.start(settings)
        try:
            done = _drilled(run, line, by, minutes)
        except TextlineError as error:
            typer.echo(str(error), err=True)
            done = False
        finally:
            run.close()
    raise typer.Exit(0 if done else 1)


def _drilled(run: Runtime, line: str | None, by: str | None, minutes: float) -> bool:
    began = time.monotonic()
    played = drilling.begin(run, line)
    _say(began, "text kept")
    person = drilling.supervisor(run, played, by) if by else None
    look = partial(drilling.reached, run, played)
    if not follow(look, BY_ITSELF, began, _PATIENCE_S):
        return False
    if person is not None:
        for step in drilling.play(run, played, person):
            _say(began, step)
        return True
    typer.echo(
        f"Now the supervisors: acknowledge it on the board, ask the safety questions, hand off, resolve. This waits "
        f"for {minutes:g} minutes; with --by and a supervisor's email their part is played too."
    )
    return follow(look, BY_A_PERSON, began, minutes * 60, _LOOK_FOR_PEOPLE_S)


def follow(
    look: Callable[[], set[str]],
    wanted: tuple[str, ...],
    began: float,
    patience_s: float,
    every_s: float = _LOOK_S,
) -> bool:
    """Show each of these steps once `look` has it; what one look finds together is shown in the order of `wanted`."""
    ends, shown = time.monotonic() + patience_s, set[str]()
    while shown != set(wanted) and END not in shown and time.monotonic() < ends:
        reached = look()
        for step in wanted:
            if step in reached - shown:
                shown.add(step)
                _say(began, step)
        time.sleep(every_s)
    for step in wanted:
        if step not in shown:
            typer.echo(f"  not {step}{_why_not(patience_s, ended=END in shown)}", err=True)
    return shown == set(wanted)


def _why_not(patience_s: float, *, ended: bool) -> str:
    if ended:
        return ": it was resolved without"
    return f" after {patience_s:.0f} s: see `textline doctor`"


def _say(began: float, step: str) -> None:
    typer.echo(f"{time.monotonic() - began:8.2f} s  {step}")
