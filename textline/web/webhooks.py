"""Twilio's webhooks. Signed or refused; acknowledged only when kept; never an error text to a texter."""

import hashlib
import time
from collections.abc import Callable
from functools import cache, partial
from typing import Annotated, Any
from urllib.parse import parse_qsl

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from textline import log, metrics
from textline.carrier import incoming, twiml
from textline.carrier.forms import Parsed
from textline.carrier.incoming import Refusal
from textline.carrier.webhooks import RINGING_PATH, RUNG_PATH, STATUS_PATH, VOICE_PATH, genuine
from textline.errors import NotFound, TextlineError
from textline.flow import on_the_phone, receive, send, speak
from textline.runtime import Runtime
from textline.web.session import Run

router = APIRouter()
_log = log.get(__name__)

Form = list[tuple[str, str]]
_VOICE_LIMIT_S = 4.0


@cache
def _threads() -> CapacityLimiter:
    """Threads of the webhooks' own: pages that wait for something must not keep a text waiting."""
    return CapacityLimiter(16)


@cache
def _other_threads() -> CapacityLimiter:
    """For what is no text: a hundred status webhooks must not keep one text waiting."""
    return CapacityLimiter(8)


class Unsigned(Exception):
    """Not from Twilio, or our public URL or auth token is wrong: refused, and counted."""


async def signed_form(request: Request, run: Run) -> Form:
    """The form that Twilio posted, when its signature is right.

    Raises:
        Unsigned: it is not.
    """
    request.state.began = time.perf_counter()
    body = await request.body()
    form = _parsed(body)
    query = f"?{asked.decode('utf-8', 'surrogateescape')}" if (asked := request.scope["query_string"]) else ""
    url = f"{run.settings.public_url}{request.scope['path']}{query}"
    token = run.settings.twilio_auth_token.get_secret_value()
    if not genuine(token, url, form, request.headers.get("x-twilio-signature")):
        raise Unsigned
    return form


def _parsed(body: bytes) -> Parsed:
    try:
        text = body.decode("utf-8", "surrogateescape")
        return Parsed(parse_qsl(text, keep_blank_values=True, errors="surrogateescape"))
    except ValueError:
        return Parsed()


Signed = Annotated[Form, Depends(signed_form)]


async def _in_thread(work: Callable[[], Any]) -> Any:
    return await to_thread.run_sync(work, limiter=_threads())


async def sms(request: Request) -> Response:
    """A text came in: 200 when it is kept, 503 when nothing took it."""
    run: Runtime = request.app.state.runtime
    form = await signed_form(request, run)
    text = incoming.parse(form)
    answer = None
    try:
        if isinstance(text, Refusal):
            unreadable = partial(_keep_unreadable, run, text, form)
            await to_thread.run_sync(unreadable, limiter=_other_threads())
        else:
            answer = await receive.accept(run, text, _in_thread)
    except TextlineError:
        _log.error("a text could not be kept: Twilio is told to try again")
        return Response(status_code=503)
    metrics.ACKNOWLEDGED.observe(time.perf_counter() - request.state.began)
    return _xml(twiml.text(answer) if answer else twiml.silence())


async def texts(scope: Scope, receive: Receive, send: Send) -> None:
    """The webhook for texts, called by the app itself: a router's way to it takes longer than to keep a text."""
    request = Request(scope, receive)
    try:
        answer = await sms(request)
    except Unsigned as refused:
        answer = refuse_unsigned(request, refused)
    except ClientDisconnect:  # or a larger body than any text has
        answer = Response(status_code=413)
    await answer(scope, receive, send)


def _keep_unreadable(run: Runtime, refusal: Refusal, form: Form) -> None:
    metrics.REFUSED.labels("unreadable").inc()
    _log.warning("a genuine webhook could not be read as a text", reason=refusal.reason, sid=refusal.sid)
    digest = hashlib.sha256(repr(sorted(form)).encode("utf-8", "backslashreplace")).hexdigest()
    clean = [(incoming.clean(name), incoming.clean(value)) for name, value in form]
    receive.keep_unreadable(run, refusal.sid or f"none-{digest[:32]}", clean, refusal.reason)


@router.post(STATUS_PATH)
async def status(form: Signed, run: Run, message: str = "") -> Response:
    """What became of a text of ours; our identifier rides on the URL."""
    report = incoming.status(form)
    if isinstance(report, Refusal) or not (message.isdecimal() and len(message) < 19):
        metrics.REFUSED.labels("unreadable").inc()
        return Response(status_code=204)
    metrics.STATUSES.labels(report.status if report.status.isalpha() else "other").inc()
    try:
        taken = partial(send.status, run, int(message), report)
        await to_thread.run_sync(taken, limiter=_other_threads())
    except TextlineError:
        return Response(status_code=503)
    return Response(status_code=204)


@router.post(RUNG_PATH)
def rung(form: Signed, run: Run, leg: int = 0) -> Response:
    """Somebody whom the line has rung picks up, or has pressed a key."""
    fields = dict(form)
    try:
        heard = partial(on_the_phone.picked_up, run, leg, fields.get("CallSid", ""), fields.get("Digits"))
        return _xml(run.store.promptly(_VOICE_LIMIT_S, heard))
    except Exception as error:
        # Whoever hears this asked for a call: they are told what to do, and the clock finds the call lost.
        _log.error("a call cannot go on", leg=leg, why=type(error).__name__)
        return _xml(twiml.goodbye("We cannot connect you now. Please send a text to this number."))


@router.post(RINGING_PATH)
async def ringing(form: Signed, run: Run, leg: int = 0) -> Response:
    """How it goes with ringing somebody."""
    fields = dict(form)
    told = partial(on_the_phone.told, run, leg, fields.get("CallSid", ""), fields.get("CallStatus", ""))
    try:
        await to_thread.run_sync(told, limiter=_other_threads())
    except NotFound:
        return Response(status_code=204)
    except TextlineError:
        return Response(status_code=503)
    return Response(status_code=204)


@router.post(VOICE_PATH)
def voice(form: Signed, run: Run) -> Response:
    """Somebody calls the line, or has pressed a key."""
    fields = dict(form)
    called, caller = fields.get("To", ""), fields.get("From", "")
    try:
        if "Digits" in fields:
            pressed = partial(speak.pressed, run, called, caller, fields["Digits"])
            return _xml(run.store.promptly(_VOICE_LIMIT_S, pressed))
        gather = f"{run.settings.public_url}{VOICE_PATH}"
        return _xml(run.store.promptly(_VOICE_LIMIT_S, partial(speak.greet, run, called, caller, gather)))
    except NotFound:
        _log.error("somebody called a number that no line has: set the line up")
        return _xml(
            twiml.goodbye("This line is being set up. If you are in danger, call your emergency number.")
        )
    except Exception:
        # Whatever is wrong here, a caller must not hear Twilio's "application error".
        _log.exception("a call could not be answered as set up: a plain greeting was given")
        return _xml(
            twiml.goodbye(
                "Please send a text to this number. If you are in danger, call your emergency number."
            )
        )


def refuse_unsigned(request: Request, _: Exception) -> Response:
    """403, counted: a wrong public URL or token would otherwise silently eat texts."""
    metrics.REFUSED.labels("signature").inc()
    _log.warning("a webhook without a right signature was refused", path=request.scope["path"])
    return Response("The signature is missing or wrong.", status_code=403, media_type="text/plain")


def _xml(text: str) -> Response:
    return Response(text, media_type="text/xml")
