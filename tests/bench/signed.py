"""Webhooks as Twilio posts them, signed before any clock runs, as bytes that only have to be written."""

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from tests.bench.machine import ACCOUNT, TOKEN
from textline.carrier.webhooks import MESSAGE_PATH

LINE = "+12025550100"
AREAS = (202, 212, 213, 303, 305, 312, 404, 415, 503, 512, 602, 617)
WORDS = (
    "hey, is somebody there tonight?",
    "it was a long day and I could use a chat",
    "my brother will not answer me and I do not know what to do next",
    "thank you for writing back, that helps more than you think",
    "I started at the new place on Monday. It is loud there, and everybody knows everybody, but one of them "
    "showed me where the coffee is",
    "ok",
    "could we talk about what you said yesterday? I have thought about it all morning",
    "not sleeping much lately, the same dream again",
)
CRISIS = "I want to kill myself tonight"
_validator = RequestValidator(TOKEN)


def number(n: int) -> str:
    """The n-th texter's number, of up to 120,000."""
    return f"+1{AREAS[n // 10_000]}555{n % 10_000:04d}"


@dataclass(frozen=True)
class Request:
    """One webhook: whose text, under which SID, and the whole request as it goes over the wire."""

    sender: str
    sid: str
    wire: bytes


def signed(port: int, sender: str, body: str) -> Request:
    """One text, with the fields that a real webhook has."""
    sid = "SM" + uuid.uuid4().hex
    form = {
        "ToCountry": "US", "ToState": "DC", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "", "FromZip": "20001",
        "SmsSid": sid, "FromState": "DC", "SmsStatus": "received", "FromCity": "WASHINGTON", "Body": body,
        "FromCountry": "US", "To": LINE, "ToZip": "", "NumSegments": "1", "MessageSid": sid, "AccountSid": ACCOUNT,
        "From": sender, "ApiVersion": "2010-04-01",
    }  # fmt: skip
    signature = _validator.compute_signature(f"http://localhost:{port}{MESSAGE_PATH}", form)
    content = urlencode(form).encode()
    head = (
        f"POST {MESSAGE_PATH} HTTP/1.1\r\nHost: localhost:{port}\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
        f"Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nX-Twilio-Signature: {signature}\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return Request(sender, sid, head.encode() + content)


@dataclass
class Texters:
    """Whoever texts in one run: never the same number in two groups."""

    port: int
    _next: Iterator[int] = field(default_factory=itertools.count)

    def numbers(self, count: int) -> list[str]:
        """So many new texters."""
        return [number(next(self._next) % (len(AREAS) * 10_000)) for _ in range(count)]

    def texts(self, count: int, senders: list[str]) -> list[Request]:
        """So many texts, the senders taking turns, so that each one's texts lie far apart."""
        turns = itertools.cycle(senders)
        words = itertools.cycle(WORDS)
        return [signed(self.port, next(turns), f"{next(words)} ({n})") for n in range(count)]
