"""Lanes: which queue a text's wake-up goes to. The web asks only this of the screen; the worker decides."""

from functools import cache

from textline import log
from textline.lexicon.load import phrases
from textline.rules.levels import Level
from textline.rules.screen import Phrase, Screen, level_of

_log = log.get(__name__)


@cache
def lexicon() -> Screen:
    """The lexicon, made ready once."""
    return Screen([Phrase(words, Level[level.upper()]) for words, level in phrases()])


def is_urgent(body: str) -> bool:
    """Whether a text goes ahead: a crisis does, and so does whatever the screen fails on."""
    try:
        return level_of(lexicon().findings(body)).escalates
    except Exception:
        _log.exception("the screen failed: taken as urgent")
        return True
