"""Requests from other sites, sessions, sign-in limits, headers."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from tests.cast import PASSWORD, Cast
from textline.flow import sign_in, watch
from textline.runtime import Runtime
from textline.store.people import Person


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}],
)
def test_another_site_changes_nothing(
    cast: Cast, signed_in: Callable[[Person], TestClient], headers: dict[str, str]
) -> None:
    client = signed_in(cast.maya)
    assert client.post("/availability", data={"available": "true"}, headers=headers).status_code == 403
    own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
    assert client.post("/availability", data={"available": "true"}, headers=own).status_code == 303


def test_every_page_carries_a_strict_policy(anybody: TestClient) -> None:
    headers = anybody.get("/sign-in").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_the_cookie_is_for_the_server_alone(cast: Cast, anybody: TestClient) -> None:
    answer = anybody.post("/sign-in", data={"email": cast.maya.email, "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_behind_tls_the_cookie_insists_on_it(cast: Cast, run: Runtime) -> None:
    from textline.app import build

    secure = run.settings.model_copy(update={"public_url": "https://line.example.org"})
    client = TestClient(build(Runtime(secure, run.store, run.live, run.carrier)), follow_redirects=False)
    answer = client.post("/sign-in", data={"email": cast.maya.email, "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-textline=")
    assert "Secure" in cookie
    assert "strict-transport-security" in answer.headers


def test_signing_out_ends_the_session_itself(cast: Cast, signed_in: Callable[[Person], TestClient]) -> None:
    client = signed_in(cast.maya)
    token = client.cookies["textline"]
    assert client.post("/sign-out").status_code == 303
    client.cookies.set("textline", token)
    assert client.get("/console").headers["location"] == "/sign-in"


def test_a_session_ends_by_itself(cast: Cast, signed_in: Callable[[Person], TestClient]) -> None:
    client = signed_in(cast.maya)
    cast.run.clock.move(hours=15)
    assert client.get("/console").headers["location"] == "/sign-in"


def test_guessing_is_limited_and_the_right_password_too(cast: Cast, anybody: TestClient) -> None:
    for _ in range(sign_in.FAILURES_FOR_BOTH):
        wrong = anybody.post("/sign-in", data={"email": cast.maya.email, "password": "wrong wrong wrong"})
        assert (wrong.status_code, "do not go together" in wrong.text) == (403, True)
    right = {"email": cast.maya.email, "password": PASSWORD}
    assert "Too many tries" in anybody.post("/sign-in", data=right).text
    cast.run.clock.move(minutes=16)
    assert anybody.post("/sign-in", data=right).status_code == 303


def test_an_unknown_address_is_answered_like_a_wrong_password(cast: Cast, anybody: TestClient) -> None:
    unknown = anybody.post("/sign-in", data={"email": "nobody@example.org", "password": PASSWORD})
    wrong = anybody.post("/sign-in", data={"email": cast.maya.email, "password": "x" * 12})
    assert unknown.status_code == wrong.status_code == 403
    assert "do not go together" in unknown.text


def test_an_invitation_works_once_and_not_for_ever(
    cast: Cast, anybody: TestClient, signed_in: Callable[[Person], TestClient]
) -> None:
    import re

    page = (
        signed_in(cast.ada).post("/admin/people/invitations", data={"name": "Noor", "role": "volunteer"}).text
    )
    path = re.search(r"http://localhost:\d+(/join/[\w-]+)", page)[1]
    assert "Welcome, Noor" in anybody.get(path).text
    account = {"name": "Noor", "email": "noor@harbor.example", "password": "four quiet words here"}
    short = anybody.post(path, data={**account, "password": "short"})
    assert (short.status_code, "at least 10" in short.text) == (422, True)
    assert anybody.post(path, data=account).status_code == 303
    assert anybody.get(path).status_code == 404
    assert anybody.post(path, data={**account, "email": "two@harbor.example"}).status_code == 422


def test_htmx_is_told_where_to_go_instead_of_following(
    cast: Cast, signed_in: Callable[[Person], TestClient]
) -> None:
    answer = signed_in(cast.maya).post(
        "/availability", data={"available": "true"}, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/console")


def test_a_fault_is_a_notice_for_htmx_and_a_page_for_others(
    cast: Cast, signed_in: Callable[[Person], TestClient]
) -> None:
    client = signed_in(cast.maya)
    notice = client.post("/conversations/999/replies", data={"body": "x"}, headers={"HX-Request": "true"})
    assert (notice.status_code, notice.headers["hx-retarget"]) == (404, "#notice")
    assert "<html" not in notice.text
    assert "<html" in client.post("/conversations/999/replies", data={"body": "x"}).text


def test_health_and_metrics(anybody: TestClient, cast: Cast) -> None:
    cast.texts("+12025550141", "hi")
    assert anybody.get("/health/live").status_code == 200
    silent = anybody.get("/health/ready")
    assert (silent.status_code, silent.json()["status"]) == (503, "degraded")
    assert "python -m workers.clock" in silent.json()["clock"]
    watch.pulse(cast.run)
    found = anybody.get("/health/ready").json()
    assert found == {"status": "ready", "postgresql": "ok", "redis": "ok", "clock": "ok"}
    cast.run.clock.move(seconds=40)
    assert "for 40 s" in anybody.get("/health/ready").json()["clock"]
    metrics = anybody.get("/metrics").text
    assert 'textline_conversations{state="waiting"} 1.0' in metrics
    assert 'textline_outbox{state="due"} 2.0' in metrics


def test_a_lost_password_is_replaced_by_a_link_and_old_sessions_end(
    cast: Cast, anybody: TestClient, signed_in: Callable[[Person], TestClient]
) -> None:
    import re

    maya = signed_in(cast.maya)
    page = signed_in(cast.ada).post(f"/admin/people/{cast.maya.id}/password-links").text
    path = re.search(r"http://localhost:\d+(/join/[\w-]+)", page)[1]
    assert "Choose a new password" in anybody.get(path).text
    assert anybody.post(path, data={"password": "four new quiet words"}).status_code == 303
    assert maya.get("/console").headers["location"] == "/sign-in"
    anybody.cookies.clear()
    old, new = ({"email": cast.maya.email, "password": word} for word in (PASSWORD, "four new quiet words"))
    assert anybody.post("/sign-in", data=old).status_code == 403
    assert anybody.post("/sign-in", data=new).status_code == 303


def test_a_body_without_end_is_not_read_to_its_end(anybody: TestClient) -> None:
    from fastapi import HTTPException
    from starlette.requests import ClientDisconnect

    try:
        answer = anybody.post("/webhooks/twilio/sms", content=b"x" * 300_000)
        assert answer.status_code >= 400
    except (ClientDisconnect, HTTPException):
        pass


def test_metrics_are_for_whoever_brings_the_token(run: Runtime, anybody: TestClient) -> None:
    from pydantic import SecretStr

    from textline.app import build

    real = run.settings.model_copy(update={"demo": False})
    nobodys = TestClient(build(Runtime(real, run.store, run.live, run.carrier)))
    assert nobodys.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    settings = run.settings.model_copy(update={"metrics_token": SecretStr("let me see")})
    asked = TestClient(build(Runtime(settings, run.store, run.live, run.carrier)))
    assert asked.get("/metrics").status_code == 404
    assert asked.get("/metrics", headers={"Authorization": "Bearer let me see"}).status_code == 200
