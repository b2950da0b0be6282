"""On the phone: what whoever was rung hears, and what follows from what their telephone tells."""

from contextlib import suppress
from dataclasses import dataclass, field

from textline import log
from textline.carrier import twiml
from textline.carrier.client import Refused, Unreached
from textline.carrier.webhooks import RUNG_PATH
from textline.errors import NotFound
from textline.flow import automatic, dial, escalate, notify
from textline.rules.handoff import Event, Kind, Party, State, Step, follow
from textline.runtime import Runtime, Unit
from textline.store import conversations, escalations, events, handoffs, lines, texters
from textline.store.conversations import Conversation
from textline.store.handoffs import Handoff, Leg

_log = log.get(__name__)
_KEY = "1"
_OVER = {
    "busy": Event.BUSY,
    "no-answer": Event.NO_ANSWER,
    "failed": Event.FAILED,
    "canceled": Event.NO_ANSWER,
}
_ASKED = {Party.TEXTER: "voice_asked", Party.SUPERVISOR: "voice_supervisor"}


@dataclass
class _After:
    """What is done at Twilio once the record holds what happened: calls to be ended, or to hear something else."""

    hang_up: list[str] = field(default_factory=list)
    turn: dict[str, str] = field(default_factory=dict)


def picked_up(runtime: Runtime, leg_id: int, digits: str | None) -> str:
    """TwiML for somebody who was rung. `digits`: the keys pressed; None when they were not asked yet.

    A hotline is not asked for a key; anybody else is, since an answering machine presses none.
    """
    organization_id = _whose(runtime, leg_id)
    with runtime.unit(organization_id) as unit:
        leg = handoffs.leg(unit, leg_id)
        handoff = handoffs.get(unit, leg.handoff_id)
        conversation = conversations.get(unit, handoffs.conversation_of(unit, handoff))
        spoken = automatic.voice(unit, lines.get(unit, conversation.line_id), conversation.language)
        language, party = spoken.language, leg.party
        if leg.state == "ended" or handoff.state not in (State.UNDER_WAY, State.CONNECTED):
            return twiml.goodbye(spoken.say("voice_sorry"), language)
        if party != Party.HOTLINE and digits is None:
            address = f"{runtime.settings.public_url}{RUNG_PATH}?leg={leg_id}"
            return twiml.greet(spoken.say(_ASKED[party]), language, address)
        if party != Party.HOTLINE and (digits or "").strip() != _KEY:
            return twiml.goodbye(spoken.say("voice_goodbye"), language)
        first = (handoff.kind == Kind.CALL) == (party == Party.TEXTER)
        stays = handoff.kind == Kind.CALL and party == Party.SUPERVISOR
        said = spoken.say("voice_wait") if first and party != Party.HOTLINE else ""
    happened(runtime, organization_id, leg_id, Event.JOINED)
    waits = first and party != Party.HOTLINE
    return twiml.room(_room(handoff.id), said, language, waits=waits or stays, ends=not stays)


def _room(handoff_id: int) -> str:
    return f"handoff-{handoff_id}"


def told(runtime: Runtime, leg_id: int, status: str) -> None:
    """Take in a call's status callback. Unordered, repeated and late ones do no harm."""
    organization_id = _whose(runtime, leg_id)
    if status == "ringing":
        with runtime.unit(organization_id) as unit:
            leg = handoffs.leg(unit, leg_id)
            if leg.state == "asked":
                leg.state, leg.changed_at = "ringing", unit.now
    elif status == "completed":
        with runtime.unit(organization_id) as unit:
            joined = handoffs.leg(unit, leg_id).state == "joined"
        happened(runtime, organization_id, leg_id, Event.LEFT if joined else Event.NO_ANSWER)
    elif status in _OVER:
        happened(runtime, organization_id, leg_id, _OVER[status])


def lost(runtime: Runtime, organization_id: int, leg_id: int) -> None:
    """Nothing is heard of a telephone any more."""
    _log.warning("nothing was heard of a call: it counts as failed", leg=leg_id)
    happened(runtime, organization_id, leg_id, Event.FAILED)


def release(runtime: Runtime, organization_id: int, leg_id: int) -> None:
    """Hang up for somebody who is left in a call that is over."""
    with runtime.unit(organization_id) as unit:
        leg = handoffs.leg(unit, leg_id)
        leg.state, leg.changed_at = "ended", unit.now
        sid = leg.sid
    if sid:
        _at_twilio(runtime, _After(hang_up=[sid]))


