"""How requests reach Twilio: with time-outs, once only, logged nowhere, from any number of threads."""

import json
import logging
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.base.exceptions import TwilioException
from twilio.http import HttpClient
from twilio.http.response import Response
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, SSLError

from textline.carrier.faults import Refused, Unreached, Unsure

# Statuses of the 400s that come from something on the way, which may have passed the request on: 408
# time-out, 499 closed by the client's side.
_UNDECIDED = frozenset({408, 499})


class _Answered(Exception):
    """Twilio's answer was not a success. Holds no words of it, since they may quote a number."""

    def __init__(self, status: int, code: int | None) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code


class Transport(HttpClient):  # type: ignore[misc]
    """The HTTP client given to `twilio.rest.Client`.

    Twilio's own logs URLs and parameters, has no time-out of its own and shares one session among threads;
    this one logs nothing, always has a time-out, never retries and keeps a session a thread. With `api_url`,
    every request goes there instead of to api., messaging. or monitor.twilio.com, next pages included: their
    paths differ, so one server can stand for both.
    """

    def __init__(self, timeout: tuple[float, float], api_url: str | None) -> None:
        super().__init__(logging.getLogger("textline.carrier"), is_async=False)
        self._timeout = timeout
        self._base = urlsplit(api_url) if api_url else None
        self._local = threading.local()

    def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request.

        Raises:
            _Answered: for any answer but a success.
            requests.RequestException: without an answer.
        """
        answer = self._session().request(
            method,
            self._address(url),
            params=params,  # type: ignore[arg-type]
            data=data,
            headers=headers,
            auth=auth,
            timeout=timeout or self._timeout,
            allow_redirects=allow_redirects,
        )
        if not 200 <= answer.status_code < 300:
            raise _Answered(answer.status_code, _code(answer.text))
        return Response(answer.status_code, answer.text, answer.headers)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            # A simulated carrier is on this machine: no proxy of the environment may stand between.
            session.trust_env = self._base is None
        return session

    def _address(self, url: str) -> str:
        if self._base is None:
            return url
        wanted = urlsplit(url)
        path = self._base.path.rstrip("/") + wanted.path
        return urlunsplit((self._base.scheme, self._base.netloc, path, wanted.query, ""))


def _code(body: str) -> int | None:
    try:
        answer: Any = json.loads(body)
    except ValueError:
        return None
    code = answer.get("code") if isinstance(answer, dict) else None
    return code if isinstance(code, int) else None


@contextmanager
def sending() -> Iterator[None]:
    """Turn what happens while a text is handed over into Refused, Unreached or Unsure.

    Errors are raised `from None`: the original ones quote URLs, and with them numbers.
    """
    try:
        yield
    except _Answered as answer:
        if 400 <= answer.status < 500 and answer.status not in _UNDECIDED:
            raise Refused(answer.status, answer.code) from None
        raise Unsure(f"status {answer.status}") from None
    except requests.RequestException as error:
        if _never_left(error):
            raise Unreached(type(error).__name__) from None
        raise Unsure(type(error).__name__) from None
    except (TwilioException, ValueError) as error:  # An answer that is not Twilio's: a proxy's page, say.
        raise Unsure(type(error).__name__) from None


@contextmanager
def asking() -> Iterator[None]:
    """Turn what happens to a request that may be repeated into Refused or Unreached."""
    try:
        yield
    except _Answered as answer:
        if 400 <= answer.status < 500 and answer.status not in _UNDECIDED:
            raise Refused(answer.status, answer.code) from None
        raise Unreached(f"status {answer.status}") from None
    except (requests.RequestException, TwilioException, ValueError) as error:
        raise Unreached(type(error).__name__) from None


def _never_left(error: requests.RequestException) -> bool:
    """Whether no connection was made, so that nothing can have been taken."""
    if isinstance(
        error, requests.ConnectTimeout | requests.exceptions.ProxyError | requests.exceptions.InvalidURL
    ):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(
        reason, SSLError
    ):  # A wrong certificate ends it before a word is said; other faults may come late.
        return bool(reason.args) and isinstance(reason.args[0], ssl.SSLCertVerificationError)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)
