"""The safety questions cannot be passed over, and what they say counts."""

import pytest

from textline.errors import Invalid
from textline.rules.safety import QUESTIONS, Answer, checked, is_imminent

NO = dict.fromkeys(QUESTIONS, "no")


def test_every_question_is_answered() -> None:
    assert checked(NO, "") == dict.fromkeys(QUESTIONS, Answer.NO)
    for name in QUESTIONS:
        with pytest.raises(Invalid, match="Answer every question"):
            checked({**NO, name: ""}, "")
        with pytest.raises(Invalid, match="Answer every question"):
            checked({**NO, name: "perhaps"}, "")


def test_could_not_ask_says_why() -> None:
    given = {**NO, "plan": "not_asked"}
    with pytest.raises(Invalid, match="why"):
        checked(given, "  ")
    assert checked(given, "they were gone")["plan"] == Answer.NOT_ASKED


@pytest.mark.parametrize(
    ("more", "imminent"),
    [
        ({}, False),
        ({"harmed": "yes"}, True),
        ({"means": "yes"}, False),
        ({"time": "yes"}, False),
        ({"means": "yes", "time": "yes"}, True),
    ],
)
def test_an_act_or_a_means_with_a_time_is_imminent(more: dict[str, str], imminent: bool) -> None:
    assert is_imminent(checked({**NO, **more}, "")) is imminent
