"""What is done in an escalation: safety questions, hotline, a number shown in an emergency, how it ended."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from textline.flow import ask_safety, escalate, hand_off, offer
from textline.flow import reveal as revealing
from textline.rules.handoff import Kind
from textline.rules.safety import QUESTIONS
from textline.web.console.sign_in import place_of
from textline.web.pages import page
from textline.web.session import Run, SignedIn, Supervisor, see_other

router = APIRouter(prefix="/escalations/{number}")
Words = Annotated[str, Form(max_length=5000)]


@router.post("/acknowledgement")
def acknowledge(run: Run, person: Supervisor, number: int, rang: Words = "") -> Response:
    """A supervisor has seen the alarm; `rang` is of the page that they saw it on."""
    with run.unit(person.organization_id) as unit:
        conversation = escalate.acknowledge(unit, person, number, rang)
    return see_other(f"/conversations/{conversation.id}")


@router.post("/handoffs")
def give_hotline(
    run: Run, person: Supervisor, number: int, hotline: Annotated[int, Form()], kind: Kind = Form(Kind.TEXT)
) -> Response:
    """Send a hotline's number, or offer to connect the texter with it by telephone."""
    with run.unit(person.organization_id) as unit:
        if kind == Kind.TEXT:
            conversation = hand_off.hand_off(unit, person, number, hotline)
        else:
            conversation = offer.offer(unit, person, number, Kind.CALL, hotline_id=hotline)
    return see_other(f"/conversations/{conversation.id}")


@router.post("/callbacks")
def offer_callback(run: Run, person: Supervisor, number: int) -> Response:
    """Offer to call the texter."""
    with run.unit(person.organization_id) as unit:
        conversation = offer.offer(unit, person, number, Kind.CALLBACK)
    return see_other(f"/conversations/{conversation.id}")


@router.post("/referrals")
def offer_referral(
    run: Run, person: Supervisor, number: int,
    to: Annotated[str, Form(max_length=40)] = "", summary: Annotated[str, Form(max_length=300)] = "",
) -> Response:  # fmt: skip
    """Offer to pass the texter on to somebody, with a summary that they agree to."""
    with run.unit(person.organization_id) as unit:
        conversation = offer.offer(unit, person, number, Kind.REFERRAL, to=to, summary=summary)
    return see_other(f"/conversations/{conversation.id}")


@router.post("/safety")
def answer_safety(
    run: Run, person: SignedIn, number: int, thoughts: Words = "", plan: Words = "", means: Words = "",
    time: Words = "", harmed: Words = "", why_not: Words = "",
) -> Response:  # fmt: skip
    """Keep the answers to the safety questions."""
    given = dict(zip(QUESTIONS, (thoughts, plan, means, time, harmed), strict=True))
    with run.unit(person.organization_id) as unit:
        conversation = ask_safety.answer(unit, person, number, given, why_not)
    return see_other(f"/conversations/{conversation}")


@router.post("/number")
def show_number(
    request: Request, run: Run, person: Supervisor, number: int, reason: Words = "", password: Words = ""
) -> Response:
    """Show the texter's number, once, for emergency services: above the conversation, where they say where they are."""
    shown = revealing.reveal(run, person, number, reason, password, place_of(request))
    return page("_number.html", person, shown=shown, escalation=number)


@router.post("/number/{shown}/outcome")
def tell_outcome(run: Run, person: Supervisor, number: int, shown: int, outcome: Words = "") -> Response:
    """Write down what came of showing a number."""
    conversation = revealing.tell_outcome(run, person, number, shown, outcome)
    return see_other(f"/conversations/{conversation}")


@router.post("/resolution")
def resolve(
    run: Run, person: Supervisor, number: int, outcome: Words = "", note: Words = "",
    seen: Annotated[int | None, Form()] = None,
) -> Response:  # fmt: skip
    """Say how an escalation ended; `seen` is the last text on the page that asks."""
    with run.unit(person.organization_id) as unit:
        conversation = escalate.resolve(unit, person, number, outcome, note, seen)
    return see_other(f"/conversations/{conversation.id}")


@router.post("/nobody-reads-along")
def nobody_reads_along(run: Run, person: Supervisor, number: int) -> Response:
    """A supervisor knows that nobody who is feared reads the texter's phone."""
    with run.unit(person.organization_id) as unit:
        conversation = escalate.nobody_reads_along(unit, person, number)
    return see_other(f"/conversations/{conversation.id}")
