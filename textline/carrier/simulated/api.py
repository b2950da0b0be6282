"""Twilio's REST API, as far as Textline uses it: 2010-04-01, and some of messaging and monitor.twilio.com/v1."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request as Http
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from textline.carrier.simulated import alerts, calls, outbound, shapes
from textline.carrier.simulated.book import Text
from textline.carrier.simulated.outbound import SAYS, Wrong
from textline.carrier.simulated.trouble import within
from textline.carrier.simulated.world import World

_WEBHOOK_FIELDS = {
    f"{kind}{part}": f"{field}_{name}"
    for kind, field in (("Sms", "sms"), ("Voice", "voice"))
    for part, name in (
        ("Url", "url"),
        ("Method", "method"),
        ("FallbackUrl", "fallback_url"),
        ("FallbackMethod", "fallback_method"),
        ("ApplicationSid", "application_sid"),
    )
} | {
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
    "FriendlyName": "friendly_name",
}
_SERVICE_FIELDS = {
    "InboundRequestUrl": "inbound_request_url",
    "InboundMethod": "inbound_method",
    "FallbackUrl": "fallback_url",
    "FallbackMethod": "fallback_method",
    "StatusCallback": "status_callback",
    "UseInboundWebhookOnNumber": "use_inbound_webhook_on_number",
}


def error(code: int, status: int) -> JSONResponse:
    """An error as Twilio answers it."""
    body = {
        "code": code,
        "message": SAYS.get(code, "Error"),
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return JSONResponse(body, status)


class Api:
    """The endpoints. Each takes the request and gives the answer; `routes` guards them all."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._book = world.book
        self._sid = world.keys.account_sid

    def routes(self) -> list[Route]:
        """Where each endpoint is."""
        account = shapes.API + "/Accounts/{account}"
        table = (
            (f"{account}.json", "GET", self.account),
            (f"{account}/Messages.json", "GET", self.list_messages),
            (f"{account}/Messages.json", "POST", self.create_message),
            (account + "/Messages/{sid}.json", "GET", self.fetch_message),
            (account + "/Messages/{sid}.json", "POST", self.redact_message),
            (account + "/Messages/{sid}.json", "DELETE", self.delete_message),
            (account + "/Messages/{sid}/Media.json", "GET", self.list_media),
            (f"{account}/IncomingPhoneNumbers.json", "GET", self.list_numbers),
            (account + "/IncomingPhoneNumbers/{sid}.json", "GET", self.fetch_number),
            (account + "/IncomingPhoneNumbers/{sid}.json", "POST", self.update_number),
            (f"{account}/Calls.json", "POST", self.create_call),
            (account + "/Calls/{sid}.json", "GET", self.fetch_call),
            (account + "/Calls/{sid}.json", "POST", self.update_call),
            ("/v1/Services/{sid}", "GET", self.fetch_service),
            ("/v1/Services/{sid}", "POST", self.update_service),
            ("/v1/Alerts", "GET", self.list_alerts),
        )
        return [Route(path, self._guarded(endpoint), methods=[method]) for path, method, endpoint in table]

    def _guarded(self, endpoint: Any) -> Any:
        async def answer(request: Http) -> Response:
            async def work() -> Response:
                try:
                    self._let_in(request)
                    result: Response = await endpoint(request)
                except Wrong as wrong:
                    return error(wrong.code, wrong.status)
                return result

            return await within(self._world.ways, request, work, error)

        return answer

    def _let_in(self, request: Http) -> None:
        user, password = _credentials(request.headers.get("authorization", ""))
        if not self._world.keys.admit(user, password):
            raise Wrong(20003, 401)
        if request.path_params.get("account", self._sid) != self._sid:
            raise Wrong(20404, 404)

    async def account(self, request: Http) -> Response:
        """The account: only for its own token, as at Twilio."""
        if not self._world.keys.owner(*_credentials(request.headers.get("authorization", ""))):
            raise Wrong(20003, 401)
        return JSONResponse(shapes.account(self._world.keys))

    # ---- Messages

    async def create_message(self, request: Http) -> Response:
        """Take a text and deliver it in the background."""
        form = await request.form()
        media = [str(url) for url in form.getlist("MediaUrl")]
        text = outbound.take(self._world, outbound.Request.read(_strings(form), media))
        self._world.later(outbound.deliver(self._world, text))
        return JSONResponse(shapes.message(text, self._sid), 201)

    async def list_messages(self, request: Http) -> Response:
        """The log, newest first. A page token keeps later pages steady while new texts come in."""
        asked = dict(request.query_params)
        size = min(1000, max(1, _whole(asked.get("PageSize"), 50)))
        number = _whole(asked.get("Page"), 0)
        where, values = _filters(asked)
        before = _whole(asked.get("PageToken", "").removeprefix("PA"), 0)
        if before:
            where, values = f"{where} AND seq < ?", [*values, before]
        rows = self._book.texts(where, values, "seq DESC", size + 1)
        page, more = rows[:size], len(rows) > size
        shown = [shapes.message(text, self._sid) for text in page]
        path = f"{shapes.root(self._sid)}/Messages.json"
        token = f"PA{page[-1].seq}" if more else None
        return JSONResponse({"messages": shown, **_paging(path, asked, number, size, len(page), token)})

    async def fetch_message(self, request: Http) -> Response:
        """One text."""
        return JSONResponse(shapes.message(self._message(request), self._sid))

    async def redact_message(self, request: Http) -> Response:
        """Empty the body: the one change there is."""
        text, form = self._message(request), await request.form()
        if form.get("Body") == "":
            self._book.change(text.sid, body="")
        return JSONResponse(shapes.message(self._message(request), self._sid))

    async def delete_message(self, request: Http) -> Response:
        """Remove a text from the log."""
        self._book.delete(self._message(request).sid)
        return Response(status_code=204)

    def _message(self, request: Http) -> Text:
        text = self._book.text(request.path_params["sid"])
        if text is None:
            raise Wrong(20404, 404)
        return text

    # ---- Numbers, services, calls

    async def list_media(self, request: Http) -> Response:
        """A text's pictures, all in one page."""
        text = self._message(request)
        shown = shapes.media(text, self._sid)
        path = f"{shapes.root(self._sid)}/Messages/{text.sid}/Media.json"
        return JSONResponse({"media_list": shown, **_paging(path, {}, 0, 50, len(shown), None)})

    async def list_numbers(self, request: Http) -> Response:
        """The account's numbers, all in one page."""
        asked = dict(request.query_params)
        wanted = asked.get("PhoneNumber", "")
        docs = [doc for doc in self._book.all("number") if wanted in doc["phone_number"]]
        shown = [shapes.number(doc, self._sid) for doc in docs]
        path = f"{shapes.root(self._sid)}/IncomingPhoneNumbers.json"
        return JSONResponse(
            {"incoming_phone_numbers": shown, **_paging(path, asked, 0, max(50, len(docs)), len(docs), None)}
        )

    async def fetch_number(self, request: Http) -> Response:
        """One number."""
        return JSONResponse(shapes.number(self._thing("number", request), self._sid))

    async def update_number(self, request: Http) -> Response:
        """Change a number's webhooks."""
        doc = await self._change("number", request, _WEBHOOK_FIELDS)
        return JSONResponse(shapes.number(doc, self._sid))

    async def fetch_service(self, request: Http) -> Response:
        """One Messaging Service."""
        return JSONResponse(shapes.service(self._thing("service", request), self._sid))

    async def update_service(self, request: Http) -> Response:
        """Change a Messaging Service's webhooks."""
        doc = await self._change("service", request, _SERVICE_FIELDS)
        return JSONResponse(shapes.service(doc, self._sid))

    async def list_alerts(self, request: Http) -> Response:
        """What went wrong with webhooks."""
        return await alerts.listed(self._world, request)

    async def create_call(self, request: Http) -> Response:
        """Call somebody."""
        given = await request.form()
        form, events = _strings(given), [str(event) for event in given.getlist("StatusCallbackEvent")]
        if self._book.line(form.get("From", "")) is None:
            raise Wrong(21659)
        placed = await calls.place(self._world, form, events or ["completed"])
        return JSONResponse(shapes.call(placed, self._sid), 201)

    async def fetch_call(self, request: Http) -> Response:
        """One call."""
        return JSONResponse(shapes.call(self._thing("call", request), self._sid))

    async def update_call(self, request: Http) -> Response:
        """Turn a call to other TwiML, or end it."""
        call, form = self._thing("call", request), _strings(await request.form())
        changed = await calls.redirect(self._world, call["sid"], form)
        if changed is None:
            raise Wrong(21220)
        return JSONResponse(shapes.call(changed, self._sid))

    def _thing(self, kind: str, request: Http) -> dict[str, Any]:
        doc = self._book.get(kind, request.path_params["sid"])
        if doc is None:
            raise Wrong(20404, 404)
        return doc

    async def _change(self, kind: str, request: Http, fields: Mapping[str, str]) -> dict[str, Any]:
        doc, form = self._thing(kind, request), _strings(await request.form())
        changes = {fields[name]: value for name, value in form.items() if name in fields}
        return self._book.put(kind, doc["sid"], **changes)


