"""Every page and endpoint, against every role and another organization."""

import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.cast import ALEX, Cast
from textline.store import escalations, hotlines, people
from textline.store.people import Person

OPEN = {"/sign-in", "/join/{token}", "/health/live", "/health/ready", "/metrics", "/ringer.js"}
OPEN |= {"/pictures/{number}/{token}.jpg"}  # its address is the key
SIGNED = {
    "/webhooks/twilio/sms",
    "/webhooks/twilio/status",
    "/webhooks/twilio/voice",
    "/webhooks/twilio/rung",
    "/webhooks/twilio/ringing",
}
DEMO = "/demo/"
VOLUNTEER = {
    "/", "/sign-out", "/console", "/console/list", "/conversations/{number}", "/conversations/{number}/thread",
    "/conversations/{number}/pictures/{which}",
    "/conversations/{number}/panel", "/conversations/{number}/replies", "/conversations/{number}/escalation",
    "/conversations/{number}/return", "/conversations/{number}/closing", "/events",
    "/escalations/{number}/safety", "/presence", "/availability",
}  # fmt: skip
SUPERVISOR = {
    "/screen", "/screen/words", "/screen/words/preview", "/screen/words/{number}/preview",
    "/screen/words/{number}/removal",
    "/devices", "/devices/key", "/devices/removal",
    "/board", "/board/rows", "/board/alarms", "/conversations/{number}/takeover", "/conversations/{number}/assignment",
    "/conversations/{number}/block", "/conversations/{number}/unblock", "/escalations/{number}/acknowledgement",
    "/escalations/{number}/handoffs", "/alarms/{number}/ending", "/escalations/{number}/resolution",
    "/escalations/{number}/callbacks", "/escalations/{number}/referrals", "/handoffs/{number}/answer",
    "/handoffs/{number}/beginning", "/handoffs/{number}/joining", "/handoffs/{number}/outcome",
    "/escalations/{number}/number", "/escalations/{number}/number/{shown}/outcome",
    "/escalations/{number}/nobody-reads-along",
}  # fmt: skip


def walk(app: FastAPI) -> list[tuple[str, str]]:
    paths = app.openapi()["paths"]
    found = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    assert len(found) > 40
    return found


def test_what_is_listed_is_there(app: FastAPI) -> None:
    """A path that was renamed would otherwise count as an admin's, and be tested against nobody else."""
    assert {path for _, path in walk(app)} >= VOLUNTEER | SUPERVISOR


def test_the_webhook_that_no_router_holds_asks_for_a_signature_all_the_same(anybody: TestClient) -> None:
    assert anybody.post("/webhooks/twilio/sms", data={"From": ALEX, "Body": "hi"}).status_code == 403


def needs(path: str) -> str:
    """What a path asks for. One that is in no list is an admin's, so that a new one is not open by accident."""
    if path in OPEN or path.startswith(DEMO):
        return "nothing"
    if path in SIGNED:
        return "signature"
    if path in VOLUNTEER:
        return "volunteer"
    return "supervisor" if path in SUPERVISOR else "admin"


def ask(client: TestClient, method: str, path: str, number: int = 999) -> int:
    url = re.sub(r"\{[^}]+\}", str(number), path)
    data = {"hotline": "1", "volunteer": "1", "hours": "1", "role": "volunteer", "capacity": "3"}
    return client.request(method, url, data=data if method == "POST" else None).status_code


def test_nobody_reaches_anything_without_signing_in(app: FastAPI, anybody: TestClient) -> None:
    for method, path in walk(app):
        status = ask(anybody, method, path)
        if needs(path) == "signature":
            assert status == 403, path
        elif needs(path) != "nothing":
            assert status == (303 if method == "GET" and path != "/events" else 401) or (
                path == "/events" and status in (303, 401)
            ), (method, path, status)


