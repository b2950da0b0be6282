"""What the screen finds: a text tried out, and how often each rule was right."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from textline.flow import own_words
from textline.rules.screening import Screened, look
from textline.runtime import Runtime
from textline.store import outcomes
from textline.store.people import Person
from textline.web.pages import page
from textline.web.session import Run, Supervisor

router = APIRouter(prefix="/screen")
_LATELY = timedelta(days=90)


@router.get("")
def screen(run: Run, person: Supervisor) -> Response:
    """The rules that have found something, with their outcomes."""
    return _page(run, person, "", None)


@router.post("")
def try_out(run: Run, person: Supervisor, text: Annotated[str, Form(max_length=5000)] = "") -> Response:
    """What the screen makes of a text, line by line as successive texts. Nothing is kept."""
    texts = [line for line in text.splitlines() if line.strip()]
    with run.unit(person.organization_id) as unit:
        ours = own_words.screen_of(unit)
    return _page(run, person, text, look(ours, texts) if texts else None)


def _page(run: Runtime, person: Person, text: str, seen: Screened | None) -> Response:
    with run.unit(person.organization_id) as unit:
        found = outcomes.of_rules(unit, _LATELY)
        return page("screen.html", person, text=text, seen=seen, rules=found, days=_LATELY.days)
