"""`textline screen`: what the crisis screen makes of a text, for people and for programs. Needs no installation."""

import json
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from textline.flow.lanes import screen as shipped
from textline.rules.levels import Level
from textline.rules.screening import Screened, look

_USAGE = 'write {"text": …} or {"texts": [successive texts of one texter]}, one a line'


def screen(
    text: Annotated[
        str | None, typer.Argument(help="A text; without one, JSON objects are read from standard input.")
    ] = None,
) -> None:
    """Show what the screen finds in a text, by which rule; or answer each JSON object of standard input with one."""
    if text is not None:
        _tell(look(shipped(), [text]))
        return
    wrong = 0
    for number, line in enumerate(sys.stdin, 1):
        answer = _answered(line, number)
        wrong += "error" in answer
        print(json.dumps(answer, ensure_ascii=False), flush=sys.stdin.isatty())
    raise typer.Exit(2 if wrong else 0)


def _answered(line: str, number: int) -> dict[str, Any]:
    try:
        texts = list(_texts(json.loads(line)))
    except ValueError as error:
        return {"error": f"line {number}: {error or 'not JSON'}; {_USAGE}"}
    return shown(look(shipped(), texts))


def _texts(asked: object) -> Iterator[str]:
    if not isinstance(asked, dict) or not ("text" in asked or "texts" in asked):
        raise ValueError("there is no text in it")
    given = asked["texts"] if "texts" in asked else [asked["text"]]
    if not isinstance(given, list) or not given or not all(isinstance(text, str) for text in given):
        raise ValueError("a text has to be a string")
    yield from given


def shown(found: Screened) -> dict[str, Any]:
    """The answer as JSON."""
    return {
        "level": found.level.label,
        "route": found.route if found.findings else None,
        "language": found.language,
        "findings": [
            {"rule": one.rule, "words": one.phrase, "level": one.level.label, "route": one.route}
            for one in found.findings
        ],
    }


def _tell(found: Screened) -> None:
    print(
        f"{found.level.label}"
        + (f", route {found.route}" if found.findings else "")
        + f"; language {found.language}"
    )
    for one in found.findings:
        print(
            f"  {one.level.label:9} {one.rule}: “{one.phrase}”"
            + (f" ({one.route})" if one.route != "self" else "")
        )
    if found.level == Level.NONE:
        print("  nothing was found")
