"""What is done with a handoff: the texter's answer, its beginning, who joins, and what came of it."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from textline.flow import offer, outcome, ring
from textline.rules.handoff import State
from textline.web.session import Run, Supervisor, see_other

router = APIRouter(prefix="/handoffs/{number}")
Words = Annotated[str, Form(max_length=2000)]
Telephone = Annotated[str, Form(max_length=40)]


@router.post("/answer")
def note_answer(
    run: Run, person: Supervisor, number: int, agreed: Annotated[bool, Form()], words: Words = ""
) -> Response:
    """Write down what the texter answered in their own words."""
    with run.unit(person.organization_id) as unit:
        conversation = offer.noted(unit, person, number, words, agreed=agreed)
    return see_other(f"/conversations/{conversation.id}")


@router.post("/beginning")
def begin(
    run: Run, person: Supervisor, number: int, telephone: Telephone = "", reason: Words = ""
) -> Response:
    """Ring the texter or the supervisor; a referral is passed on."""
    with run.unit(person.organization_id) as unit:
        conversation = ring.begin(unit, person, number, number=telephone, reason=reason)
    return see_other(f"/conversations/{conversation.id}")


@router.post("/joining")
def join(run: Run, person: Supervisor, number: int, telephone: Telephone = "") -> Response:
    """Ring a supervisor into a call."""
    with run.unit(person.organization_id) as unit:
        conversation = ring.join(unit, person, number, telephone)
    return see_other(f"/conversations/{conversation.id}")


@router.post("/outcome")
def tell_outcome(
    run: Run, person: Supervisor, number: int, came: Annotated[State, Form()], note: Words = ""
) -> Response:
    """Write down what came of it."""
    with run.unit(person.organization_id) as unit:
        conversation = outcome.tell(unit, person, number, came, note)
    return see_other(f"/conversations/{conversation.id}")
