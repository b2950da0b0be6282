"""The organization's own words for the screen: what they are, and what a change would do before it is made."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from textline.errors import Invalid
from textline.flow import own_words as flow
from textline.lexicon.load import LANGUAGES, ROUTES, lexicon
from textline.rules.own_words import LONGEST, Effect, OwnWords, fault
from textline.rules.preview import Kind
from textline.runtime import Runtime
from textline.store import own_words, people
from textline.store.people import Person
from textline.web.pages import page
from textline.web.session import Run, Supervisor, see_other

router = APIRouter(prefix="/screen/words")
Field = Annotated[str, Form(max_length=500)]
_EFFECTS = {
    Effect.CRISIS: "Alarm: a crisis",
    Effect.IMMINENT: "Alarm: a life is in danger now",
    Effect.CONCERN: "List for review, without an alarm",
    Effect.FIGURE: "A figure of speech: no alarm for what it covers",
}
_KINDS = {
    Kind.GRAVE: "Shipped texts of people in danger",
    Kind.HARMLESS: "Shipped harmless texts",
    Kind.REAL: "Your escalations that were none in vain",
    Kind.FALSE_ALARM: "Your false alarms",
    Kind.QUIET: "Your conversations that nobody escalated",
}
_EXAMPLES = 5


def written(
    says: Field = "", effect: Field = "", route: Field = "self", language: Field = "en", why: Field = ""
) -> OwnWords:
    """What the form says.

    Raises:
        Invalid: not what may be chosen.
    """
    if effect not in list(Effect):
        raise Invalid("Choose what these words are to do.")
    return OwnWords(" ".join(says.lower().split()), language, Effect(effect), route, why.strip())


Written = Annotated[OwnWords, Depends(written)]


@router.get("")
def show(run: Run, person: Supervisor) -> Response:
    """Those in use, and a form."""
    return _page(run, person)


@router.post("/preview")
def preview(run: Run, person: Supervisor, words: Written) -> Response:
    """What these would do."""
    return _page(run, person, preview=flow.preview_of(run, person, words))


@router.post("")
def add(run: Run, person: Supervisor, words: Written) -> Response:
    """Put them into use."""
    flow.add(run, person, words)
    return see_other("/screen/words")


@router.post("/{number}/preview")
def preview_without(run: Run, person: Supervisor, number: int) -> Response:
    """What taking them out of use would do."""
    return _page(run, person, preview=flow.preview_without(run, person, number), removes=number)


@router.post("/{number}/removal")
def remove(run: Run, person: Supervisor, number: int) -> Response:
    """Take them out of use."""
    flow.remove(run, person, number)
    return see_other("/screen/words")


def _page(
    run: Runtime, person: Person, preview: flow.Preview | None = None, removes: int | None = None
) -> Response:
    with run.unit(person.organization_id) as unit:
        kept = own_words.every(unit)
        return page(
            "words.html", person, kept=kept, faults={one.id: fault(one.words) for one in kept},
            names=people.names(unit), preview=preview, removes=removes, effects=_EFFECTS, kinds=_KINDS, routes=ROUTES,
            languages=LANGUAGES, slots={language: sorted(lexicon(language).words) for language in LANGUAGES},
            longest=LONGEST, examples=_EXAMPLES,
        )  # fmt: skip
