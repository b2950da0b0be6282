"""Lanes: which queue a text's wake-up goes to. The web asks only this of the screen; the worker decides."""

from functools import cache

from textline import log
from textline.lexicon.load import LANGUAGES, lexicon
from textline.rules.screen import Screen

_log = log.get(__name__)


@cache
def screen() -> Screen:
    """The shipped lexicon, made ready once."""
    return Screen([lexicon(language) for language in LANGUAGES])


def is_urgent(body: str) -> bool:
    """Whether a text goes ahead: a crisis does, and so does whatever the screen fails on."""
    try:
        return screen().look(body).level.escalates
    except Exception:
        _log.exception("the screen failed: taken as urgent")
        return True
