"""The page of an organization's own words."""

from collections.abc import Callable

from fastapi.testclient import TestClient

from tests.cast import ALEX, Cast
from textline.store import own_words
from textline.store.people import Person

SignIn = Callable[[Person], TestClient]
FORM = {
    "says": " Off  the OLD mill ",
    "effect": "crisis",
    "route": "self",
    "language": "en",
    "why": "the river",
}


def test_words_are_tried_out_put_into_use_and_taken_out(cast: Cast, signed_in: SignIn) -> None:
    quiet = cast.texts(ALEX, "i will go off the old mill")
    ruth = signed_in(cast.ruth)
    seen = ruth.post("/screen/words/preview", data=FORM)
    assert seen.status_code == 200
    assert "With “off the old mill”" in seen.text
    assert f"conversation {quiet.id}" in seen.text
    assert "i will go" not in seen.text
    with cast.run.unit(cast.organization) as unit:
        assert own_words.every(unit) == []
    assert ruth.post("/screen/words", data=FORM).status_code == 303
    page = ruth.get("/screen/words").text
    assert "the river" in page
    assert "Ruth" in page
    with cast.run.unit(cast.organization) as unit:
        number = own_words.every(unit)[0].id
    assert f"own words {number}" in ruth.post("/screen", data={"text": "off the old mill"}).text
    assert "Without “off the old mill”" in ruth.post(f"/screen/words/{number}/preview").text
    assert ruth.post(f"/screen/words/{number}/removal").status_code == 303
    assert "the river" not in ruth.get("/screen/words").text


def test_what_cannot_be_used_is_said_beside_the_form(cast: Cast, signed_in: SignIn) -> None:
    ruth = signed_in(cast.ruth)
    for change, says in (
        ({"says": "off (the mill"}, "a bracket is not closed"),
        ({"effect": "louder"}, "Choose what these words are to do"),
        ({"language": "xx"}, "Choose a language"),
        ({"says": ""}, "Write the words"),
    ):
        answer = ruth.post("/screen/words/preview", data=FORM | change, headers={"hx-request": "true"})
        assert (answer.status_code, says in answer.text) == (422, True), change


def test_a_refusal_offers_no_button(cast: Cast, signed_in: SignIn) -> None:
    ruth = signed_in(cast.ruth)
    form = FORM | {"says": "want to die", "effect": "figure"}
    seen = ruth.post("/screen/words/preview", data=form).text
    assert "a crisis would be missed" in seen
    assert "Put into use" not in seen
    assert ruth.post("/screen/words", data=form).status_code == 422


def test_words_are_shown_as_text_and_not_as_a_page(cast: Cast, signed_in: SignIn) -> None:
    ruth = signed_in(cast.ruth)
    form = FORM | {"why": "<script>alert(1)</script>"}
    assert ruth.post("/screen/words", data=form).status_code == 303
    assert "<script>alert" not in ruth.get("/screen/words").text
