"""Hotlines: reviewed by the organization before any is used with real people."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from textline.flow import set_up
from textline.store import hotlines, lines, people
from textline.web.pages import page
from textline.web.session import Admin, Run, see_other

router = APIRouter(prefix="/admin/hotlines")
Field = Annotated[str, Form(max_length=600)]


@router.get("")
def show(run: Run, person: Admin, country: str | None = None) -> Response:
    """A country's hotlines: at first those of the first line's country."""
    with run.unit(person.organization_id) as unit:
        set_up.seed_hotlines(unit)
        first = lines.every(unit)
        chosen = country or (first[0].country if first else "US")
        return page(
            "admin/hotlines.html", person, country=chosen, rows=hotlines.of_country(unit, chosen),
            countries=hotlines.countries(unit), names=people.names(unit),
        )  # fmt: skip


@router.post("")
def add(
    run: Run, person: Admin, country: Field = "", name: Field = "", voice: Field = "", text: Field = "",
    keyword: Field = "", source: Field = "",
) -> Response:  # fmt: skip
    """Add a hotline of the organization's own finding."""
    with run.unit(person.organization_id) as unit:
        set_up.add_hotline(unit, person, country, name, voice, text, keyword, source)
    return _back(country.strip().upper())


@router.post("/{number}")
def change(
    run: Run,
    person: Admin,
    number: int,
    name: Field = "",
    voice: Field = "",
    text: Field = "",
    keyword: Field = "",
) -> Response:
    """Correct a hotline."""
    with run.unit(person.organization_id) as unit:
        set_up.change_hotline(unit, person, number, name, voice, text, keyword)
        country = hotlines.get(unit, number).country
    return _back(country)


@router.post("/{number}/review")
def review(
    run: Run, person: Admin, number: int, reviewed: Annotated[bool, Form()] = False, seen: Field | None = None
) -> Response:
    """Say that a hotline has been checked, or take it back."""
    with run.unit(person.organization_id) as unit:
        set_up.review_hotline(unit, person, number, reviewed, seen)
        country = hotlines.get(unit, number).country
    return _back(country)


@router.post("/{number}/removal")
def remove(run: Run, person: Admin, number: int) -> Response:
    """Use a hotline no more."""
    with run.unit(person.organization_id) as unit:
        country = hotlines.get(unit, number).country
        set_up.remove_hotline(unit, person, number)
    return _back(country)


def _back(country: str) -> Response:
    return see_other(f"/admin/hotlines?country={country}")
