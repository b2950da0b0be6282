"""Calls: follows a line's TwiML as far as a caller would hear it, until a key is wanted or somebody is dialled."""

import uuid
from typing import Any

from textline.carrier.simulated import twiml
from textline.carrier.simulated.world import World

_MOST_REDIRECTS = 10


async def ring(world: World, caller: str, line: dict[str, Any]) -> dict[str, Any]:
    """A phone calls a line; returns the call as it stands after the first TwiML."""
    call = _new(world, "inbound", caller, line["phone_number"])
    call = world.book.put("call", call["sid"], phone_number_sid=line["sid"], status="in-progress")
    url, fallback = line.get("voice_url") or "", line.get("voice_fallback_url") or ""
    return await _fetch_and_go_on(world, call, url, fallback)


async def place(world: World, form: dict[str, str]) -> dict[str, Any]:
    """A call made by the API: the other side picks up at once and hears `Url`'s or `Twiml`'s TwiML."""
    call = _new(world, "outbound-api", form.get("From", ""), form.get("To", ""))
    world.later(redirect(world, call["sid"], form))
    return call


async def redirect(world: World, sid: str, form: dict[str, str]) -> dict[str, Any]:
    """Change a call under way: new TwiML, or its end."""
    call = world.book.put("call", sid, status="in-progress")
    if form.get("Status") in {"completed", "canceled"}:
        return world.book.put("call", sid, status="completed", state="ended")
    if form.get("Twiml"):
        return await _go_on(world, call, twiml.steps(form["Twiml"]))
    return await _fetch_and_go_on(world, call, form.get("Url", ""), form.get("FallbackUrl", ""))


async def press(world: World, sid: str, digits: str) -> dict[str, Any]:
    """Press keys where they are wanted; with none, wait until the call goes on by itself."""
    call = world.book.get("call", sid) or {}
    if not digits:
        return await _go_on(world, call, call["left"])
    return await _fetch_and_go_on(world, call, call["action"], "", {"Digits": digits})


def _new(world: World, direction: str, caller: str, called: str) -> dict[str, Any]:
    facts = {"direction": direction, "from": caller, "to": called, "status": "queued", "state": "ringing"}
    return world.book.put("call", "CA" + uuid.uuid4().hex, spoken=[], action="", dialled="", left=[], **facts)


async def _fetch_and_go_on(
    world: World, call: dict[str, Any], url: str, fallback: str, more: dict[str, str] | None = None
) -> dict[str, Any]:
    params = {
        "AccountSid": world.keys.account_sid,
        "ApiVersion": "2010-04-01",
        "CallSid": call["sid"],
        "CallStatus": "in-progress" if more else "ringing",
        "Called": call["to"],
        "Caller": call["from"],
        "Direction": call["direction"],
        "From": call["from"],
        "To": call["to"],
        **(more or {}),
    }
    answer = await world.hooks.call(call["sid"], url, params, fallback)
    if answer is None or not answer.good:
        return _stop(world, call, ["We are sorry, an application error has occurred. Goodbye."])
    try:
        found = twiml.steps(answer.body)
    except twiml.Unreadable as error:
        world.book.alert(12100, call["sid"], answer.url, str(error))
        return _stop(world, call, ["We are sorry, an application error has occurred. Goodbye."])
    return await _go_on(world, call | {"last_url": answer.url}, found)


async def _go_on(world: World, call: dict[str, Any], todo: list[dict[str, Any]]) -> dict[str, Any]:
    spoken: list[str] = []
    for index, step in enumerate(todo):
        if step.get("say"):
            spoken.append(step["say"])
        if "gather" in step:
            action = step["gather"] or call.get("last_url", "")
            facts = {"state": "gathering", "action": action, "left": todo[index + 1 :]}
            return world.book.put(
                "call", call["sid"], status="in-progress", spoken=spoken, dialled="", **facts
            )
        if "dial" in step:
            facts = {"state": "dialled", "dialled": step["dial"], "action": "", "left": []}
            return world.book.put("call", call["sid"], status="in-progress", spoken=spoken, **facts)
        if "redirect" in step and call.get("redirects", 0) < _MOST_REDIRECTS:
            call = world.book.put("call", call["sid"], redirects=call.get("redirects", 0) + 1)
            after = await _fetch_and_go_on(world, call, step["redirect"], "")
            return world.book.put("call", call["sid"], spoken=spoken + after["spoken"])
        if "hangup" in step:
            break
    return _stop(world, call, spoken)


def _stop(world: World, call: dict[str, Any], spoken: list[str]) -> dict[str, Any]:
    facts: dict[str, Any] = {"state": "ended", "status": "completed", "action": "", "left": []}
    return world.book.put("call", call["sid"], spoken=spoken, dialled="", **facts)
