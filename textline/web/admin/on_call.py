"""On call: whose phone gets the alarms, where else they are posted, and how soon a texter is to be answered."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from textline.flow import devices as device_flow
from textline.flow import set_up_calls
from textline.store import calls, devices, organizations, people
from textline.web.pages import page
from textline.web.session import Admin, Run, see_other

router = APIRouter(prefix="/admin/on-call")
Field = Annotated[str, Form(max_length=500)]


@router.get("")
def show(run: Run, person: Admin) -> Response:
    """The list, the webhook and the limit."""
    with run.unit(person.organization_id) as unit:
        own = organizations.own(unit)
        return page(
            "admin/on_call.html", person, contacts=calls.contacts(unit), organization=own,
            webhook=bool(own.alarm_url_sealed), names=people.names(unit), devices=devices.by_person(unit),
        )  # fmt: skip


@router.post("")
def add(run: Run, person: Admin, name: Field = "", number: Field = "") -> Response:
    """Put somebody on the list."""
    with run.unit(person.organization_id) as unit:
        set_up_calls.add_contact(unit, person, name, number)
    return see_other("/admin/on-call")


@router.post("/{number}/removal")
def remove(run: Run, person: Admin, number: int) -> Response:
    """Take somebody off the list."""
    with run.unit(person.organization_id) as unit:
        set_up_calls.remove_contact(unit, person, number)
    return see_other("/admin/on-call")


@router.post("/devices/{whose}/removal")
def take_off(run: Run, person: Admin, whose: int) -> Response:
    """No device of somebody's rings any more."""
    with run.unit(person.organization_id) as unit:
        device_flow.take_off_all(unit, person, whose)
    return see_other("/admin/on-call")


@router.post("/settings")
def change(
    run: Run, person: Admin, minutes: Annotated[float, Form()] = 0, url: Field = "", forget: Field = ""
) -> Response:
    """Set the limit for answers, and the webhook: an empty address keeps the one that is set."""
    with run.unit(person.organization_id) as unit:
        set_up_calls.change(unit, person, minutes, url, forget=bool(forget))
    return see_other("/admin/on-call")


@router.post("/test")
def try_out(run: Run, person: Admin) -> Response:
    """Pass a test alarm on to everybody here."""
    with run.unit(person.organization_id) as unit:
        set_up_calls.try_out(unit, person)
    return see_other("/admin/on-call")
