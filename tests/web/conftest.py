"""The app itself, asked as browsers and Twilio ask."""

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from twilio.request_validator import RequestValidator

from tests.cast import PASSWORD, Cast
from tests.conftest import TOKEN
from textline.app import build
from textline.runtime import Runtime
from textline.store.people import Person


@pytest.fixture
def app(run: Runtime) -> FastAPI:
    """The app, which leaves to the tests what waits to be recorded."""
    made = build(run)
    made.state.stand_by_s = 3600
    return made


@pytest.fixture
def anybody(app: FastAPI) -> Iterator[TestClient]:
    """Somebody who is not signed in."""
    with TestClient(app, base_url="http://localhost", follow_redirects=False) as client:
        yield client


@pytest.fixture
def signed_in(app: FastAPI, cast: Cast) -> Callable[[Person], TestClient]:
    """A client of somebody who has signed in."""

    def sign_in(person: Person) -> TestClient:
        client = TestClient(app, base_url="http://localhost", follow_redirects=False)
        answer = client.post("/sign-in", data={"email": person.email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    return sign_in


@pytest.fixture
def twilio(anybody: TestClient, run: Runtime) -> Callable[..., Response]:
    """Posts as Twilio does, signed by Twilio's own validator."""

    def post(path: str, form: dict[str, str], *, signature: str | None = None) -> Response:
        right = RequestValidator(TOKEN).compute_signature(run.settings.public_url + path, form)
        headers = {
            "X-Twilio-Signature": right if signature is None else signature,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return anybody.post(path, content=urlencode(form), headers=headers)

    return post
