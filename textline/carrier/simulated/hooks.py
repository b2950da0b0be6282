"""Calls webhooks as Twilio does: signed, within its time limits, tried again and turned to the fallback."""

import asyncio
import time
import uuid
from dataclasses import dataclass
from urllib.parse import parse_qsl, urldefrag, urlencode

import httpx
from twilio.request_validator import RequestValidator

from textline.carrier.simulated.book import Book

_TOTAL = 15.0  # Seconds for a webhook with its retries, twilio.com/docs/usage/webhooks/webhooks-connection-overrides
_FAILED = 11200


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
        # More than can ever wait at once for a receiver that hangs: Twilio's own side is no bottleneck.
        limits = httpx.Limits(max_connections=4000, max_keepalive_connections=50)
        self._http = httpx.AsyncClient(
            limits=limits, trust_env=False, headers={"User-Agent": "TwilioProxy/1.1"}
        )

    async def close(self) -> None:
        """Let connections go."""
        await self._http.aclose()

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
        limits = httpx.Timeout(overrides.read, connect=overrides.connect)
        try:
            async with asyncio.timeout(left):
                got = await self._http.request(method, address, data=form, headers=headers, timeout=limits)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return Answer(url, 0, error="ct", attempts=attempt)
        except (httpx.TimeoutException, TimeoutError):
            return Answer(url, 0, error="rt", attempts=attempt)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Answer(url, 0, error=type(error).__name__, attempts=attempt)
        kind = got.headers.get("content-type", "")
        return Answer(url, got.status_code, got.text, kind, attempts=attempt)