def _credentials(header: str) -> tuple[str, str]:
    try:
        user, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


def _strings(form: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() else default


def _filters(asked: Mapping[str, str]) -> tuple[str, list[object]]:
    """The filters of a listing as SQL. Dates are whole days in UTC, and both ends belong to it."""
    parts: list[str] = ["1"]
    values: list[object] = []
    for name, column in (("To", "recipient"), ("From", "sender")):
        if asked.get(name):
            parts.append(f"{column} = ?")
            values.append(asked[name])
    for name, bounds in (("DateSent", "<>"), ("DateSent>", ">"), ("DateSent<", "<")):
        if asked.get(name):
            try:
                day = datetime.fromisoformat(asked[name][:10]).replace(tzinfo=UTC)
            except ValueError:
                raise Wrong(20001) from None
            if ">" in bounds:
                parts.append("sent >= ?")
                values.append(day.timestamp())
            if "<" in bounds:
                parts.append("sent < ?")
                values.append((day + timedelta(days=1)).timestamp())
    return " AND ".join(parts), values


def _paging(
    path: str, asked: Mapping[str, str], number: int, size: int, count: int, token: str | None
) -> dict[str, Any]:
    """The fields around a page. There is no way back here: the client never goes it."""
    rest = {name: value for name, value in asked.items() if name not in {"Page", "PageToken", "PageSize"}}

    def uri(page: int, **more: str) -> str:
        return f"{path}?{urlencode({**rest, 'PageSize': size, 'Page': page, **more})}"

    return {
        "end": number * size + max(0, count - 1),
        "first_page_uri": uri(0),
        "next_page_uri": uri(number + 1, PageToken=token) if token else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": None,
        "start": number * size,
        "uri": uri(number),
    }
