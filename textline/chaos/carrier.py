"""The simulated carrier's control, as a run uses it."""

from collections.abc import Mapping
from typing import Any

import httpx

from textline.chaos.errors import ChaosError
from textline.chaos.log import Log, read

_LIMIT_S = 30.0
_LONG_S = 180.0  # the log of a long run is large


class Control:
    """Its phones, its orders and its log. Safe to share among threads."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/simulated", timeout=_LIMIT_S, trust_env=False)

    def text(self, number: str, line: str, body: str) -> None:
        """Have a phone text a line; its webhook is not waited for."""
        self._ask("POST", "/texts", json={"from": number, "to": line, "body": body, "wait": False})

    def misbehave(self, ways: Mapping[str, Any]) -> None:
        """Behave exactly so from now on."""
        self._ask("POST", "/misbehave", json=dict(ways))

    def behave(self) -> None:
        """Behave well from now on."""
        self._ask("DELETE", "/misbehave")

    def totals(self) -> dict[str, int]:
        """How many texts were sent, and how many were acknowledged."""
        found: dict[str, int] = self._ask("GET", "/totals")
        return found

    def log(self, line: str) -> Log:
        """Everything that was texted to a line and sent from it."""
        messages = self._ask("GET", "/log", timeout=_LONG_S)["messages"]
        return read(messages, self._ask("GET", "/webhooks", timeout=_LONG_S)["webhooks"], line)

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        try:
            return self._http.request(method, path, **more).raise_for_status().json()
        except httpx.HTTPError as error:
            raise ChaosError(f"the simulated carrier fails at {path}: {type(error).__name__}") from None
