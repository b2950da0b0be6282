"""Who is asking: the cookie, and what each role may reach."""

from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from textline.errors import NotAllowed
from textline.flow import sign_in
from textline.rules.access import Role, allows
from textline.runtime import Runtime
from textline.store.people import Person
from textline.store.sessions import LASTS


class SignInNeeded(Exception):
    """Nobody is signed in."""


def runtime_of(request: Request) -> Runtime:
    """The process's runtime."""
    found: Runtime = request.app.state.runtime
    return found


Run = Annotated[Runtime, Depends(runtime_of)]


def cookie_name(run: Runtime) -> str:
    """With TLS the name's prefix makes browsers insist on Secure, on this host alone and on the whole path."""
    return "__Host-textline" if run.settings.secure else "textline"


def set_cookie(run: Runtime, answer: Response, token: str) -> None:
    """Give the browser its session."""
    answer.set_cookie(
        cookie_name(run), token, max_age=int(LASTS.total_seconds()), httponly=True, samesite="lax",
        secure=run.settings.secure, path="/",
    )  # fmt: skip


def token_of(request: Request) -> str | None:
    """The session's token, if the browser sent one."""
    return request.cookies.get(cookie_name(runtime_of(request)))


def signed_in(request: Request, run: Run) -> Person:
    """Whoever is signed in, of any role.

    Raises:
        SignInNeeded: nobody is.
    """
    token = token_of(request)
    person = sign_in.whose(run, token) if token else None
    if person is None:
        raise SignInNeeded
    return person


def supervising(person: Annotated[Person, Depends(signed_in)]) -> Person:
    """A supervisor or admin."""
    return _at_least(person, Role.SUPERVISOR)


def administering(person: Annotated[Person, Depends(signed_in)]) -> Person:
    """An admin."""
    return _at_least(person, Role.ADMIN)


def _at_least(person: Person, role: Role) -> Person:
    if not allows(person.role, role):
        raise NotAllowed(f"This is for a {role}.")
    return person


SignedIn = Annotated[Person, Depends(signed_in)]
Supervisor = Annotated[Person, Depends(supervising)]
Admin = Annotated[Person, Depends(administering)]


def home(person: Person) -> str:
    """Where somebody's work is."""
    return "/console" if person.role == Role.VOLUNTEER else "/board"


def see_other(path: str) -> RedirectResponse:
    """After a change: show a page."""
    return RedirectResponse(path, status_code=303)
