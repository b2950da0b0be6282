"""Texts from phones: kept, answered by the carrier itself when they are STOP, START or HELP, and handed on."""

import asyncio
import time
from typing import Any

import phonenumbers

from textline.carrier.simulated import twiml
from textline.carrier.simulated.book import Text
from textline.carrier.simulated.hooks import Answer
from textline.carrier.simulated.outbound import deliver
from textline.carrier.simulated.shapes import segments
from textline.carrier.simulated.world import World

# A text that is only one of these, in any case; help.twilio.com/articles/223134027, README of twilio's facts.
_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"})
_START = frozenset({"START", "YES", "UNSTOP"})
_HELP = frozenset({"HELP", "INFO"})
_STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe."
)
_STARTED = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)
_HELPED = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


def receive(world: World, text: Text, line: dict[str, Any]) -> bool:
    """Keep a text that a phone sent and mind its opt-out words; False when it was there already."""
    text.service = line.get("service")
    text.status, text.sent = "received", time.time()
    if not world.book.add(text):
        return False
    world.book.show(text.sid)
    word = text.body.strip().upper()
    if word in _STOP and world.book.opt_out(text.recipient, text.sender):
        _reply_by_itself(world, text, _STOPPED)
    elif word in _START and world.book.opt_in(text.recipient, text.sender):
        _reply_by_itself(world, text, _STARTED)
    elif word in _HELP:
        _reply_by_itself(world, text, _HELPED)
    return True


def _reply_by_itself(world: World, text: Text, body: str) -> None:
    """The carrier's own answer: it goes although the texter has opted out, and no webhook hears of it."""
    answer = Text("outbound-reply", text.recipient, text.sender, body, "delivered", sent=time.time())
    world.book.add(answer)
    world.book.show(answer.sid)


async def hand_on(world: World, text: Text, line: dict[str, Any]) -> Answer | None:
    """Call the line's webhook for a text, well or badly as told, and send what it answers."""
    ways = world.ways
    if ways.strikes(ways.now.webhook_drop_rate):
        world.book.note(text.sid, "dropped", time.time())
        return None
    await asyncio.sleep(ways.dice.uniform(0, ways.now.webhook_reorder_s))
    if ways.strikes(ways.now.webhook_duplicate_rate):
        world.later(_again(world, text, line))
    return await _call(world, text, line)


async def _again(world: World, text: Text, line: dict[str, Any]) -> None:
    await asyncio.sleep(0.05)
    await _call(world, text, line)


async def _call(world: World, text: Text, line: dict[str, Any]) -> Answer | None:
    url, fallback, method = _where(world, line)
    began = time.time()
    answer = await world.hooks.call(text.sid, url, _params(world, text), fallback, method, noted=True)
    if answer and not answer.good:
        world.book.note(text.sid, "given_up", began, answer.status, answer.error)
    if answer and answer.good:
        try:
            replies = twiml.messages(answer)
        except twiml.Unreadable as error:
            world.book.alert(12100, text.sid, answer.url, str(error))
        else:
            for body, media in replies:
                _send_reply(world, text, body, media)
    return answer


def _where(world: World, line: dict[str, Any]) -> tuple[str, str, str]:
    """The webhook, its fallback and method: the Messaging Service's where the number is in one."""
    service = world.book.get("service", line["service"]) if line.get("service") else None
    if service and str(service.get("use_inbound_webhook_on_number")).lower() != "true":
        urls = service.get("inbound_request_url") or "", service.get("fallback_url") or ""
        return *urls, service.get("inbound_method") or "POST"
    return line.get("sms_url") or "", line.get("sms_fallback_url") or "", line.get("sms_method") or "POST"


def _send_reply(world: World, text: Text, body: str, media: list[str]) -> None:
    if world.book.opted_out(text.recipient, text.sender):
        world.book.alert(21610, text.sid, "", "an answer in TwiML to somebody who has opted out")
        return
    reply = Text(
        "outbound-reply",
        text.recipient,
        text.sender,
        body,
        "queued",
        media=[(url, "image/jpeg") for url in media],
        service=text.service,
    )
    world.book.add(reply)
    world.book.note(text.sid, "replied", time.time(), detail=reply.sid)
    world.later(deliver(world, reply))


def _params(world: World, text: Text) -> dict[str, str]:
    """What Twilio sends with a text (twilio.com/docs/messaging/guides/webhook-request)."""
    params = {
        "AccountSid": world.keys.account_sid,
        "ApiVersion": "2010-04-01",
        "Body": text.body,
        "From": text.sender,
        "MessageSid": text.sid,
        "NumMedia": str(len(text.media)),
        "NumSegments": str(segments(text.body)),
        "SmsMessageSid": text.sid,
        "SmsSid": text.sid,
        "SmsStatus": "received",
        "To": text.recipient,
        "ToCountry": _country(text.recipient),
        "FromCountry": _country(text.sender),
    }
    for side in ("From", "To"):
        params |= {f"{side}City": "", f"{side}State": "", f"{side}Zip": ""}
    if text.service:
        params["MessagingServiceSid"] = text.service
    for index, (url, kind) in enumerate(text.media):
        params |= {f"MediaUrl{index}": url, f"MediaContentType{index}": kind}
    return params


def _country(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.region_code_for_country_code(parsed.country_code or 0)
