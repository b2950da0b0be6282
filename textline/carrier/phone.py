"""A phone that texts and calls lines through the simulated carrier, for demonstrations. Never for production."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from textline.errors import Invalid, Unavailable


@dataclass(frozen=True)
class Shown:
    """A text as the phone shows it. `shown` orders them; `mine` when this phone sent it; `at` since 1970, in s."""

    sid: str
    shown: int
    sender: str
    to: str
    body: str
    media: tuple[str, ...]
    mine: bool
    at: float


@dataclass(frozen=True)
class Heard:
    """A call as it stands: `state` is `ringing`, `gathering` (a key is wanted), `dialled` (to `dialled`),
    `conference` (in `conference`, with others or waiting for them) or `ended`."""

    sid: str
    state: str
    spoken: tuple[str, ...]
    dialled: str
    conference: str = ""


class Phone:
    """The control API of the simulated carrier at `api_url`. Safe to share among threads.

    Every method raises Unavailable when the simulated carrier does not answer, and Invalid when it says no.
    """

    def __init__(self, api_url: str, timeout: float = 20.0) -> None:
        self._http = httpx.Client(
            base_url=f"{api_url.rstrip('/')}/simulated", timeout=timeout, trust_env=False
        )

    def text(self, sender: str, line: str, body: str, media: tuple[str, ...] = ()) -> str:
        """Text a line, wait for its webhook, and return the text's SID."""
        given = {"from": sender, "to": line, "body": body, "media": list(media)}
        return str(self._ask(lambda: self._http.post("/texts", json=given))["sid"])

    def messages(self, number: str, after: int = 0) -> list[Shown]:
        """What the phone with this number shows, oldest first; `after` is the `shown` of the last one known."""
        asked: dict[str, str | int] = {"number": number, "after": after}
        rows = self._ask(lambda: self._http.get("/messages", params=asked))["messages"]
        return [
            Shown(
                row["sid"],
                row["shown"],
                row["from"],
                row["to"],
                row["body"],
                tuple(row["media"]),
                row["from"] == number,
                row["created"],
            )
            for row in rows
        ]

    def call(self, sender: str, line: str) -> Heard:
        """Call a line and listen until a key is wanted, somebody is dialled or the call ends."""
        return _heard(self._ask(lambda: self._http.post("/calls", json={"from": sender, "to": line})))

    def press(self, call: str, digits: str) -> Heard:
        """Press keys in a call (its SID); no keys means to wait."""
        return _heard(self._ask(lambda: self._http.post(f"/calls/{call}/digits", json={"digits": digits})))

    def calls(self, number: str) -> list[Heard]:
        """The calls that the phone with this number got, oldest first."""
        asked = {"number": number}
        return [_heard(row) for row in self._ask(lambda: self._http.get("/calls", params=asked))["calls"]]

    def behave(self, number: str, manner: str) -> None:
        """When called, this phone `picks_up`, `rings` for two seconds, `waits` as long as it is rung for somebody to pick
        up, is `busy`, `failed`, or a `machine`."""
        self._ask(lambda: self._http.post("/phones", json={"number": number, "manner": manner}))

    def pick_up(self, call: str) -> Heard:
        """Take a call that rings (its SID)."""
        return _heard(self._ask(lambda: self._http.post(f"/calls/{call}/picking-up")))

    def hang_up(self, call: str) -> Heard:
        """Hang up."""
        return _heard(self._ask(lambda: self._http.post(f"/calls/{call}/hanging-up")))

    def close(self) -> None:
        """Let the connection go."""
        self._http.close()

    @staticmethod
    def _ask(request: Callable[[], httpx.Response]) -> dict[str, Any]:
        try:
            answer = request()
        except httpx.HTTPError as error:
            raise Unavailable(
                f"the simulated carrier does not answer ({type(error).__name__}): is it running?"
            ) from None
        if answer.status_code >= 400:
            detail = answer.json().get("detail") if "json" in answer.headers.get("content-type", "") else None
            raise Invalid(detail if isinstance(detail, str) else "the simulated carrier cannot use this")
        found: dict[str, Any] = answer.json()
        return found


def _heard(row: dict[str, Any]) -> Heard:
    return Heard(row["sid"], row["state"], tuple(row["spoken"]), row["dialled"], row["conference"])
