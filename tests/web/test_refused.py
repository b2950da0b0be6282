"""What was refused is said where it was tried, and whoever is at work stays so."""

from collections.abc import Callable

from fastapi.testclient import TestClient

from tests.cast import ALEX, Cast
from textline.flow import escalate, offer
from textline.rules.handoff import Kind
from textline.store import escalations
from textline.store.people import Person

SignIn = Callable[[Person], TestClient]
HTMX = {"hx-request": "true"}


def crisis(cast: Cast) -> tuple[int, str]:
    """An escalation's number, and its conversation's page."""
    cast.texts(ALEX, "I want to kill myself")
    with cast.run.unit(cast.organization) as unit:
        return escalations.unresolved(unit)[0].id, f"/conversations/{cast.conversation(ALEX).id}"


def test_a_page_that_refuses_still_beats_and_rings_and_leads_back(cast: Cast, signed_in: SignIn) -> None:
    number, path = crisis(cast)
    ruth = signed_in(cast.ruth)
    headers = {"referer": f"http://testserver{path}"}
    refused = ruth.post(f"/escalations/{number}/resolution", data={"outcome": "nonsense"}, headers=headers)
    assert refused.status_code == 422
    assert 'hx-post="/presence"' in refused.text
    assert 'id="alarms"' in refused.text
    assert f'href="{path}"' in refused.text


def test_no_address_elsewhere_is_led_back_to(cast: Cast, signed_in: SignIn) -> None:
    number, _ = crisis(cast)
    headers = {"referer": "https://elsewhere.example//evil.example/"}
    refused = signed_in(cast.ruth).post(f"/escalations/{number}/resolution", data={}, headers=headers)
    assert 'href="/"' in refused.text
    assert "evil" not in refused.text


def test_the_page_on_which_something_was_done_stays_and_renews_itself(cast: Cast, signed_in: SignIn) -> None:
    number, path = crisis(cast)
    ruth = signed_in(cast.ruth)
    here = HTMX | {"hx-current-url": f"http://testserver{path}"}
    done = ruth.post(f"/escalations/{number}/acknowledgement", headers=here)
    assert (done.status_code, done.headers.get("hx-trigger")) == (204, "done")
    assert "hx-redirect" not in done.headers
    board = HTMX | {"hx-current-url": "http://testserver/board"}
    taken = ruth.post(f"{path}/takeover", headers=board)
    assert (taken.status_code, taken.headers.get("hx-redirect")) == (204, path)


def test_what_is_missing_for_a_resolution_is_said_before_it_is_tried(cast: Cast, signed_in: SignIn) -> None:
    number, path = crisis(cast)
    ruth = signed_in(cast.ruth)
    ruth.post(f"/escalations/{number}/acknowledgement")
    assert "Before it can be resolved: answer the safety questions" in ruth.get(path).text
    refused = ruth.post(f"/escalations/{number}/resolution", data={"outcome": "hotline"}, headers=HTMX)
    assert (refused.status_code, "answer the safety questions" in refused.text) == (409, True)


def test_whoever_cannot_be_texted_is_not_said_to_have_been_asked(cast: Cast, signed_in: SignIn) -> None:
    number, path = crisis(cast)
    cast.texts(ALEX, "STOP")
    with cast.run.unit(cast.organization) as unit:
        escalate.acknowledge(unit, cast.ruth, number)
        offer.offer(unit, cast.ruth, number, Kind.CALLBACK)
    shown = signed_in(cast.ruth).get(path).text
    assert "They were not asked: no text of ours reaches them" in shown
    assert "No text of ours reaches them, the hotline’s number neither" in shown


def test_nobody_is_given_back_in_a_crisis_by_one_press(cast: Cast, signed_in: SignIn) -> None:
    cast.comes(cast.maya)
    _, path = crisis(cast)
    assert "hx-confirm" in signed_in(cast.maya).get(path).text
