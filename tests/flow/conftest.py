"""What the tests of the flow share."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.cast import Cast


@pytest.fixture
def misbehave(cast: Cast) -> Iterator[Callable[..., None]]:
    """Tells the simulated carrier how to misbehave; called with nothing, it behaves."""
    control = httpx.Client(base_url=f"{cast.run.settings.twilio_api_url}/simulated", trust_env=False)

    def set_to(**how: object) -> None:
        control.post("/misbehave", json=how).raise_for_status()

    yield set_to
    control.delete("/misbehave")
