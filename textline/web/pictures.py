"""Pictures: fetched by the carrier under an address that nobody guesses, and shown to whoever may read them."""

from fastapi import APIRouter
from fastapi.responses import Response

from textline.errors import NotFound
from textline.flow import picture
from textline.store import pictures
from textline.web.console import views
from textline.web.session import Run, SignedIn

router = APIRouter()
_ONLY_A_PICTURE = {"Content-Disposition": "inline", "Cache-Control": "private, no-store"}


@router.get(picture.PATH + "/{number}/{token}.jpg")
def fetched(run: Run, number: int, token: str) -> Response:
    """For the carrier."""
    return _shown(picture.fetched(run, number, token))


@router.get("/conversations/{number}/pictures/{which}")
def of_conversation(run: Run, person: SignedIn, number: int, which: int) -> Response:
    """For whoever may read the conversation."""
    with run.unit(person.organization_id) as unit:
        found = views.readable(unit, person, number)
        return _shown(pictures.in_conversation(unit, found.id, which))


def _shown(content: bytes | None) -> Response:
    if content is None:
        raise NotFound("There is no such picture, or its time is over.")
    return Response(content, media_type="image/jpeg", headers=_ONLY_A_PICTURE)
