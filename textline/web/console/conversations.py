"""A volunteer's conversations, and everything done in one."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import Response

from textline.errors import NotFound
from textline.flow import block, close, escalate, reply, transfer
from textline.rules.access import Role, allows
from textline.rules.ownership import Owner
from textline.rules.pictures import LARGEST_GIVEN, prepared
from textline.rules.safety import ANSWERS, QUESTIONS
from textline.runtime import Unit
from textline.store import conversations, messages, people, pictures
from textline.store.conversations import Conversation
from textline.store.people import Person
from textline.web.console import views
from textline.web.pages import page
from textline.web.session import Run, SignedIn, Supervisor, home, see_other

router = APIRouter()
Words = Annotated[str, Form(max_length=5000)]


@router.get("/console")
def console(run: Run, person: SignedIn, left: str = "", of: int | None = None) -> Response:
    """A person's own conversations; `left` says why they are no longer in one (`of`): closed, or moved to somebody."""
    with run.unit(person.organization_id) as unit:
        mine = views.rows(unit, conversations.of_owner(unit, person.id))
        moved = views.moved_to(unit, person, of) if left == "moved" and of else ""
        return page(
            "console.html", person, rows=mine, current=None, stream="/events", left=left, of=of, moved=moved
        )


@router.get("/console/list")
def own_list(run: Run, person: SignedIn) -> Response:
    """The list alone."""
    with run.unit(person.organization_id) as unit:
        mine = views.rows(unit, conversations.of_owner(unit, person.id))
        fresh = people.get(unit, person.id)
        return page("_list.html", fresh, rows=mine, current=None)


@router.get("/conversations/{number}")
def conversation(run: Run, person: SignedIn, number: int) -> Response:
    """One conversation: its texts, and what can be done."""
    with run.unit(person.organization_id) as unit:
        found = views.readable(unit, person, number)
        mine = views.rows(unit, conversations.of_owner(unit, person.id))
        values: dict[str, Any] = {
            "rows": mine,
            "current": found.id,
            "stream": f"/events?conversation={found.id}",
        }
        return page("conversation.html", person, **values, **_values(unit, person, found))


@router.get("/conversations/{number}/thread")
def thread(run: Run, person: SignedIn, number: int) -> Response:
    """The texts alone."""
    return _fragment(run, person, number, "_thread.html")


@router.get("/conversations/{number}/panel")
def beside(run: Run, person: SignedIn, number: int) -> Response:
    """What stands beside the texts, alone."""
    return _fragment(run, person, number, "_panel.html")


def _fragment(run: Run, person: Person, number: int, template: str) -> Response:
    with run.unit(person.organization_id) as unit:
        try:
            found = views.readable(unit, person, number)
        except NotFound:
            return _gone(unit, number)
        return page(template, person, **_values(unit, person, found))


def _values(unit: Unit, person: Person, found: Conversation) -> dict[str, Any]:
    thread = messages.thread(unit, found.id)
    return {
        "thread": thread,
        "pictures": pictures.of_messages(unit, [text.id for text in thread]),
        "panel": views.panel(unit, found),
        "dispositions": close.DISPOSITIONS,
        "outcomes": escalate.OUTCOMES,
        "routes": escalate.ROUTES,
        "rang_for": escalate.RANG_FOR,
        "questions": QUESTIONS,
        "answers": ANSWERS,
        "lengths": block.HOURS,
        "supervising": allows(person.role, Role.SUPERVISOR),
    }


def _gone(unit: Unit, number: int) -> Response:
    """An open page of a conversation that is no longer this person's: leave it, and end its stream."""
    try:
        closed = conversations.get(unit, number).state == Owner.CLOSED
    except NotFound:
        closed = False
    why = "closed" if closed else "moved"
    return Response(status_code=204, headers={"HX-Redirect": f"/console?left={why}&of={number}"})


@router.post("/conversations/{number}/replies")
def answer(
    run: Run,
    person: SignedIn,
    number: int,
    body: Words = "",
    once: Words = "",
    picture: UploadFile | None = None,
) -> Response:
    """Answer the texter; `once` is of this answer alone, so that sent twice it is one."""
    given = picture.file.read(LARGEST_GIVEN + 1) if picture else b""
    made = prepared(given) if given else None
    with run.unit(person.organization_id) as unit:
        reply.reply(unit, person, number, body, once, made)
    return thread(run, person, number)


@router.post("/conversations/{number}/escalation")
def raise_alarm(run: Run, person: SignedIn, number: int, reason: Words = "") -> Response:
    """Escalate with one press, with or without a reason."""
    with run.unit(person.organization_id) as unit:
        escalate.by_person(unit, person, number, reason)
    return see_other(f"/conversations/{number}")


@router.post("/conversations/{number}/return")
def give_back(run: Run, person: SignedIn, number: int) -> Response:
    """Give a conversation back to the queue."""
    with run.unit(person.organization_id) as unit:
        transfer.give_back(unit, person, number)
    return see_other(home(person))


@router.post("/conversations/{number}/closing")
def end(
    run: Run, person: SignedIn, number: int, disposition: Words = "", note: Words = "",
    seen: Annotated[int | None, Form()] = None,
) -> Response:  # fmt: skip
    """Close a conversation; `seen` is the last text on the page that asks."""
    with run.unit(person.organization_id) as unit:
        close.close(unit, person, number, disposition, note, seen)
    return see_other("/board" if allows(person.role, Role.SUPERVISOR) else "/console?left=closed")


@router.post("/conversations/{number}/takeover")
def take_over(run: Run, person: Supervisor, number: int) -> Response:
    """A supervisor takes a conversation."""
    return _then_show(run, person, number, transfer.take_over)


@router.post("/conversations/{number}/assignment")
def assign(run: Run, person: Supervisor, number: int, volunteer: Annotated[int, Form()]) -> Response:
    """A supervisor gives a conversation to a volunteer."""
    with run.unit(person.organization_id) as unit:
        transfer.assign(unit, person, number, volunteer)
    return see_other(f"/conversations/{number}")


@router.post("/conversations/{number}/block")
def keep_away(
    run: Run, person: Supervisor, number: int, hours: Annotated[int, Form()] = 0, reason: Words = ""
) -> Response:
    """Block the texter for a time."""
    with run.unit(person.organization_id) as unit:
        block.block(unit, person, number, hours, reason)
    return see_other(f"/conversations/{number}")


@router.post("/conversations/{number}/unblock")
def let_back(run: Run, person: Supervisor, number: int) -> Response:
    """End a block early."""
    return _then_show(run, person, number, block.unblock)


def _then_show(run: Run, person: Person, number: int, verb: object) -> Response:
    assert callable(verb)
    with run.unit(person.organization_id) as unit:
        verb(unit, person, number)
    return see_other(f"/conversations/{number}")
