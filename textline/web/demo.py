"""Demonstration only: a phone to text the line with, and links that sign in as each demonstration person.

The router is not there at all unless the carrier is the simulated one.
"""

from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from textline import seed
from textline.carrier.phone import Phone
from textline.errors import Invalid, NotFound
from textline.flow import sign_in
from textline.runtime import Runtime
from textline.store import lines, organizations, people
from textline.web.pages import page
from textline.web.session import Run, see_other, set_cookie

router = APIRouter(prefix="/demo")
Field = Annotated[str, Form(max_length=2000)]


@dataclass(frozen=True)
class Owner:
    """A fictional person with a phone. The numbers are kept for fiction (555-0100 to 555-0199)."""

    name: str
    number: str


OWNERS = (
    Owner("Alex", "+12025550141"),
    Owner("Jordan", "+12025550142"),
    Owner("Sasha", "+12025550143"),
    Owner("Riley", "+12025550144"),
)


def _owner(place: int) -> Owner:
    if not 0 <= place < len(OWNERS):
        raise NotFound("There is no such phone.")
    return OWNERS[place]


def _lines(run: Runtime) -> list[str]:
    with run.everywhere() as everywhere:
        found = []
        for organization in organizations.every(everywhere):
            scope = everywhere.within(organization.id)
            found += [line.number for line in lines.every(scope)]
    return found


def _shown(run: Runtime, owner: Owner) -> dict[str, Any]:
    """What the phone shows: its texts, and the call that rings or that it is in."""
    with _device(run) as phone:
        calls = [call for call in phone.calls(owner.number) if call.state != "ended"]
        return {"texts": phone.messages(owner.number), "call": calls[-1] if calls else None}


def _device(run: Runtime) -> closing[Phone]:
    return closing(Phone(str(run.settings.twilio_api_url)))


@router.get("/phone")
def phone(request: Request, run: Run, texter: int = 0) -> Response:
    """A phone, for one of several texters; and the people of the demonstration."""
    owner = _owner(texter)
    host = request.url.port
    with _device(run) as device:
        device.behave(owner.number, "waits")  # somebody is there to pick up
    return page(
        "demo/phone.html", owners=OWNERS, texter=texter, owner=owner, lines=_lines(run), people=_people(run),
        port=f":{host}" if host else "", **_shown(run, owner),
    )  # fmt: skip


def _people(run: Runtime) -> list[tuple[str, str]]:
    with run.everywhere() as everywhere:
        return [(name, role) for name, role in seed.PEOPLE if people.by_email(everywhere, seed.email(name))]


@router.get("/phone/{texter}/texts")
def texts(run: Run, texter: int) -> Response:
    """The phone's texts and its call alone."""
    return page("demo/_texts.html", texter=texter, **_shown(run, _owner(texter)))


@router.post("/phone/{texter}/texts")
def send(run: Run, texter: int, line: Field, body: Field = "") -> Response:
    """Text the line."""
    owner = _owner(texter)
    with _device(run) as device:
        device.text(owner.number, line, body)
    return texts(run, texter)


@router.post("/phone/{texter}/call")
def take_part(
    run: Run, texter: int, does: Annotated[str, Form(pattern="^(pick_up|hang_up|[0-9])$")]
) -> Response:
    """Pick up a call that rings, press a key, or hang up."""
    owner = _owner(texter)
    with _device(run) as device:
        calls = [call.sid for call in device.calls(owner.number) if call.state != "ended"]
        for sid in calls[-1:]:
            with suppress(Invalid):  # it has ended, or asks for no key, meanwhile
                if does == "pick_up":
                    device.pick_up(sid)
                elif does == "hang_up":
                    device.hang_up(sid)
                else:
                    device.press(sid, does)
    return texts(run, texter)


@router.get("/sign-in/{name}")
def sign_in_as(run: Run, name: str) -> Response:
    """Sign in as a demonstration person, on a host name of their own."""
    with run.everywhere() as everywhere:
        person = people.by_email(everywhere, seed.email(name))
    if person is None or person.disabled_at is not None:
        raise NotFound("There is no such demonstration person.")
    answer = see_other("/")
    set_cookie(run, answer, sign_in.begin(run, person))
    return answer
