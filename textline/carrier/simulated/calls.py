"""Calls: follows a line's TwiML as far as a caller would hear it, until a key is wanted or somebody is dialled."""

import asyncio
import uuid
from typing import Any

from textline.carrier.simulated import twiml
from textline.carrier.simulated.world import World

_MOST_REDIRECTS = 10
_GATHERS_S = 30.0  # a key is waited for so long
_RINGS_S = 2.0  # a phone that nobody takes rings so long here, and not half a minute


async def ring(world: World, caller: str, line: dict[str, Any]) -> dict[str, Any]:
    """A phone calls a line; returns the call as it stands after the first TwiML."""
    call = _new(world, "inbound", caller, line["phone_number"])
    call = world.book.put("call", call["sid"], phone_number_sid=line["sid"], status="in-progress")
    url, fallback = line.get("voice_url") or "", line.get("voice_fallback_url") or ""
    return await _fetch_and_go_on(world, call, url, fallback)


async def place(world: World, form: dict[str, str], events: list[str]) -> dict[str, Any]:
    """A call made by the API. The phone rings, and does what phones with this number do (`manners`)."""
    call = _new(world, "outbound-api", form.get("From", ""), form.get("To", ""))
    told = {
        "url": form.get("Url", ""),
        "twiml": form.get("Twiml", ""),
        "told": form.get("StatusCallback", ""),
        "events": events,
    }
    call = world.book.put("call", call["sid"], patience=int(form.get("Timeout") or 60), **told)
    world.later(_ring_out(world, call["sid"]))
    return call


async def _ring_out(world: World, sid: str) -> None:
    """Ring, and then do as the phone does: pick up at once, let it ring, be busy, or have a machine answer."""
    call = await _told(world, sid, "ringing", status="ringing")
    manner = (world.book.get("phone", call["to"]) or {}).get("manner", "picks_up")
    if manner in ("picks_up", "machine"):
        await pick_up(world, sid)
        # A machine presses nothing, and listens until the voice ends; nor does a person wait for ever for a key.
        await asyncio.sleep(0 if manner == "machine" else _GATHERS_S)
        while (world.book.get("call", sid) or {}).get("state") == "gathering":
            await press(world, sid, "")
    elif manner in ("busy", "failed"):
        await _end(world, sid, manner)
    else:
        await asyncio.sleep(call["patience"] if manner == "waits" else min(call["patience"], _RINGS_S))
        if (world.book.get("call", sid) or {}).get("state") == "ringing":
            await _end(world, sid, "no-answer")


async def pick_up(world: World, sid: str) -> dict[str, Any]:
    """Somebody takes the call, and hears what `Url` answers."""
    call = await _told(world, sid, "answered", status="in-progress", state="listening")
    if call["twiml"]:
        return await _go_on(world, call, twiml.steps(call["twiml"]))
    return await _fetch_and_go_on(world, call, call["url"], "")


async def hang_up(world: World, sid: str) -> dict[str, Any]:
    """Whoever is in the call hangs up."""
    return await _end(world, sid, "completed")


async def redirect(world: World, sid: str, form: dict[str, str]) -> dict[str, Any] | None:
    """Change a call under way: new TwiML, or its end. None: it has ended already."""
    call = world.book.get("call", sid) or {}
    if call.get("state") == "ended":
        return None
    if form.get("Status") in {"completed", "canceled"}:
        return await _end(world, sid, "completed" if call["status"] == "in-progress" else "canceled")
    call = world.book.put("call", sid, status="in-progress", conference="")
    if form.get("Twiml"):
        return await _go_on(world, call, twiml.steps(form["Twiml"]))
    return await _fetch_and_go_on(world, call, form.get("Url", ""), form.get("FallbackUrl", ""))


async def _end(world: World, sid: str, status: str) -> dict[str, Any]:
    before = world.book.get("call", sid) or {}
    call = await _told(
        world, sid, "completed", status=status, state="ended", action="", left=[], conference=""
    )
    if before.get("conference") and before.get("ends"):
        for other in world.book.all("call"):
            if other["conference"] == before["conference"]:
                await _end(world, other["sid"], "completed")
    return call


async def _told(world: World, sid: str, event: str, **changes: Any) -> dict[str, Any]:
    """Change a call, and tell its status callback, whatever comes of that."""
    call = world.book.put("call", sid, **changes)
    if call.get("told") and event in call.get("events", ()):
        await world.hooks.call(sid, call["told"], _params(world, call) | {"CallStatus": call["status"]})
    return call


async def press(world: World, sid: str, digits: str) -> dict[str, Any]:
    """Press keys where they are wanted; with none, wait until the call goes on by itself."""
    call = world.book.get("call", sid) or {}
    if not digits:
        return await _go_on(world, call, call["left"])
    return await _fetch_and_go_on(world, call, call["action"], "", {"Digits": digits})


def _new(world: World, direction: str, caller: str, called: str) -> dict[str, Any]:
    facts = {"direction": direction, "from": caller, "to": called, "status": "queued", "state": "ringing"}
    return world.book.put(
        "call", "CA" + uuid.uuid4().hex, spoken=[], action="", dialled="", conference="", left=[], **facts
    )


async def _fetch_and_go_on(
    world: World, call: dict[str, Any], url: str, fallback: str, more: dict[str, str] | None = None
) -> dict[str, Any]:
    params = _params(world, call) | {"CallStatus": "in-progress" if more else "ringing"} | (more or {})
    answer = await world.hooks.call(call["sid"], url, params, fallback)
    if answer is None or not answer.good:
        return await _stop(world, call, ["We are sorry, an application error has occurred. Goodbye."])
    try:
        found = twiml.steps(answer.body)
    except twiml.Unreadable as error:
        world.book.alert(12100, call["sid"], answer.url, str(error))
        return await _stop(world, call, ["We are sorry, an application error has occurred. Goodbye."])
    return await _go_on(world, call | {"last_url": answer.url}, found)


def _params(world: World, call: dict[str, Any]) -> dict[str, str]:
    return {
        "AccountSid": world.keys.account_sid,
        "ApiVersion": "2010-04-01",
        "CallSid": call["sid"],
        "Called": call["to"],
        "Caller": call["from"],
        "Direction": call["direction"],
        "From": call["from"],
        "To": call["to"],
    }


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
        if "conference" in step:
            facts = {
                "state": "conference",
                "conference": step["conference"],
                "waits": step["waits"],
                "ends": step["ends"],
            }
            return world.book.put(
                "call", call["sid"], status="in-progress", spoken=spoken, action="", left=[], **facts
            )
        if "redirect" in step and call.get("redirects", 0) < _MOST_REDIRECTS:
            call = world.book.put("call", call["sid"], redirects=call.get("redirects", 0) + 1)
            after = await _fetch_and_go_on(world, call, step["redirect"], "")
            return world.book.put("call", call["sid"], spoken=spoken + after["spoken"])
        if "hangup" in step:
            break
    return await _stop(world, call, spoken)


async def _stop(world: World, call: dict[str, Any], spoken: list[str]) -> dict[str, Any]:
    world.book.put("call", call["sid"], spoken=spoken, dialled="")
    return await _end(world, call["sid"], "completed")
