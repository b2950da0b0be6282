"""Screen: look at a recorded text for a crisis, and escalate when there is one."""

from textline import log
from textline.flow import automatic, escalate
from textline.flow import lanes
from textline.rules.levels import Level
from textline.rules.screen import Finding, level_of
from textline.runtime import Unit
from textline.store import conversations, events, messages
from textline.store.conversations import Conversation
from textline.store.texters import Texter

_log = log.get(__name__)
_FAILED = Finding("(the screen failed)", Level.CRISIS)


def screen(unit: Unit, conversation: Conversation, texter: Texter, message_id: int, body: str) -> bool:
    """Keep what the screen finds, and escalate on a crisis. Returns whether this text is one."""
    findings = _findings(body)
    level = level_of(findings)
    messages.add_findings(unit, message_id, findings)
    if level.escalates:
        escalate.raise_(unit, conversation, texter, level, by=None)
    elif level > conversation.level:
        conversation.level = int(level)
    return level.escalates


def _findings(body: str) -> list[Finding]:
    try:
        return lanes.screen().findings(body)
    except Exception:
        _log.exception("the screen failed: a person looks")
        return [_FAILED]


def asked_for_a_person(unit: Unit, conversation: Conversation, texter: Texter) -> None:
    """The texter sent CALL: tell them where help is, and alarm the supervisors."""
    events.note(unit, "texter:asked_for_a_person", conversation=conversation.id)
    escalate.raise_(unit, conversation, texter, Level.CRISIS, by=None, hotline=False)
    if "crisis:call" not in conversation.said and automatic.say(
        unit, conversation, texter, "call", urgent=True
    ):
        conversations.note_said(conversation, "crisis:call", "welcome")
