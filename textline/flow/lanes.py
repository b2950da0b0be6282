"""Lanes: which queue a text's wake-up goes to. The web asks only this of the screen; the worker decides."""

from functools import cache

from textline import log
from textline.lexicon.load import LANGUAGES, lexicon
from textline.rules.screen import Screen, Seen

_log = log.get(__name__)


@cache
def screen() -> Screen:
    """The shipped lexicon, made ready once."""
    return Screen([lexicon(language) for language in LANGUAGES])


def is_urgent(body: str, own: Screen | None = None) -> bool:
    """Whether a text goes ahead: a crisis does, and so does whatever the screen fails on.

    `own`: the screen of the organization whose text it is, where that is known.
    """
    seen = glance(body, own)
    return seen is None or seen.level.escalates


def asks_for_a_call(body: str) -> bool:
    """Whether somebody would rather talk than text; not, when the screen fails on it."""
    try:
        return screen().asks_for_a_call(body)
    except Exception:
        _log.exception("the screen failed on a text")
        return False


def glance(body: str, own: Screen | None = None) -> Seen | None:
    """What a text alone shows; None when the screen fails on it."""
    try:
        return (own or screen()).look(body)
    except Exception:
        _log.exception("the screen failed on a text")
        return None
