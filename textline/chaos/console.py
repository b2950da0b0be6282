"""The web console, as somebody's browser uses it."""

import re
from collections.abc import Iterator

import httpx

_ROW = re.compile(r'<li class="level-(\d)([^"]*)">\s*<a href="/conversations/(\d+)"')
_ALARM = re.compile(r'action="/escalations/(\d+)/acknowledgement"')
_LIMIT_S = 10.0
_STREAM_LIMIT_S = 12.0  # a stream asks every five seconds: one that says nothing for longer is dead


class Console:
    """One person's session. Every method raises httpx.HTTPError while the web process does not answer."""

    def __init__(self, web: str, email: str, password: str) -> None:
        self._http = httpx.Client(base_url=web, timeout=_LIMIT_S, trust_env=False)
        self._form = {"email": email, "password": password}

    def sign_in(self) -> None:
        """Begin a session, and go available."""
        answer = self._http.post("/sign-in", data=self._form)
        if answer.status_code != 303:
            raise httpx.HTTPStatusError("not signed in", request=answer.request, response=answer)
        self.change("/availability", available="true")

    def rows(self) -> list[tuple[int, bool]]:
        """The person's open conversations, each with whether its texter waits for an answer."""
        page = self._page("/console/list")
        return [(int(number), "unanswered" in marks) for _, marks, number in _ROW.findall(page)]

    def alarms(self) -> list[int]:
        """The escalations that nobody has acknowledged."""
        return [int(number) for number in _ALARM.findall(self._page("/board/rows"))]

    def change(self, path: str, **form: str) -> bool:
        """Send a form; whether it was taken (False: it was refused, and nothing was changed)."""
        answer = self._http.post(path, data=form)
        if answer.status_code >= 500:
            answer.raise_for_status()
        return answer.status_code < 400 and answer.headers.get("location") != "/sign-in"

    def events(self) -> Iterator[str]:
        """The names that the stream tells, until it ends."""
        limits = httpx.Timeout(_STREAM_LIMIT_S)
        with self._http.stream("GET", "/events", timeout=limits) as answer:
            if answer.status_code != 200:
                raise httpx.HTTPStatusError("no stream", request=answer.request, response=answer)
            for line in answer.iter_lines():
                if line.startswith("event: "):
                    yield line[7:]

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def _page(self, path: str) -> str:
        answer = self._http.get(path)
        if answer.status_code != 200:
            raise httpx.HTTPStatusError("no page", request=answer.request, response=answer)
        return answer.text
