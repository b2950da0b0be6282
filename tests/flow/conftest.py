"""What the tests of the flow share."""

import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn

from tests.cast import Cast
from tests.conftest import eventually
from textline.app import build
from textline.runtime import Runtime


@pytest.fixture
def misbehave(cast: Cast) -> Iterator[Callable[..., None]]:
    """Tells the simulated carrier how to misbehave; called with nothing, it behaves."""
    control = httpx.Client(base_url=f"{cast.run.settings.twilio_api_url}/simulated", trust_env=False)

    def set_to(**how: object) -> None:
        control.post("/misbehave", json=how).raise_for_status()

    yield set_to
    control.delete("/misbehave")


@pytest.fixture
def web(run: Runtime) -> Iterator[None]:
    """The web process in a thread, where the simulated carrier looks for it."""
    port = urlsplit(run.settings.public_url).port or 0
    made = uvicorn.Server(uvicorn.Config(build(run), port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    eventually(lambda: made.started)
    yield
    made.should_exit = made.force_exit = True
    thread.join(10)
