"""Addresses elsewhere: a heartbeat is fetched, an alarm is posted to a webhook or to a browser's push service.

An address may hold a secret, so it is never logged, and no error names it.
"""

from collections.abc import Mapping

import httpx

from textline.errors import Unavailable

LIMIT_S = 5.0  # to connect, and for each part of the exchange


def get(url: str) -> None:
    """Fetch an address; what it answers does not matter, as long as it is a success.

    Raises:
        Unavailable: it does not answer in time, or with something else than a success.
    """
    _expect_success(ask("GET", url))


def post_json(url: str, values: Mapping[str, object]) -> None:
    """Post values as JSON.

    Raises:
        Unavailable: it does not answer in time, or with something else than a success. It may have been taken.
    """
    _expect_success(ask("POST", url, json=dict(values)))


def ask(
    method: str,
    url: str,
    *,
    json: Mapping[str, object] | None = None,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> int:
    """Ask an address; returns the status that it answers with. What else it answers is not read, nor followed elsewhere.

    Raises:
        Unavailable: it does not answer in time. It may have taken what was sent.
    """
    try:
        # The body is not read: it could be of any length, and come slowly.
        with httpx.stream(
            method, url, json=json, content=content, headers=headers, timeout=LIMIT_S, follow_redirects=False
        ) as answer:
            return answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        # From None: the original one quotes the address.
        raise Unavailable(f"an address elsewhere does not answer ({type(error).__name__})") from None


def _expect_success(status: int) -> None:
    if not 200 <= status < 300:
        moved = ": set the address that it leads to" if 300 <= status < 400 else ""
        raise Unavailable(f"the operator's address answers {status}{moved}")
