"""Devices that ring while no page is open: what the browser's script asks for."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import FileResponse, Response

from textline.flow import devices
from textline.web.pages import STATIC
from textline.web.session import Run, Supervisor, supervising

router = APIRouter()
Field = Annotated[str, Form(max_length=1000)]
DONE = 204


@router.get("/ringer.js")
def ringer() -> Response:
    """The script that browsers keep for messages: it must stand at the root to speak for all pages."""
    return FileResponse(STATIC / "ringer.js", media_type="text/javascript")


@router.get("/devices/key", dependencies=[Depends(supervising)])
def key(run: Run) -> Response:
    """What the browser is to be given."""
    return Response(devices.key(run), media_type="text/plain")


@router.post("/devices")
def put_on(
    run: Run, person: Supervisor, endpoint: Field, p256dh: Field, auth: Field, again: Field = ""
) -> Response:
    """This browser rings from now on; `again`: it says that it still does."""
    said = devices.subscription(endpoint, p256dh, auth)
    with run.unit(person.organization_id) as unit:
        devices.put_on(unit, person, said, tell=not again)
    return Response(status_code=DONE)


@router.post("/devices/removal")
def take_off(run: Run, person: Supervisor, endpoint: Field) -> Response:
    """This browser rings no more."""
    with run.unit(person.organization_id) as unit:
        devices.take_off(unit, person, endpoint)
    return Response(status_code=DONE)
