"""Builds the web app: the only wiring of the web. `textline.serve` serves it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from textline import errors, log
from textline.carrier.webhooks import MESSAGE_PATH
from textline.config import Settings
from textline.flow import fallback, presence, sweep
from textline.live.presence import BEAT_S
from textline.runtime import Runtime
from textline.store.people import Person
from textline.web import demo, health, pictures, webhooks
from textline.web.admin import hotlines, lines, on_call, people
from textline.web.console import (
    board,
    conversations,
    devices,
    escalations,
    handoffs,
    own_words,
    screening,
    sign_in,
    stream,
)
from textline.web.pages import STATIC, is_fragment_wanted, page
from textline.web.security import Guard, limited
from textline.web.session import SignInNeeded, see_other, signed_in

LEARN_S = 30
_STAND_BY_S = 1
_BEAT_EVERY_S = 1
_log = log.get(__name__)
_STATUS: dict[type[Exception], int] = {
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Invalid: 422,
    errors.Unavailable: 503,
}
_PARTS = (
    webhooks, health, pictures, sign_in, conversations, board, escalations, handoffs, own_words, devices, screening,
    stream, lines, hotlines, people, on_call,
)  # fmt: skip


class App(FastAPI):
    """The app. Texts go ahead of all that pages need, which takes longer than to keep a text."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a text, or pass a request on."""
        if scope["type"] == "http" and scope["path"] == MESSAGE_PATH and scope["method"] == "POST":
            scope["app"] = self
            return await webhooks.texts(scope, limited(receive), send)
        await super().__call__(scope, receive, send)


def build(run: Runtime) -> FastAPI:
    """The app on a runtime."""
    app = assemble(run.settings)
    app.state.runtime = run
    return app


def assemble(settings: Settings) -> FastAPI:
    """The app, still without its runtime (`app.state.runtime`).

    `app.state.beat`, which does nothing by itself, is called once a second as long as the app can answer;
    `app.state.stand_by_s` are the seconds between two looks for what nobody records.
    """
    app = App(lifespan=_lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.beat = lambda: None
    app.state.stand_by_s = _STAND_BY_S
    app.add_middleware(Guard, secure=settings.secure)
    for part in _PARTS:
        app.include_router(part.router)
    if settings.demo:
        app.include_router(demo.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_exception_handler(webhooks.Unsigned, webhooks.refuse_unsigned)
    app.add_exception_handler(ClientDisconnect, lambda *_: Response(status_code=413))
    app.add_exception_handler(SignInNeeded, _ask_to_sign_in)
    app.add_exception_handler(404, _not_there)
    app.add_exception_handler(errors.TextlineError, _explain)
    app.add_exception_handler(RequestValidationError, _explain)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    run: Runtime = app.state.runtime
    lasting = (run.live.broadcast.listen(), _hear(run), _learn(run), _stand_by(app, run), _beat(app))
    tasks = [asyncio.create_task(task) for task in lasting]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await run.live.intake.close()
    run.close()


async def _hear(run: Runtime) -> None:
    """Say every few seconds that beats can be heard here: a beat needs PostgreSQL for its session, and Redis."""
    while True:
        await _whatever_happens(presence.hear, run)
        await asyncio.sleep(BEAT_S)


async def _learn(run: Runtime) -> None:
    """Keep in mind what a crisis is answered with while PostgreSQL is away."""
    while True:
        await _whatever_happens(fallback.learn, run)
        await asyncio.sleep(LEARN_S)


async def _stand_by(app: FastAPI, run: Runtime) -> None:
    """Record the crises that no worker and no clock records: all may be gone at once, and whoever is started anew has to
    import for seconds."""
    while True:
        await asyncio.sleep(app.state.stand_by_s)
        await _whatever_happens(sweep.overlooked_crises, run)


async def _whatever_happens(do: Callable[[Runtime], object], run: Runtime) -> None:
    """One moment's fault must not end what has to be done as long as the process lives."""
    try:
        await run_in_threadpool(do, run)
    except errors.Unavailable:
        pass
    except Exception:
        _log.exception("it failed, and is tried again", what=do.__name__)


async def _beat(app: FastAPI) -> None:
    """Show that this loop turns: whatever held it up would hold up every request."""
    while True:
        app.state.beat()
        await asyncio.sleep(_BEAT_EVERY_S)


def _ask_to_sign_in(request: Request, _: Exception) -> Response:
    if is_fragment_wanted(request):
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    if request.method == "GET" and "text/event-stream" not in request.headers.get("accept", ""):
        return see_other("/sign-in")
    return Response("Sign in first.", status_code=401, media_type="text/plain")


def _not_there(_request: Request, _error: Exception) -> Response:
    return page("gone.html", what="There is no such page.", status=404)


def _explain(request: Request, error: Exception) -> Response:
    """Say what is wrong and what to do: beside what was done, or on a page of its own."""
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
    words = str(error)
    if isinstance(error, RequestValidationError):
        status, words = 422, "Something in this form cannot be used: check it and try again."
    if isinstance(error, errors.Unavailable):
        words = "Textline cannot reach one of its servers at the moment. Nothing is lost: try again shortly."
    if is_fragment_wanted(request):
        answer = page("_notice.html", words=words, status=status)
        answer.headers.update({"HX-Retarget": "#notice", "HX-Reswap": "innerHTML"})
        return answer
    return page("gone.html", _who(request), what=words, back=_back(request), status=status)


def _who(request: Request) -> Person | None:
    """Whoever is signed in, if that can be told now."""
    try:
        return signed_in(request, request.app.state.runtime)
    except (errors.TextlineError, SignInNeeded):
        return None


def _back(request: Request) -> str:
    """The page on which something was tried; for one that is not there, the person's work."""
    came_from = urlsplit(request.headers.get("referer", "")).path if request.method == "POST" else ""
    return came_from if came_from.startswith("/") and not came_from.startswith("//") else "/"
