"""Words that are commands, or answers, when they stand alone.

Twilio acts on the opt-out words by itself, and answers them: docs "Twilio support for opt-out keywords".
A text that only begins with one ("Stop, I can't do this any more") is a text like any other.
"""

from enum import StrEnum

STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout"})
START_WORDS = frozenset({"start", "yes", "unstop"})
HELP_WORDS = frozenset({"help", "info"})
CALL_WORDS = frozenset({"call", "llamar", "llamada"})
# Answers to what was offered, also with "please" or "thanks"; other words are for a person to read.
YES_WORDS = frozenset(
    {"ok", "okay", "yes", "y", "yeah", "yep", "sure", "agree", "i agree", "si", "sí", "vale", "de acuerdo"}
)
NO_WORDS = frozenset({"no", "n", "nope", "nah", "not now", "ahora no"})
_POLITE = ("please", "pls", "thanks", "thank you", "por favor", "gracias")
# Twilio takes these for an opt-out, but a person in distress may mean the word.
HEAVY_WORDS = frozenset({"end", "quit", "cancel"})


class Keyword(StrEnum):
    """What a lone word asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"


def keyword(body: str) -> Keyword | None:
    """The command that a text is, or None when it is words for a person."""
    word = body.strip().casefold()
    if word in STOP_WORDS:
        return Keyword.STOP
    if word in START_WORDS:
        return Keyword.START
    return Keyword.HELP if word in HELP_WORDS else None


def asks_to_be_rung(body: str) -> bool:
    """Whether a text is the word that has a phone rung."""
    return _plainly(body) in CALL_WORDS


def agrees(body: str) -> bool | None:
    """What a text answers to an offer, or None when it is other words."""
    words = _plainly(body)
    if words in YES_WORDS:
        return True
    return False if words in NO_WORDS else None


def is_an_answer(body: str) -> bool:
    """Whether a text could answer an offer by itself."""
    return asks_to_be_rung(body) or agrees(body) is not None


def _plainly(body: str) -> str:
    words = body.strip().casefold().strip(".!, \"'“”«»").replace(",", "")
    for polite in _POLITE:
        words = words.removesuffix(polite).strip()
    return words


def needs_a_human(body: str) -> bool:
    """Whether an opt-out word could also be a cry: somebody looks at it, though Twilio blocks our answer."""
    return body.strip().casefold() in HEAVY_WORDS


def answered_by_twilio(body: str) -> bool:
    """Whether Twilio has answered already, so that we must not."""
    return keyword(body) is not None
