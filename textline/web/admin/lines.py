"""Lines: their numbers, hours, holidays and automatic texts; and going live."""

from typing import Annotated
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from textline.errors import TextlineError
from textline.flow import automatic, connect, set_up
from textline.rules.hours import DAYS
from textline.runtime import Runtime
from textline.store import lines, organizations, people, spool
from textline.store.people import Person
from textline.texts.load import EDITABLE, LANGUAGES, text
from textline.web.pages import page
from textline.web.session import Admin, Run, see_other

router = APIRouter(prefix="/admin")
Field = Annotated[str, Form(max_length=3000)]


@router.get("")
def overview(run: Run, person: Admin) -> Response:
    """The lines, and what is still to be done."""
    with run.unit(person.organization_id) as unit:
        found = lines.every(unit)
        return page(
            "admin/overview.html", person, lines=found, unready={x.id: connect.unready(unit, x) for x in found},
            organization=organizations.own(unit), people=people.every(unit), held=spool.held(unit),
        )  # fmt: skip


@router.get("/lines/new")
def new_line(run: Run, person: Admin) -> Response:
    """The form for a new line."""
    return _new(run, person)


def _new(run: Runtime, person: Person) -> Response:
    return page(
        "admin/new_line.html", person, numbers=_numbers(run), languages=LANGUAGES,
        timezones=sorted(available_timezones()),
    )  # fmt: skip


def _numbers(run: Runtime) -> list[str]:
    """The account's own numbers, so that nobody has to type one; none when Twilio cannot be asked."""
    try:
        return [number.number for number in run.carrier.numbers()]
    except TextlineError:
        return []


@router.post("/lines")
def add_line(
    run: Run, person: Admin, name: Field = "", number: Field = "", language: Field = "", timezone: Field = ""
) -> Response:
    """Add a line."""
    with run.unit(person.organization_id) as unit:
        line = set_up.add_line(unit, person, name, number, language, timezone)
    return see_other(f"/admin/lines/{line.id}")


@router.get("/lines/{number}")
def show_line(run: Run, person: Admin, number: int) -> Response:
    """One line, with everything that can be set."""
    with run.unit(person.organization_id) as unit:
        line = lines.get(unit, number)
        spoken = automatic.voice(unit, line)
        wordings = [
            (text(name, line.language), spoken.own.get(name) or text(name, line.language).body)
            for name in EDITABLE
        ]
        return page(
            "admin/line.html", person, line=line, hours=lines.hours(unit, line), days=DAYS, wordings=wordings,
            languages=LANGUAGES, timezones=sorted(available_timezones()), unready=connect.unready(unit, line),
            open_now=lines.hours(unit, line).is_open(unit.now),
        )  # fmt: skip


@router.post("/lines/{number}")
def change_line(
    run: Run, person: Admin, number: int, name: Field = "", language: Field = "", timezone: Field = ""
) -> Response:
    """Rename a line, or change its language or time zone."""
    with run.unit(person.organization_id) as unit:
        set_up.change_line(unit, person, number, name, language, timezone)
    return see_other(f"/admin/lines/{number}")


@router.post("/lines/{number}/pace")
def set_pace(
    run: Run, person: Admin, number: int, segments_per_second: Annotated[float, Form()] = 0
) -> Response:
    """Say how fast the line's number sends."""
    with run.unit(person.organization_id) as unit:
        set_up.set_pace(unit, person, number, segments_per_second)
    return see_other(f"/admin/lines/{number}")


@router.post("/lines/{number}/hours")
async def set_hours(request: Request, run: Run, person: Admin, number: int) -> Response:
    """Replace a line's week and holidays. Each day has its opens_N and closes_N; both empty: closed."""
    form = await request.form()
    spans = []
    for weekday in range(len(DAYS)):
        opens, closes = str(form.get(f"opens_{weekday}", "")), str(form.get(f"closes_{weekday}", ""))
        if opens or closes:
            spans.append((weekday, opens, closes))
    await run_in_threadpool(_set_hours, run, person, number, spans, str(form.get("holidays", "")))
    return see_other(f"/admin/lines/{number}")


def _set_hours(
    run: Runtime, person: Person, number: int, spans: list[tuple[int, str, str]], days: str
) -> None:
    with run.unit(person.organization_id) as unit:
        set_up.set_hours(unit, person, number, spans, days)


@router.post("/lines/{number}/wordings/{name}")
def set_wording(run: Run, person: Admin, number: int, name: str, body: Field = "") -> Response:
    """Keep the organization's own wording; an empty one goes back to the shipped wording."""
    with run.unit(person.organization_id) as unit:
        set_up.set_wording(unit, person, number, name, body)
    return see_other(f"/admin/lines/{number}")


@router.post("/lines/{number}/connection")
def go_live(run: Run, person: Admin, number: int, fallback: Field = "") -> Response:
    """Point the number at this installation."""
    before, after = connect.connect(run, person.organization_id, number, person.id, fallback.strip() or None)
    return page("admin/connected.html", person, before=before, after=after, line=number)
