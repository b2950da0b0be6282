"""Screen: look at a recorded text for a crisis, and escalate when there is one."""

import threading
from collections.abc import Iterable
from datetime import datetime

from textline import log
from textline.errors import Busy, Unavailable
from textline.flow import automatic, escalate, lanes, offer, own_words
from textline.flow.contained import contained
from textline.rules import language as languages
from textline.rules.levels import Level
from textline.rules.screen import SELF, Finding
from textline.rules.screening import Around, Screened, look_at_next
from textline.runtime import Unit
from textline.store import conversations, events, messages
from textline.store.conversations import Conversation
from textline.store.texters import Texter
from textline.texts.load import LANGUAGES

_log = log.get(__name__)
_FAILED = Screened(Level.CRISIS, SELF, (Finding("(the screen failed)", Level.CRISIS, "the screen failed"),))
_TELLS_LANGUAGE = 15  # characters: a shorter text may be "ok" in any language


def make_ready() -> None:
    """Make what the screen needs for every text."""
    lanes.screen()


def read_ahead() -> None:
    """In a thread: read what it needs for the few texts whose language is hard to tell. The others do not wait."""
    threading.Thread(target=languages.make_ready, daemon=True).start()


def prepare(bodies: Iterable[str]) -> None:
    """Do what may take long about these texts before any row is held for them: what is found is remembered.

    The first text whose language is hard to tell waits until the recognition has been read: a second, and many on a
    busy machine.
    """
    for body in bodies:
        try:
            languages.language(lanes.screen().undisguised(body))
        except Exception:
            _log.exception("a text could not be prepared: the screen will say so")


def screen(
    unit: Unit, conversation: Conversation, texter: Texter, message_id: int, body: str, around: Around
) -> bool:
    """Keep what the screen finds, and escalate on a crisis. Returns whether this text is one.

    `around` are the texter's texts that are read together with it.
    """
    found = _look(unit, around, body)
    messages.add_findings(unit, message_id, found.findings)
    if len(body) >= _TELLS_LANGUAGE and found.language in LANGUAGES:
        conversation.language = found.language
    if found.level.escalates:
        escalate.raise_(
            unit, conversation, texter, found.level, by=None, routes=found.routes, discreet=found.discreet
        )
    elif found.level > conversation.level:
        conversation.level = int(found.level)
    return found.level.escalates


def _look(unit: Unit, around: Around, body: str) -> Screened:
    try:
        return look_at_next(own_words.screen_of(unit), around.before, body, around.after)
    except (Busy, Unavailable):
        raise  # all of the transaction is tried again
    except Exception:
        _log.exception("the screen failed: a person looks")
        return _FAILED


def asked_for_a_person(
    unit: Unit, conversation: Conversation, texter: Texter, words: str, said_at: datetime
) -> None:
    """The texter sent CALL: ring them and connect a hotline, or tell them where help is; alarm the supervisors."""
    events.note(unit, "texter:asked_for_a_person", conversation=conversation.id)
    escalation = escalate.raise_(unit, conversation, texter, Level.CRISIS, by=None, hotline=False)
    if contained(unit, offer.asked_for_a_call, conversation, texter, words, said_at):
        conversations.note_said(conversation, "welcome")
        return
    if escalation.acknowledged_at is not None:  # they are told that a person is called: one is
        escalate.not_reached(unit, conversation, escalation.id, "asked")
    route = escalation.helped_by
    name = "discreet" if escalation.discreet else "call"
    if "crisis:call" not in conversation.said and automatic.say(
        unit, conversation, texter, name, urgent=True, route=route
    ):
        conversations.note_said(conversation, "crisis:call", "welcome")
