"""What every request passes: requests from other sites are refused, and answers carry a strict policy."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from textline import metrics
from textline.rules.pictures import LARGEST_GIVEN

# A text of 10,000 characters with ten pictures, and any form of ours, is far below.
LARGEST_BODY = 256 * 1024
LARGEST_ANSWER = LARGEST_GIVEN + LARGEST_BODY  # with a picture
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_POLICY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; worker-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """Refuses changes asked for by other sites, and sets the headers of every answer.

    A browser says where a request comes from: `Sec-Fetch-Site`, or `Origin` in older ones. A request with
    neither comes from no browser, and carries no cookie that somebody could abuse. Twilio's webhooks are
    signed instead.
    """

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self._app = app
        self._policy = {**_POLICY}
        if secure:
            self._policy["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        if scope["path"].startswith("/webhooks/"):
            # No browser comes here, and Twilio must not wait for a browser's rules.
            return await self._app(scope, limited(receive), send)
        headers = Headers(scope=scope)
        if scope["method"] not in _SAFE and foreign(headers):
            metrics.REFUSED.labels("cross_site").inc()
            answer = PlainTextResponse("Refused: this request came from another site.", status_code=403)
            return await answer(scope, receive, send)

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                if message["status"] == 303 and headers.get("hx-request") == "true":
                    # htmx would follow by itself, and show a page under another's address: have it go there. The
                    # page that it is on stays, with all that is begun there, and renews what is beside the talk.
                    message["status"] = 204
                    there = urlsplit(headers.get("hx-current-url", "")).path == answered["location"]
                    answered.update(
                        {"HX-Trigger": "done"} if there else {"HX-Redirect": answered["location"]}
                    )
                    del answered["location"]
                for name, value in self._policy.items():
                    answered.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    answered.setdefault("Cache-Control", "no-store")
            await send(message)

        largest = LARGEST_ANSWER if scope["path"].endswith("/replies") else LARGEST_BODY
        return await self._app(scope, limited(receive, largest), send_with_policy)


def limited(receive: Receive, largest: int = LARGEST_BODY) -> Receive:
    """Read no more than the largest body: a larger one reads as a client that went away."""
    taken = 0

    async def receive_some() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > largest else message

    return receive_some


def foreign(headers: Headers) -> bool:
    """Whether a browser says that a request was made by another site."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    try:
        return origin is not None and urlsplit(origin).netloc != headers.get("host")
    except ValueError:  # an origin that is none
        return True
