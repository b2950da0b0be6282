"""People: invited by a link, given a role, disabled."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from textline.flow import presence, set_up
from textline.rules.access import Role
from textline.runtime import Unit
from textline.store import events, people
from textline.store.people import Person
from textline.web.pages import page
from textline.web.session import Admin, Run, see_other

router = APIRouter(prefix="/admin")
Field = Annotated[str, Form(max_length=200)]


@router.get("/people")
def show(run: Run, person: Admin) -> Response:
    """Everybody, and who is invited."""
    with run.unit(person.organization_id) as unit:
        return _shown(unit, person, None, "")


@router.post("/people/invitations")
def invite(run: Run, person: Admin, name: Field = "", role: Field = "") -> Response:
    """Invite somebody; their link is shown once."""
    with run.unit(person.organization_id) as unit:
        token = set_up.invite(unit, person, name, role)
        return _shown(unit, person, f"{run.settings.public_url}/join/{token}", name)


@router.post("/people/{number}/password-links")
def link_to_new_password(run: Run, person: Admin, number: int) -> Response:
    """For somebody who lost their password: a link, shown once."""
    with run.unit(person.organization_id) as unit:
        token = set_up.new_password_link(unit, person, number)
        name = people.get(unit, number).name
        return _shown(unit, person, f"{run.settings.public_url}/join/{token}", name)


def _shown(unit: Unit, person: Person, link: str | None, link_for: str) -> Response:
    return page(
        "admin/people.html", person, people=people.every(unit), invitations=people.open_invitations(unit),
        roles=list(Role), link=link, link_for=link_for,
    )  # fmt: skip


@router.post("/people/{number}")
def change(run: Run, person: Admin, number: int, role: Field, capacity: Annotated[int, Form()]) -> Response:
    """Change a role, or how many conversations somebody takes."""
    with run.unit(person.organization_id) as unit:
        set_up.change_person(unit, person, number, role, capacity)
    return see_other("/admin/people")


@router.post("/people/{number}/disabling")
def disable(run: Run, person: Admin, number: int) -> Response:
    """Somebody may not sign in any more."""
    with run.unit(person.organization_id) as unit:
        set_up.disable(unit, person, number)
        other = people.get(unit, number)
    presence.forget(run, other)
    return see_other("/admin/people")


@router.post("/people/{number}/enabling")
def enable(run: Run, person: Admin, number: int) -> Response:
    """Somebody may sign in again."""
    with run.unit(person.organization_id) as unit:
        set_up.enable(unit, person, number)
    return see_other("/admin/people")


@router.get("/log")
def log(run: Run, person: Admin) -> Response:
    """Who did what, and when."""
    with run.unit(person.organization_id) as unit:
        return page("admin/log.html", person, events=events.latest(unit, 200), names=people.names(unit))
