"""The operator's own addresses elsewhere: a heartbeat is fetched, an alarm is posted.

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
    _ask("GET", url, None)


def post_json(url: str, values: Mapping[str, object]) -> None:
    """Post values as JSON.

    Raises:
        Unavailable: it does not answer in time, or with something else than a success. It may have been taken.
    """
    _ask("POST", url, dict(values))


def _ask(method: str, url: str, values: Mapping[str, object] | None) -> None:
    try:
        # The body is not read: it could be of any length, and come slowly.
        with httpx.stream(method, url, json=values, timeout=LIMIT_S, follow_redirects=False) as answer:
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        # From None: the original one quotes the address.
        raise Unavailable(f"the operator's address does not answer ({type(error).__name__})") from None
    if not 200 <= status < 300:
        moved = ": set the address that it leads to" if 300 <= status < 400 else ""
        raise Unavailable(f"the operator's address answers {status}{moved}")
