"""The live stream: server-sent events that name what changed, and a beat that asks whether the page is there."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from textline.errors import Unavailable
from textline.flow import presence
from textline.live.presence import BEAT_S
from textline.rules.access import Role, allows
from textline.runtime import Runtime
from textline.store.people import Person
from textline.web.console import views
from textline.web.session import Run, SignedIn, SignInNeeded, home, see_other, signed_in

router = APIRouter()


@router.get("/events")
async def events(request: Request, run: Run, person: SignedIn, conversation: int | None = None) -> Response:
    """What changes, as it does. A page that has the stream open, and answers its beats, is present."""
    topics = await run_in_threadpool(_topics, run, person, conversation)
    return EventSourceResponse(_events(request, run, person, topics), ping=BEAT_S * 3)


def _topics(run: Runtime, person: Person, conversation: int | None) -> set[str]:
    topics = {f"person-{person.id}"}
    if allows(person.role, Role.SUPERVISOR):
        topics |= {"board", "alarm"}
    if conversation is not None:
        with run.unit(person.organization_id) as unit:
            found = views.readable(unit, person, conversation)
        topics |= {f"conversation-{found.id}", f"state-{found.id}"}
    return topics


async def _events(
    request: Request, run: Runtime, person: Person, topics: set[str]
) -> AsyncIterator[ServerSentEvent]:
    async with run.live.broadcast.stream(person.organization_id, topics) as changes:
        # Whatever changed between the page and its stream, and during a lost connection, is fetched anew.
        yield ServerSentEvent(event="refresh", data="")
        beat_at, listener = 0.0, _Listener(request, run)
        while listener.welcome:
            now = asyncio.get_running_loop().time()
            if now >= beat_at:  # on a clock of its own: a busy page has to answer too
                # Pages that were opened together must not ask for their sessions together ever after.
                beat_at = now + BEAT_S * random.uniform(0.8, 1.0)  # noqa: S311 (a spread, not a secret)
                listener.ask()
                yield ServerSentEvent(event="beat", data="")
            with suppress(TimeoutError):
                topic = await asyncio.wait_for(changes.next(), min(beat_at - now, listener.patience_s))
                if listener.welcome:
                    yield ServerSentEvent(event=topic, data="")


class _Listener:
    """Whether whoever opened a stream may still hear it: asked beside the stream, so that nothing waits for it."""

    def __init__(self, request: Request, run: Runtime) -> None:
        self._request, self._run = request, run
        self._asked: asyncio.Task[bool] | None = None

    def ask(self) -> None:
        """Look at their session anew, unless that is under way."""
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(run_in_threadpool(_may_listen, self._request, self._run))

    @property
    def welcome(self) -> bool:
        """What the last look found, if it is over."""
        return self._asked is None or not self._asked.done() or self._asked.result()

    @property
    def patience_s(self) -> float:
        """How long to wait for something to say before this is asked again."""
        return BEAT_S if self._asked is None or self._asked.done() else 0.5


def _may_listen(request: Request, run: Runtime) -> bool:
    """A session that has ended, or an account that was disabled, hears nothing more."""
    try:
        signed_in(request, run)
    except SignInNeeded:
        return False
    except Unavailable:
        return True  # nobody can tell now, and nothing is said that PostgreSQL would have to be asked for
    return True


@router.post("/presence")
def beat(run: Run, person: SignedIn) -> Response:
    """The page answers a beat: somebody is there."""
    presence.beat(run, person)
    return Response(status_code=204)


@router.post("/availability")
def available(run: Run, person: SignedIn, available: Annotated[bool, Form()] = False) -> Response:
    """Take new conversations, or no more."""
    presence.set_available(run, person, available)
    return see_other(home(person))
