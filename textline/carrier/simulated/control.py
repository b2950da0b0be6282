"""The part that is not Twilio's: phones that text and call, a look at everything, and orders to misbehave."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from textline.carrier.simulated import calls, inbound, shapes
from textline.carrier.simulated.book import Text
from textline.carrier.simulated.misbehaviour import Misbehaviour
from textline.carrier.simulated.world import World

Sid = Annotated[str, StringConstraints(pattern=r"^(SM|MM)[0-9a-fA-F]{32}$")]


class PhoneText(BaseModel):
    """A text that a phone sends. With `wait` off, the answer does not wait for the webhook."""

    model_config = ConfigDict(extra="forbid")

    sender: str = Field(alias="from")
    to: str
    body: str = ""
    media: list[str] = []
    sid: Sid | None = None
    wait: bool = True


class PhoneCall(BaseModel):
    """A call that a phone makes."""

    model_config = ConfigDict(extra="forbid")

    sender: str = Field(alias="from")
    to: str


class PhoneManner(BaseModel):
    """What a phone does when it is called: `picks_up` until told otherwise."""

    model_config = ConfigDict(extra="forbid")

    number: str
    manner: Literal["picks_up", "rings", "waits", "busy", "failed", "machine"]


class Digits(BaseModel):
    """Keys pressed; none means waiting."""

    digits: str = Field("", pattern=r"^[0-9*#]*$")


def router(world: World) -> APIRouter:
    """The control API of one simulated carrier."""
    api = APIRouter(prefix="/simulated")
    _phones(api, world)
    _calls(api, world)
    _looks(api, world)
    _orders(api, world)
    return api


def _line(world: World, number: str) -> dict[str, Any]:
    line = world.book.line(number)
    if line is None:
        raise HTTPException(404, "the simulated account does not own this number: see GET /simulated/numbers")
    return line


def _phones(api: APIRouter, world: World) -> None:
    @api.post("/texts")
    async def texts(given: PhoneText) -> dict[str, Any]:
        """Text a line. Answers with the SID and what the webhook answered (null: not called, or not awaited)."""
        line = _line(world, given.to)
        media = [(url, "image/jpeg") for url in given.media]
        text = Text(
            "inbound", given.sender, given.to, given.body, "received", sid=given.sid or "", media=media
        )
        if not inbound.receive(world, text, line):
            raise HTTPException(409, "a text with this SID was sent before")
        if not given.wait:
            world.later(inbound.hand_on(world, text, line))
            return {"sid": text.sid, "webhook": None}
        answer = await inbound.hand_on(world, text, line)
        return {"sid": text.sid, "webhook": asdict(answer) if answer else None}

    @api.get("/messages")
    async def messages(number: str, after: int = 0) -> dict[str, Any]:
        """What a phone shows, in order; `after` is the `shown` of the last one known."""
        mine = "shown > ? AND (sender = ? OR recipient = ?)"
        found = world.book.texts(mine, [after, number, number], "shown")
        keys = ("sid", "shown", "direction", "body", "created")
        return {
            "messages": [
                {key: getattr(text, key) for key in keys}
                | {"from": text.sender, "to": text.recipient, "media": [url for url, _ in text.media]}
                for text in found
            ]
        }


def _calls(api: APIRouter, world: World) -> None:
    @api.post("/calls")
    async def call(given: PhoneCall) -> dict[str, Any]:
        """Call a line; answers with what is said and what is wanted next."""
        return _heard(await calls.ring(world, given.sender, _line(world, given.to)))

    @api.post("/calls/{sid}/digits")
    async def digits(sid: str, given: Digits) -> dict[str, Any]:
        """Press keys, or wait."""
        call = world.book.get("call", sid)
        if call is None:
            raise HTTPException(404, "there is no such call")
        if call["state"] != "gathering":
            raise HTTPException(409, "the call does not ask for a key now")
        return _heard(await calls.press(world, sid, given.digits))

    @api.get("/calls")
    async def called(number: str) -> dict[str, Any]:
        """The calls that a phone got, oldest first."""
        found = [call for call in world.book.all("call") if call["to"] == number]
        return {"calls": [_heard(call) for call in sorted(found, key=lambda call: call["created"])]}

    @api.post("/phones")
    async def phones(given: PhoneManner) -> dict[str, Any]:
        """Have a phone behave so from now on."""
        return world.book.put("phone", given.number, manner=given.manner)

    @api.post("/calls/{sid}/picking-up")
    async def picking_up(sid: str) -> dict[str, Any]:
        """Take a call that rings."""
        return _heard(await calls.pick_up(world, _in_state(world, sid, "ringing")))

    @api.post("/calls/{sid}/hanging-up")
    async def hanging_up(sid: str) -> dict[str, Any]:
        """Hang up."""
        return _heard(await calls.hang_up(world, _in_state(world, sid)))


def _in_state(world: World, sid: str, state: str = "") -> str:
    call = world.book.get("call", sid)
    if call is None:
        raise HTTPException(404, "there is no such call")
    if call["state"] == "ended" or (state and call["state"] != state):
        raise HTTPException(409, f"the call is {call['state']}")
    return sid


def _heard(call: dict[str, Any]) -> dict[str, Any]:
    return {key: call[key] for key in ("sid", "state", "spoken", "dialled", "status", "conference")}


def _looks(api: APIRouter, world: World) -> None:
    @api.get("/health")
    async def health() -> dict[str, str]:
        """Whether it is up."""
        return {"status": "ok", "account_sid": world.keys.account_sid}

    @api.get("/numbers")
    async def numbers() -> list[dict[str, Any]]:
        """The account's numbers and their webhooks."""
        return [shapes.number(doc, world.keys.account_sid) for doc in world.book.all("number")]

    @api.get("/webhooks")
    async def webhooks() -> dict[str, Any]:
        """What became of each text's webhook: every try with its times, and whether it was given up."""
        return {"webhooks": world.book.noted()}

    @api.get("/totals")
    async def totals() -> dict[str, int]:
        """How many texts were sent by phones, and how many of them were taken."""
        return world.book.totals()

    @api.get("/log")
    async def log() -> dict[str, Any]:
        """Everything there is."""
        return {
            "messages": [asdict(text) for text in world.book.texts("1", [])],
            "calls": world.book.all("call"),
            "alerts": world.book.all("alert"),
            "numbers": world.book.all("number"),
            "services": world.book.all("service"),
            "misbehaviour": world.ways.now.model_dump(),
        }


def _orders(api: APIRouter, world: World) -> None:
    @api.get("/misbehave")
    async def shown() -> Misbehaviour:
        """How it behaves now."""
        return world.ways.now

    @api.post("/misbehave")
    async def misbehave(ways: Misbehaviour) -> Misbehaviour:
        """Behave exactly so from now on; what is left out is well-behaved."""
        world.ways.change(ways)
        return ways

    @api.delete("/misbehave")
    async def behave() -> Misbehaviour:
        """Behave well again."""
        world.ways.change(Misbehaviour())
        return world.ways.now
