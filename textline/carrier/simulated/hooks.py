"""Calls webhooks as Twilio does: signed, within its time limits, tried again and turned to the fallback."""

import time
import uuid
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, urldefrag, urlencode

import aiohttp
from twilio.request_validator import RequestValidator
from yarl import URL

from textline.carrier.simulated.book import Book

_TOTAL = 15.0  # Seconds for a webhook with its retries, twilio.com/docs/usage/webhooks/webhooks-connection-overrides
_FAILED = 11200
_KEPT_S = 3.0  # a connection without a request: less than the receiver keeps it


@dataclass(frozen=True)
class Answer:
    """What a webhook answered: `status` 0 when nothing, and then `error` says what went wrong."""

    url: str
    status: int
    body: str = ""
    content_type: str = ""
    error: str = ""
    attempts: int = 1

    @property
    def good(self) -> bool:
        """Whether it was taken."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Overrides:
    """Connection overrides, from a URL's fragment; times in seconds."""

    retries: int
    policy: frozenset[str]
    connect: float
    read: float

    @classmethod
    def of(cls, url: str) -> "Overrides":
        """Those of a URL, with Twilio's defaults; values out of range are brought into it."""
        given = dict(parse_qsl(urldefrag(url).fragment))

        def whole(name: str, default: int, least: int, most: int) -> int:
            text = given.get(name, "")
            return min(most, max(least, int(text))) if text.isdecimal() else default

        return cls(
            retries=whole("rc", 1, 0, 5),
            policy=frozenset(given.get("rp", "ct").split(",")),
            connect=whole("ct", 5000, 100, 10000) / 1000,
            read=whole("rt", 15000, 100, 15000) / 1000,
        )

    def again(self, answer: Answer) -> bool:
        """Whether this outcome is one to try again after."""
        kind = f"{answer.status // 100}xx" if answer.status else answer.error
        return kind in self.policy or ("all" in self.policy and kind in {"4xx", "5xx", "ct", "rt"})


class Hooks:
    """The caller of webhooks."""

    def __init__(self, auth_token: str, book: Book) -> None:
        self._signer = RequestValidator(auth_token)
        self._book = book

    @cached_property
    def _http(self) -> aiohttp.ClientSession:
        """Made at its first use, in the loop that it belongs to."""
        # However many wait for a receiver that hangs, the next is called: Twilio's own side is no bottleneck.
        connections = aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT_S)
        return aiohttp.ClientSession(connector=connections, headers={"User-Agent": "TwilioProxy/1.1"})

    async def close(self) -> None:
        """Let connections go."""
        await self._http.close()

    async def call(
        self,
        sid: str,
        url: str,
        params: dict[str, str],
        fallback: str = "",
        method: str = "POST",
        noted: bool = False,
    ) -> Answer | None:
        """Call a webhook, its retries, and its fallback; None when there is no URL. Failures are logged as 11200.

        With `noted` each try is written down in the book.
        """
        answer = await self._with_retries(url, params, method, sid if noted else "") if url else None
        if answer is not None and not answer.good:
            self._book.alert(_FAILED, sid, url, answer.error or f"status {answer.status}", method=method)
            if fallback:
                told = params | {"ErrorCode": str(_FAILED), "ErrorUrl": urldefrag(url).url}
                answer = await self._with_retries(fallback, told, method)
                if not answer.good:
                    why = answer.error or f"status {answer.status}"
                    self._book.alert(_FAILED, sid, fallback, why, method=method)
        return answer

    async def _with_retries(self, url: str, params: dict[str, str], method: str, note: str = "") -> Answer:
        overrides = Overrides.of(url)
        token = str(uuid.uuid4())  # The same for every try of one request.
        ends = time.monotonic() + _TOTAL
        attempt = 0
        while True:
            attempt += 1
            left = max(0.01, ends - time.monotonic())
            began = time.time()
            answer = await self._once(url, params, method, token, overrides, left, attempt)
            if note:
                self._book.note(note, "tried", began, answer.status, answer.error)
            if answer.good or attempt > overrides.retries or not overrides.again(answer):
                return answer
            if time.monotonic() >= ends:
                return answer

    async def _once(
        self,
        url: str,
        params: dict[str, str],
        method: str,
        token: str,
        overrides: Overrides,
        left: float,
        attempt: int,
    ) -> Answer:
        address = urldefrag(url).url
        form: dict[str, str] | None = params
        if method == "GET":
            address, form = address + ("&" if "?" in address else "?") + urlencode(params), None
        headers = {
            "X-Twilio-Signature": self._signer.compute_signature(address, form or {}),
            "I-Twilio-Idempotency-Token": token,
        }
        limits = aiohttp.ClientTimeout(left, sock_connect=overrides.connect, sock_read=overrides.read)
        exactly = URL(address, encoded=True)  # the signature is over the address as it is written
        asked = self._http.request(
            method, exactly, data=form, headers=headers, timeout=limits, allow_redirects=False
        )
        try:
            async with asked as got:
                body = await got.text(errors="replace")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Answer(url, 0, error="ct", attempts=attempt)
        except TimeoutError:
            return Answer(url, 0, error="rt", attempts=attempt)
        except aiohttp.ClientError as error:
            return Answer(url, 0, error=type(error).__name__, attempts=attempt)
        return Answer(url, got.status, body, got.headers.get("content-type", ""), attempts=attempt)
