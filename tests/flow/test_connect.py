"""Going live: reviewed hotlines first; before and after are shown; a fallback stays."""

import pytest

from tests.cast import Cast
from textline.errors import Conflict, Invalid, NotFound
from textline.flow import connect, set_up
from textline.store import hotlines, lines


def test_a_line_does_not_go_live_before_its_hotlines_are_reviewed(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        for hotline in hotlines.of_country(unit, "US"):
            set_up.review_hotline(unit, cast.ada, hotline.id, reviewed=False)
    with pytest.raises(
        Conflict, match=r"Review a hotline for everyone in US.*Review the emergency number of US"
    ):
        connect.connect(cast.run, cast.organization, cast.line.id, cast.ada.id)


def test_a_review_of_another_kind_of_hotline_is_not_enough(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        for hotline in hotlines.of_country(unit, "US"):
            veterans = hotline.serves == "veterans"
            set_up.review_hotline(unit, cast.ada, hotline.id, reviewed=veterans or hotline.emergency)
        assert connect.unready(unit, lines.get(unit, cast.line.id)) != []


def test_connecting_sets_the_webhooks_and_keeps_a_fallback(cast: Cast) -> None:
    page = "https://elsewhere.example/fallback.xml"
    connect.connect(cast.run, cast.organization, cast.line.id, cast.ada.id, page)
    before, after = connect.connect(cast.run, cast.organization, cast.line.id, cast.ada.id)
    assert before.sms_fallback_url == after.sms_fallback_url == page
    assert after.sms_url.startswith(f"{cast.run.settings.public_url}/webhooks/twilio/sms#")
    assert "rp=all" in after.sms_url
    with cast.run.unit(cast.organization) as unit:
        assert lines.get(unit, cast.line.id).connected_at is not None


def test_a_number_that_the_account_does_not_own_is_named_so(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        line = set_up.add_line(unit, cast.ada, "Elsewhere", "+12025550199", "en", "UTC")
    with pytest.raises(NotFound, match="does not own"):
        connect.connect(cast.run, cast.organization, line.id, None)


@pytest.mark.parametrize(
    ("number", "language", "zone"),
    [
        ("nonsense", "en", "UTC"),
        ("5550100", "en", "UTC"),
        ("+12025550199", "fr", "UTC"),
        ("+12025550199", "en", "Mars"),
    ],
)
def test_what_cannot_be_a_line_is_refused_with_the_remedy(
    cast: Cast, number: str, language: str, zone: str
) -> None:
    with pytest.raises(Invalid), cast.run.unit(cast.organization) as unit:
        set_up.add_line(unit, cast.ada, "New", number, language, zone)


@pytest.mark.parametrize(
    ("span", "days"), [((0, "9", ""), ""), ((0, "25:00", "26:00"), ""), ((0, "09:00", "17:00"), "x")]
)
def test_hours_that_cannot_be_read_change_nothing(cast: Cast, span: tuple[int, str, str], days: str) -> None:
    with pytest.raises(Invalid), cast.run.unit(cast.organization) as unit:
        set_up.set_hours(unit, cast.ada, cast.line.id, [span], days)
    with cast.run.unit(cast.organization) as unit:
        assert not lines.hours(unit, cast.line).openings
