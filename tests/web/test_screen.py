"""The supervisors' page about the screen, and what is done in an escalation, through the pages."""

import re
from collections.abc import Callable

from fastapi.testclient import TestClient

from tests.cast import ALEX, PASSWORD, Cast
from textline.store import escalations
from textline.store.people import Person

SignIn = Callable[[Person], TestClient]


def test_a_text_is_tried_out_and_says_which_rule(cast: Cast, signed_in: SignIn) -> None:
    answer = signed_in(cast.ruth).post("/screen", data={"text": "i just want to\ndie"})
    assert answer.status_code == 200
    assert "wish to die" in answer.text
    assert "crisis" in answer.text


def test_the_rules_that_found_something_are_listed(cast: Cast, signed_in: SignIn) -> None:
    cast.texts(ALEX, "I want to kill myself")
    assert "killing oneself" in signed_in(cast.ruth).get("/screen").text


def raised(cast: Cast) -> int:
    cast.comes(cast.maya)
    cast.texts(ALEX, "I want to kill myself")
    with cast.run.unit(cast.organization) as unit:
        return escalations.unresolved(unit)[0].id


def test_a_volunteer_keeps_the_answers_to_the_safety_questions(cast: Cast, signed_in: SignIn) -> None:
    number = raised(cast)
    maya = signed_in(cast.maya)
    page = maya.get(f"/conversations/{cast.conversation(ALEX).id}")
    assert "Have they done anything to hurt themself?" in page.text
    answers = {"thoughts": "yes", "plan": "no", "means": "no", "time": "unsure", "harmed": "no"}
    assert maya.post(f"/escalations/{number}/safety", data={**answers, "plan": ""}).status_code == 422
    assert maya.post(f"/escalations/{number}/safety", data=answers).status_code == 303
    assert "asked, not answered" in maya.get(f"/conversations/{cast.conversation(ALEX).id}").text


def _shows_the_number(page: str) -> bool:
    """However it is written; a time of day may have some of its digits."""
    return re.search(r"555\D?0141", page) is not None


def test_the_number_is_on_no_page_but_the_one_that_shows_it(cast: Cast, signed_in: SignIn) -> None:
    number, ruth = raised(cast), signed_in(cast.ruth)
    path = f"/conversations/{cast.conversation(ALEX).id}"
    assert not _shows_the_number(ruth.get(path).text)
    wrong = ruth.post(
        f"/escalations/{number}/number", data={"reason": "pills, alone, now", "password": "wrong"}
    )
    assert (wrong.status_code, _shows_the_number(wrong.text)) == (403, False)
    assert "not your password" in wrong.text
    shown = ruth.post(
        f"/escalations/{number}/number", data={"reason": "pills, alone, now", "password": PASSWORD}
    )
    assert shown.status_code == 200
    assert _shows_the_number(shown.text)
    assert shown.headers["cache-control"] == "no-store"
    assert not _shows_the_number(ruth.get(path).text)
    assert "Their number was shown to Ruth" in ruth.get(path).text


def test_a_volunteer_is_shown_no_number(cast: Cast, signed_in: SignIn) -> None:
    number = raised(cast)
    answer = signed_in(cast.maya).post(
        f"/escalations/{number}/number", data={"reason": "pills, now", "password": PASSWORD}
    )
    assert answer.status_code == 403