def happened(runtime: Runtime, organization_id: int, leg_id: int, event: Event) -> None:
    """Something happened at a telephone: the handoff goes on, or it ends and nobody is left waiting."""
    with runtime.unit(organization_id) as unit:
        escalation_id = handoffs.get(unit, handoffs.leg(unit, leg_id).handoff_id).escalation_id
        _, conversation = escalations.with_conversation(unit, escalation_id)  # held: one event at a time
        leg, handoff = handoffs.as_they_are(unit, leg_id)
        if leg.state == "ended" or (leg.state == "joined" and event == Event.JOINED):
            return
        leg.state, leg.changed_at = "joined" if event == Event.JOINED else "ended", unit.now
        events.note(unit, f"handoff:{leg.party}_{event}", conversation=conversation.id)
        after = _go_on(unit, conversation, handoff, leg, event)
        notify.changed(unit, conversation)
    _at_twilio(runtime, after)


def _go_on(unit: Unit, conversation: Conversation, handoff: Handoff, leg: Leg, event: Event) -> _After:
    untried = _untried(unit, conversation, handoff)
    step = follow(handoff.kind, handoff.state, leg.party, event, another=bool(untried))
    after = _After()
    if step.ring == Party.HOTLINE and not untried:  # none was ever there to be dialled
        step = Step(state=State.FAILED, over=True)
    if step.ring:
        hotline_id = untried[0] if step.ring == Party.HOTLINE else None
        handoffs.ring(unit, handoff, step.ring, hotline_id=hotline_id)
        unit.wake("ring", "soon", unit.organization_id)
        if leg.party == Party.HOTLINE:
            after.turn |= _others_hear(unit, conversation, handoff, "voice_next", waits=True)
    if step.state:
        handoff.state, handoff.changed_at = step.state, unit.now
        events.note(unit, f"handoff:{step.state}", conversation=conversation.id, kind=str(handoff.kind))
        if step.state in (State.NO_ANSWER, State.FAILED):
            _in_vain(unit, conversation, handoff, leg.party)
            after.turn |= _others_hear(unit, conversation, handoff, "voice_sorry", waits=False)
    if step.over:
        sids = [other.sid for other in handoffs.live(unit, handoff.id) if other.sid]
        after.hang_up = [sid for sid in sids if sid not in after.turn]
    return after


def _untried(unit: Unit, conversation: Conversation, handoff: Handoff) -> list[int]:
    """The hotlines that have not been rung since the call began; the one that was chosen comes first."""
    since = handoff.changed_at or handoff.at
    tried = {leg.hotline_id for leg in handoffs.legs(unit, handoff.id) if leg.at >= since}
    found = [choice.id for choice, _ in dial.hotlines_for(unit, conversation)]
    found.sort(key=lambda hotline_id: hotline_id != handoff.hotline_id)
    return [hotline_id for hotline_id in found if hotline_id not in tried]


def _others_hear(
    unit: Unit, conversation: Conversation, handoff: Handoff, name: str, *, waits: bool
) -> dict[str, str]:
    """What whoever is in the call now hears: a word, and then either the room again or the end."""
    spoken = automatic.voice(unit, lines.get(unit, conversation.line_id), conversation.language)
    said = spoken.say(name)
    heard = (
        twiml.room(_room(handoff.id), said, spoken.language, waits=True, ends=True)
        if waits
        else twiml.goodbye(said, spoken.language)
    )
    joined = [leg for leg in handoffs.legs(unit, handoff.id) if leg.state == "joined"]
    return {leg.sid: heard for leg in joined if leg.sid}


def _in_vain(unit: Unit, conversation: Conversation, handoff: Handoff, party: Party) -> None:
    """Nobody was reached: the texter is told what they can do, and the supervisors are alarmed anew."""
    texter = texters.get(unit, conversation.texter_id)
    if automatic.may_be_texted(texter):
        escalation = escalations.get(unit, handoff.escalation_id)
        name = "call_missed" if party == Party.TEXTER else "call_failed"
        automatic.say(unit, conversation, texter, name, urgent=True, route=escalation.route)
    escalate.not_reached(unit, conversation, handoff.escalation_id)


def _at_twilio(runtime: Runtime, after: _After) -> None:
    """What fails here the clock does again: it ends what is left over."""
    for sid, heard in after.turn.items():
        with suppress(Refused, Unreached):
            runtime.carrier.turn(sid, heard)
    for sid in after.hang_up:
        with suppress(Refused, Unreached):
            runtime.carrier.hang_up(sid)


def _whose(runtime: Runtime, leg_id: int) -> int:
    with runtime.everywhere() as everywhere:
        organization_id = handoffs.whose(everywhere, leg_id)
    if organization_id is None:
        raise NotFound("There is no such call.")
    return organization_id
