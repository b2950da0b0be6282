"""Alarm: tell the supervisors, and whoever is on call, that something needs a person."""

from datetime import datetime

from textline.runtime import Unit
from textline.store import alarms, calls, conversations, devices, events, organizations, texters
from textline.store.calls import WEBHOOK, Called
from textline.store.people import Person

# What each kind says on the board and in a text to somebody on call.
WORDS = {
    "test": "a test of the on-call list; nothing is wrong",
    "crisis": "a crisis waits for a supervisor",
    "unanswered": "a texter has waited too long for an answer",
    "unreachable": "somebody in a crisis cannot be texted: they opted out, or their number takes no texts",
    "quiet": "a texter has gone quiet after a crisis",
    "left_alone": "somebody in a crisis waits for an answer, or is with nobody",
    "handoff_open": "nobody has said what came of a handoff",
    "stuck": "texts come in and are not recorded",
    "webhooks_failing": "Twilio cannot deliver texts to this server",
    "late_texts": "texts were found in Twilio’s log that had not come here",
}
# These wake somebody up; the others go to the organization's webhook only.
_CALLS = {"unanswered", "handoff_open", "unreachable", "quiet", "left_alone", "stuck", "webhooks_failing"}
_RINGS = _CALLS | {"crisis", "test"}
# What still stands after so long calls again.
_CALLS_EVERY_S = 600
# Two hundred texters unanswered, in an outage, are one call and not two hundred.
_TOGETHER = {"unanswered"}


def raise_(unit: Unit, kind: str, conversation: int | None = None, **details: object) -> bool:
    """Raise an alarm, or say that it still stands. Returns whether it is a new one."""
    alarm = alarms.open_of(unit, kind, conversation)
    if alarm is not None:
        stands_long = _span(alarm.seen_at) != _span(unit.now)
        alarm.seen_at, alarm.details = unit.now, alarm.details | details
        if stands_long:
            _call_out(unit, kind, conversation, again=True)
        return False
    alarm = alarms.add(unit, kind, conversation, details)
    events.note(unit, f"alarm:{kind}", conversation=conversation, alarm=alarm.id)
    _call_out(unit, kind, conversation)
    unit.tell("board", "alarm")
    return True


def _span(at: datetime) -> int:
    return int(at.timestamp()) // _CALLS_EVERY_S


def _call_out(unit: Unit, kind: str, conversation: int | None, *, again: bool = False) -> None:
    """For each conversation by itself; but what still stands calls again once, however many there are."""
    if conversation is not None and is_a_drill(unit, conversation):
        return
    together = conversation is None or kind in _TOGETHER or again
    whom = "" if together else f":{conversation}"
    call_out(unit, f"{kind}{whom}:{_span(unit.now)}", kind, texts=kind in _CALLS)


def is_a_drill(unit: Unit, conversation_id: int) -> bool:
    """Whether a conversation is a drill's: it rings on the board, and wakes nobody."""
    return texters.get(unit, conversations.get(unit, conversation_id).texter_id).drill


def call_out(unit: Unit, about: str, kind: str, *, texts: bool, first: int | None = None) -> int:
    """Post to the organization's webhook, tell the supervisors' devices, and text whoever is on call; each once about
    the same thing.

    With `first`, only so many of the list, from its beginning. Returns how many of the list are called newly.
    """
    called = [Called(on_call_id=one) for one in calls.contact_ids(unit)[:first]] if texts else []
    if kind in _RINGS:
        called += [Called(device_id=one) for one in devices.of_supervisors(unit)]
    if organizations.own(unit).alarm_url_sealed:
        called.append(WEBHOOK)
    return len([one for one in calls.call(unit, about, kind, called) if one.on_call_id])


def end(unit: Unit, alarm_id: int, person: Person | None) -> None:
    """What it was about is over, or somebody has seen to it."""
    alarm = alarms.get(unit, alarm_id)
    if alarm.ended_at is None:
        alarm.ended_at, alarm.ended_by = unit.now, person.id if person else None
        by = person.id if person else None
        events.note(unit, f"alarm:{alarm.kind}_ended", by=by, conversation=alarm.conversation_id)
        unit.tell("board", "alarm")
