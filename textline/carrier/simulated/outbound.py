"""Texts to phones: checked as Twilio checks them, then delivered in the background with status webhooks."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import phonenumbers

from textline.carrier.simulated.book import Text
from textline.carrier.simulated.world import World

# Twilio's numbers for tests (twilio.com/docs/iam/test-credentials) and what sending to each gives.
_MAGIC = {"+15005550001": 21211, "+15005550002": 21612, "+15005550003": 21408, "+15005550009": 21614}
# Seconds after it was taken.
_PACE = (("queued", 0.0), ("sending", 0.02), ("sent", 0.05), ("delivered", 0.15))
_STAGES = [stage for stage, _ in _PACE]
SAYS = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "An internal server error has occurred",
    21211: "The 'To' number is not a valid phone number",
    21220: "Call is not in-progress. Cannot redirect.",
    21266: "'To' and 'From' number cannot be the same",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
    21602: "Message body is required",
    21603: "A 'From' phone number is required",
    21604: "A 'To' phone number is required",
    21610: "Attempt to send to unsubscribed recipient",
    21612: "Message cannot be sent with the current combination of 'To' and/or 'From' parameters",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21623: "Number of media files exceeds allowed limit",
    21659: "'From' is not a Twilio phone number or Short Code country mismatch",
    21703: "The Messaging Service does not have a phone number available to send a message",
}


class Wrong(Exception):
    """The request is answered with an error of Twilio's."""

    def __init__(self, code: int, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class Request:
    """A request to send, read from the form."""

    to: str
    sender: str
    body: str
    service: str | None
    callback: str | None
    media: Sequence[str]

    @classmethod
    def read(cls, form: Mapping[str, str], media: Sequence[str]) -> "Request":
        """From the form's fields and its repeated MediaUrl."""
        return cls(
            to=form.get("To", "").strip(),
            sender=form.get("From", "").strip(),
            body=form.get("Body", ""),
            service=form.get("MessagingServiceSid") or None,
            callback=form.get("StatusCallback") or None,
            media=media,
        )


def take(world: World, asked: Request) -> Text:
    """Check a request and keep its text; it still has to be delivered.

    Raises:
        Wrong: with the code that Twilio gives.
    """
    sender, callback = _sender(world, asked)
    _check(world, asked, sender)
    text = Text(
        direction="outbound-api",
        sender=sender,
        recipient=asked.to,
        body=asked.body,
        status="accepted" if asked.service else "queued",
        media=[(url, "image/jpeg") for url in asked.media],
        service=asked.service,
        callback=callback,
    )
    world.book.add(text)
    return text


def _sender(world: World, asked: Request) -> tuple[str, str | None]:
    """The number it leaves from, and where its status goes."""
    callback = asked.callback
    if asked.service:
        service = world.book.get("service", asked.service)
        if service is None:
            raise Wrong(20404, 404)
        callback = callback or service.get("status_callback") or None
        pool = [
            doc["phone_number"] for doc in world.book.all("number") if doc.get("service") == asked.service
        ]
        if not pool:
            raise Wrong(21703)
        if not asked.sender:
            return pool[0], callback
    if not asked.sender:
        raise Wrong(21603)
    if world.book.line(asked.sender) is None:
        raise Wrong(21659)
    return asked.sender, callback


def _check(world: World, asked: Request, sender: str) -> None:
    checks = (
        (not asked.to, 21604),
        (asked.to in _MAGIC, _MAGIC.get(asked.to, 0)),
        (not _possible(asked.to), 21211),
        (asked.to == sender, 21266),
        (not asked.body and not asked.media, 21602),
        (len(asked.body) > 1600, 21617),
        (len(asked.media) > 10, 21623),
        (world.book.opted_out(sender, asked.to), 21610),
    )
    for wrong, code in checks:
        if wrong:
            raise Wrong(code)


def _possible(number: str) -> bool:
    try:
        return number.startswith("+") and phonenumbers.is_possible_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return False


async def deliver(world: World, text: Text) -> None:
    """Take a text from its present status to its last, and tell each to its status webhook."""
    begun = time.monotonic()
    # What is only queued starts anew: its webhook may not have been called before a restart.
    done = _STAGES.index(text.status) + 1 if text.status in _STAGES[1:] else 0
    told: list[tuple[str, int | None]] = []
    for stage, after in _PACE[done:]:
        await asyncio.sleep(max(0.0, after - (time.monotonic() - begun)))
        status, code = _outcome(world, stage)
        world.book.change(text.sid, status=status, error_code=code)
        if status == "sent":
            world.book.change(text.sid, sent=time.time())
        if status == "delivered":
            world.book.show(text.sid)
        told.append((status, code))
        if not world.ways.now.callback_reorder:
            world.later(_tell(world, text, status, code))
        if status in {"failed", "undelivered"}:
            break
    if world.ways.now.callback_reorder:
        for status, code in reversed(told):
            await _tell(world, text, status, code)


def _outcome(world: World, stage: str) -> tuple[str, int | None]:
    """What becomes of a text at this stage, and its error code."""
    ways = world.ways.now
    ends = "sent" if ways.deliver_as == "failed" else "delivered"  # A text that failed was never sent.
    if stage == ends and ways.deliver_as != "delivered":
        return ways.deliver_as, ways.error_code or 30003
    return stage, None


async def _tell(world: World, text: Text, status: str, code: int | None) -> None:
    ways = world.ways
    if not text.callback or ways.strikes(ways.now.callback_drop_rate):
        return
    await asyncio.sleep(ways.now.callback_delay_s)
    params = {
        "AccountSid": world.keys.account_sid,
        "ApiVersion": "2010-04-01",
        "From": text.sender,
        "MessageSid": text.sid,
        "MessageStatus": status,
        "SmsSid": text.sid,
        "SmsStatus": status,
        "To": text.recipient,
    }
    if text.service:
        params["MessagingServiceSid"] = text.service
    if code:
        params["ErrorCode"] = str(code)
    await world.hooks.call(text.sid, text.callback, params)


def resume(world: World) -> None:
    """Go on with what an earlier process left undelivered."""
    waiting = "direction != 'inbound' AND status IN ('accepted', 'queued', 'sending', 'sent')"
    for text in world.book.texts(waiting, []):
        world.later(deliver(world, text))