@pytest.mark.parametrize("role", ["volunteer", "supervisor"])
def test_nobody_reaches_what_is_for_a_higher_role(
    app: FastAPI, cast: Cast, signed_in: Callable[[Person], TestClient], role: str
) -> None:
    client = signed_in(cast.maya if role == "volunteer" else cast.ruth)
    higher = {"volunteer": ("supervisor", "admin"), "supervisor": ("admin",)}[role]
    for method, path in walk(app):
        if needs(path) in higher:
            assert ask(client, method, path) == 403, (method, path)


def test_everybody_reaches_what_is_theirs(
    app: FastAPI, cast: Cast, signed_in: Callable[[Person], TestClient]
) -> None:
    for person, roles in ((cast.maya, ("volunteer",)), (cast.ada, ("volunteer", "supervisor", "admin"))):
        client = signed_in(person)
        for method, path in walk(app):
            if needs(path) in roles and path not in ("/events", "/sign-out"):
                assert ask(client, method, path) not in (401, 403, 500), (method, path)


def test_another_organizations_things_do_not_exist(
    app: FastAPI, cast: Cast, other: Cast, signed_in: Callable[[Person], TestClient]
) -> None:
    other.comes(other.maya)
    foreign = other.texts(ALEX, "I want to die")
    with other.run.unit(other.organization) as unit:
        numbers = {
            "conversations": foreign.id,
            "escalations": escalations.unresolved(unit)[0].id,
            "lines": other.line.id,
            "hotlines": hotlines.of_country(unit, "US")[0].id,
            "people": other.maya.id,
        }
    client = signed_in(cast.ada)
    for method, path in walk(app):
        noun = next((noun for noun in numbers if f"/{noun}/{{number}}" in path), None)
        if noun and not path.endswith(("/thread", "/panel")):
            assert ask(client, method, path, numbers[noun]) in (404, 422), (method, path)
    for fragment in ("thread", "panel"):
        answer = client.get(f"/conversations/{foreign.id}/{fragment}")
        assert (answer.status_code, answer.text) == (204, "")
    with other.run.unit(other.organization) as unit:
        assert people.get(unit, other.maya.id).disabled_at is None
        assert escalations.unresolved(unit)[0].acknowledged_at is None


def test_a_volunteer_reads_only_their_own(cast: Cast, signed_in: Callable[[Person], TestClient]) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "private words")
    assert "private words" in signed_in(cast.maya).get(f"/conversations/{conversation.id}").text
    assert "private words" in signed_in(cast.ruth).get(f"/conversations/{conversation.id}").text
    answer = signed_in(cast.sam).get(f"/conversations/{conversation.id}")
    assert answer.status_code == 404
    assert "private words" not in answer.text


def test_no_page_shows_a_number(cast: Cast, signed_in: Callable[[Person], TestClient]) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "I want to die")
    for person in (cast.maya, cast.ruth, cast.ada):
        client = signed_in(person)
        for path in (
            "/console",
            "/board",
            f"/conversations/{conversation.id}",
            "/admin/log",
            "/admin/people",
        ):
            text = client.get(path).text
            assert "555-0141" not in text
            assert "5550141" not in text


def test_a_number_beyond_all_bounds_is_an_answer_and_no_failure(
    app: FastAPI, cast: Cast, signed_in: Callable[[Person], TestClient]
) -> None:
    client = signed_in(cast.ada)
    for method, path in walk(app):
        if "{number}" in path:
            for number in (2**63, -1, 10**40):
                assert ask(client, method, path, number) < 500, (method, path, number)


def test_a_disabled_person_is_out_at_once(cast: Cast, signed_in: Callable[[Person], TestClient]) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    maya, ada = signed_in(cast.maya), signed_in(cast.ada)
    assert maya.get("/console").status_code == 200
    assert ada.post(f"/admin/people/{cast.maya.id}/disabling").status_code == 303
    assert maya.get("/console").headers["location"] == "/sign-in"
    assert cast.now(conversation).owner_id is None


def test_a_texters_words_are_never_markup(cast: Cast, signed_in: Callable[[Person], TestClient]) -> None:
    conversation = cast.texts(ALEX, "<script>alert(1)</script><img src=x onerror=alert(1)>")
    for path in ("/board", f"/conversations/{conversation.id}"):
        text = signed_in(cast.ruth).get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text
