"""Twilio's Monitor API, as far as Textline uses it: GET /v1/Alerts, what went wrong between Twilio and us."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urldefrag, urlencode

from starlette.requests import Request as Http
from starlette.responses import JSONResponse

from textline.carrier.simulated.outbound import Wrong
from textline.carrier.simulated.world import World

_URL = "https://monitor.twilio.com/v1/Alerts"
_MOST = 1000


async def listed(world: World, request: Http) -> JSONResponse:
    """The alerts, newest first. A page token keeps later pages steady while new alerts come in."""
    asked = dict(request.query_params)
    size = min(_MOST, max(1, _whole(asked.get("PageSize"), 50)))
    number, before = _whole(asked.get("Page"), 0), _whole(asked.get("PageToken", "").removeprefix("PA"), 0)
    rows = world.book.alerts(
        size + 1,
        before=before or None,
        level=asked.get("LogLevel"),
        since=_time(asked.get("StartDate")),
        until=_time(asked.get("EndDate")),
    )
    page = rows[:size]
    token = f"PA{page[-1][0]}" if len(rows) > size else None
    shown = [_shape(doc, world.keys.account_sid) for _, doc in page]
    return JSONResponse({"alerts": shown, "meta": _meta(asked, number, size, token)})


def _shape(doc: dict[str, Any], account_sid: str) -> dict[str, Any]:
    """An alert of the list: what the request held is shown only where a single one is fetched."""
    when = datetime.fromtimestamp(doc["created"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    code, level = doc["error_code"], doc.get("level", "error")
    return {
        "account_sid": account_sid,
        "alert_text": f"Msg={doc['why']}&ErrorCode={code}&LogLevel={level.upper()}",
        "api_version": "2010-04-01",
        "date_created": when,
        "date_generated": when,
        "date_updated": when,
        "error_code": str(code),
        "log_level": level,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "request_method": doc.get("method", "POST"),
        "request_url": urldefrag(doc["url"]).url,
        "resource_sid": doc["resource_sid"],
        "service_sid": None,
        "sid": doc["sid"],
        "url": f"{_URL}/{doc['sid']}",
    }


def _meta(asked: Mapping[str, str], number: int, size: int, token: str | None) -> dict[str, Any]:
    """What stands around a page in Twilio's newer APIs: whole addresses, where the older have paths."""
    rest = {name: value for name, value in asked.items() if name not in {"Page", "PageToken", "PageSize"}}

    def url(page: int, **more: str) -> str:
        return f"{_URL}?{urlencode({**rest, 'PageSize': size, 'Page': page, **more})}"

    return {
        "first_page_url": url(0),
        "key": "alerts",
        "next_page_url": url(number + 1, PageToken=token) if token else None,
        "page": number,
        "page_size": size,
        "previous_page_url": None,
        "url": url(number),
    }


def _time(text: str | None) -> float | None:
    """A day, or a time to the second, both in UTC."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Wrong(20001) from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() else default
