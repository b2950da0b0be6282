"""The safety questions: what has to be asked when somebody may be in danger, and whether it was.

The order is the field's usual one, from thoughts to an act (Columbia protocol, screener for peers: cssrs.columbia.edu).
"""

from collections.abc import Mapping
from enum import StrEnum

from textline.errors import Invalid

QUESTIONS = {
    "thoughts": "Have they thought about ending their life?",
    "plan": "Have they thought about how?",
    "means": "Do they have what they would use?",
    "time": "Do they mean to do it, and do they know when?",
    "harmed": "Have they done anything to hurt themself?",
}


class Answer(StrEnum):
    """What a question was answered with."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    NOT_ASKED = "not_asked"


ANSWERS = {
    Answer.YES: "yes",
    Answer.NO: "no",
    Answer.UNSURE: "asked, not answered",
    Answer.NOT_ASKED: "could not ask",
}


def checked(given: Mapping[str, str], why_not: str) -> dict[str, Answer]:
    """The answers to all questions.

    Raises:
        Invalid: one is missing; or one was not asked, and nothing says why.
    """
    try:
        answers = {name: Answer(given.get(name, "")) for name in QUESTIONS}
    except ValueError:
        raise Invalid("Answer every question; “could not ask” is an answer.") from None
    if Answer.NOT_ASKED in answers.values() and not why_not.strip():
        raise Invalid("Say why a question could not be asked.")
    return answers


def is_imminent(answers: Mapping[str, Answer]) -> bool:
    """Whether the answers mean a danger at this moment: something was done, or there is a means and a time."""
    return answers["harmed"] == Answer.YES or (
        answers["means"] == Answer.YES and answers["time"] == Answer.YES
    )
