"""Signing in and out, and joining by an invitation."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from textline.errors import TextlineError
from textline.flow import presence, sign_in
from textline.store.people import Invitation
from textline.web.pages import page
from textline.web.session import (
    Run,
    SignedIn,
    SignInNeeded,
    cookie_name,
    home,
    see_other,
    set_cookie,
    signed_in,
    token_of,
)

router = APIRouter()
Field = Annotated[str, Form(max_length=500)]


@router.get("/")
def start(person: SignedIn) -> Response:
    """Wherever this person's work is."""
    return see_other(home(person))


@router.get("/sign-in")
def form(request: Request, run: Run) -> Response:
    """The form, unless somebody is signed in already."""
    try:
        return see_other(home(signed_in(request, run)))
    except SignInNeeded:
        return page("sign_in.html", email="", fault=None)


@router.post("/sign-in")
def submit(request: Request, run: Run, email: Field, password: Field) -> Response:
    """Check the password, and begin a session."""
    place = place_of(request)
    try:
        token = sign_in.sign_in(run, email, password, place)
    except TextlineError as error:
        return page("sign_in.html", email=email, fault=str(error), status=403)
    answer = see_other("/")
    set_cookie(run, answer, token)
    return answer


@router.post("/sign-out")
def leave(request: Request, run: Run, person: SignedIn) -> Response:
    """End the session; what this person had goes back to the queue."""
    sign_in.sign_out(run, token_of(request) or "")
    presence.leave(run, person)
    answer = see_other("/sign-in")
    answer.delete_cookie(
        cookie_name(run), path="/", secure=run.settings.secure, httponly=True, samesite="lax"
    )
    return answer


@router.get("/join/{token}")
def invitation(run: Run, token: str) -> Response:
    """The form behind an invitation's link."""
    found = sign_in.invitation(run, token)
    if found is None:
        return page(
            "gone.html",
            what="This link has been used or is too old. Ask your admin for a new one.",
            status=404,
        )
    return _join(token, found, "", None)


@router.post("/join/{token}")
def join(run: Run, token: str, password: Field, name: Field = "", email: Field = "") -> Response:
    """Make the account, or change its password, and begin a session."""
    try:
        session = sign_in.accept(run, token, name, email, password)
    except TextlineError as error:
        found = sign_in.invitation(run, token)
        if found is None:
            return page("gone.html", what=str(error), status=422)
        return _join(token, found, email, str(error))
    answer = see_other("/")
    set_cookie(run, answer, session)
    return answer


def _join(token: str, found: Invitation, email: str, fault: str | None) -> Response:
    status = 422 if fault else 200
    return page("join.html", token=token, invitation=found, email=email, fault=fault, status=status)


def place_of(request: Request) -> str:
    """Where a request comes from: failures to sign in are counted by it."""
    return request.client.host if request.client else "unknown"
