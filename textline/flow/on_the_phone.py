"""On the phone: what whoever was rung hears, and what follows from what their telephone tells."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from textline import log
from textline.carrier import twiml
from textline.carrier.client import Refused, Unreached
from textline.carrier.webhooks import OVERRIDES, RUNG_PATH
from textline.errors import Busy, NotFound
from textline.flow import automatic, dial, escalate, notify
from textline.rules.automatic import Voice
from textline.rules.handoff import Event, Kind, Party, State, Step, follow
from textline.runtime import Runtime, Unit
from textline.store import escalations, events, handoffs, lines, texters
from textline.store.conversations import Conversation
from textline.store.handoffs import Handoff, Leg

T = TypeVar("T")
_log = log.get(__name__)
_KEY = "1"
_OVER = {
    "busy": Event.BUSY,
    "no-answer": Event.NO_ANSWER,
    "failed": Event.FAILED,
    "canceled": Event.NO_ANSWER,
}
_ASKED = {Party.TEXTER: "voice_asked", Party.SUPERVISOR: "voice_supervisor"}
_TRIES, _PAUSE_S = 3, 0.1  # while somebody else holds the conversation: Twilio may not tell it again


@dataclass
class _After:
    """What is done at Twilio once the record holds what happened: calls to be ended, or to hear something else."""

    hang_up: list[str] = field(default_factory=list)
    turn: dict[str, str] = field(default_factory=dict)


@dataclass
class _Held:
    """A telephone with all that it belongs to, its conversation held until the transaction ends."""

    unit: Unit
    leg: Leg
    handoff: Handoff
    conversation: Conversation

    @property
    def voice(self) -> Voice:
        """In which it is spoken to whoever is in the call."""
        line = lines.get(self.unit, self.conversation.line_id)
        return automatic.voice(self.unit, line, self.conversation.language)


def picked_up(runtime: Runtime, leg_id: int, sid: str, digits: str | None) -> str:
    """TwiML for somebody who was rung. `digits`: the keys pressed; None when they were not asked yet.

    A hotline is not asked for a key; anybody else is, since an answering machine presses none.
    """
    return _patiently(lambda: _picked_up(runtime, leg_id, sid, digits))


def _picked_up(runtime: Runtime, leg_id: int, sid: str, digits: str | None) -> str:
    after = _After()
    with runtime.unit(_whose(runtime, leg_id)) as unit:
        held = _hold(unit, leg_id, sid)
        heard = _asked(runtime, held, digits)
        if heard is None:
            after = _take(held, Event.JOINED)
            heard = _let_in(held)
        after.turn.pop(sid, None)  # it hears what is answered here
    _at_twilio(runtime, after)
    return heard


def _asked(runtime: Runtime, held: _Held, digits: str | None) -> str | None:
    """What somebody hears who is not let in, or not yet; None: they are."""
    spoken, party = held.voice, held.leg.party
    if held.leg.state not in ("asked", "ringing", "joined"):
        return twiml.goodbye(spoken.say("voice_sorry"), spoken.language)
    if party != Party.HOTLINE and digits is None:
        address = f"{runtime.settings.public_url}{RUNG_PATH}?leg={held.leg.id}{OVERRIDES}"
        return twiml.greet(spoken.say(_ASKED[party]), spoken.language, address)
    if party != Party.HOTLINE and (digits or "").strip() != _KEY:
        return twiml.goodbye(spoken.say("voice_goodbye"), spoken.language)
    return None


def _let_in(held: _Held) -> str:
    """Into the room, unless there is none any more. Whoever is there first waits; a listening supervisor ends nothing."""
    spoken, handoff, party = held.voice, held.handoff, held.leg.party
    if held.leg.state != "joined" or handoff.state not in (State.UNDER_WAY, State.CONNECTED):
        return twiml.goodbye(spoken.say("voice_sorry"), spoken.language)
    listens = handoff.kind == Kind.CALL and party == Party.SUPERVISOR
    waits = listens or party == (Party.TEXTER if handoff.kind == Kind.CALL else Party.SUPERVISOR)
    said = spoken.say("voice_wait") if waits else ""
    return twiml.room(handoff.room or "", said, spoken.language, waits=waits, ends=not listens)


def told(runtime: Runtime, leg_id: int, sid: str, status: str) -> None:
    """Take in a call's status callback. Unordered, repeated and late ones do no harm."""
    organization_id = _whose(runtime, leg_id)
    if status == "ringing":
        with runtime.unit(organization_id) as unit:
            handoffs.rings(unit, leg_id, sid)
    elif status == "completed":
        _patiently(lambda: _happened(runtime, organization_id, leg_id, Event.LEFT, sid))
    elif status in _OVER:
        _patiently(lambda: _happened(runtime, organization_id, leg_id, _OVER[status], sid))


def lost(runtime: Runtime, organization_id: int, leg_id: int) -> None:
    """Nothing is heard of a telephone any more."""
    _log.warning("nothing was heard of a call: it counts as failed", leg=leg_id)
    _happened(runtime, organization_id, leg_id, Event.FAILED)


def left(runtime: Runtime, organization_id: int, leg_id: int, sid: str) -> None:
    """Have a call ended that should be over, and note its end once Twilio has it."""
    try:
        runtime.carrier.hang_up(sid)
    except Refused as refused:
        if not refused.permanent:
            raise  # it goes on: it is asked for again
    _happened(runtime, organization_id, leg_id, Event.LEFT)


def failed(runtime: Runtime, organization_id: int, leg_id: int) -> None:
    """A telephone could not be rung."""
    _happened(runtime, organization_id, leg_id, Event.FAILED)


def _happened(runtime: Runtime, organization_id: int, leg_id: int, event: Event, sid: str = "") -> None:
    """Something happened at a telephone: the handoff goes on, or it ends and nobody is left waiting."""
    with runtime.unit(organization_id) as unit:
        held = _hold(unit, leg_id, sid)
        if sid and held.leg.sid != sid:
            return  # of another call than this telephone's
        if event == Event.LEFT and held.leg.state != "joined":
            event = Event.NO_ANSWER  # they hung up without a key
        after = _take(held, event)
    _at_twilio(runtime, after)


def _hold(unit: Unit, leg_id: int, sid: str = "") -> _Held:
    handoff_id = handoffs.leg(unit, leg_id).handoff_id
    handoff, _, conversation = handoffs.with_conversation(unit, handoff_id)
    leg = handoffs.leg(unit, leg_id)
    leg.sid = leg.sid or sid or None  # Twilio's answer to us may have been lost
    return _Held(unit, leg, handoff, conversation)


def _take(held: _Held, event: Event) -> _After:
    """Take an event in, once: what is over stays over."""
    unit, leg, before = held.unit, held.leg, held.leg.state
    if before == "ended" or (event == Event.JOINED and before not in ("asked", "ringing")):
        return _After()
    leg.state, leg.changed_at = "joined" if event == Event.JOINED else "ended", unit.now
    leg.next_try_at = unit.now
    if before == "leaving":
        return _After()
    events.note(unit, f"handoff:{leg.party}_{event}", conversation=held.conversation.id)
    after = _go_on(held, event)
    notify.changed(unit, held.conversation)
    return after


def _go_on(held: _Held, event: Event) -> _After:
    unit, handoff = held.unit, held.handoff
    untried = _untried(held)
    step = follow(handoff.kind, handoff.state, held.leg.party, event, another=bool(untried))
    if step.ring == Party.HOTLINE and not untried:  # none was ever there to be dialled
        step = Step(state=State.FAILED, over=True)
    after = _After()
    if step.ring:
        hotline_id = untried[0] if step.ring == Party.HOTLINE else None
        handoffs.ring(unit, handoff, step.ring, hotline_id=hotline_id)
        unit.wake("ring", "soon", unit.organization_id)
        if held.leg.party == Party.HOTLINE:
            spoken = held.voice
            again = twiml.room(
                handoff.room or "", spoken.say("voice_next"), spoken.language, waits=True, ends=True
            )
            after.turn = dict.fromkeys(_in_the_call(held), again)
    ended_well = step.over and step.state is None
    if step.state or ended_well:
        handoff.state, handoff.changed_at = step.state or handoff.state, unit.now
        word = step.state or "ended"
        events.note(unit, f"handoff:{word}", conversation=held.conversation.id, kind=str(handoff.kind))
    if step.over:
        return _over(held, ended_well=ended_well)
    return after


def _over(held: _Held, *, ended_well: bool) -> _After:
    """Nobody stays: whoever was connected hangs up, whoever waited is told; texter and supervisors know of it."""
    spoken, joined = held.voice, _in_the_call(held)
    sids = [leg.sid for leg in handoffs.release(held.unit, held.handoff.id) if leg.sid]
    _tell(held, ended_well=ended_well)
    if ended_well:
        return _After(hang_up=sids)
    sorry = twiml.goodbye(spoken.say("voice_sorry"), spoken.language)
    return _After(
        hang_up=[sid for sid in sids if sid not in joined],
        turn=dict.fromkeys((s for s in sids if s in joined), sorry),
    )


def _untried(held: _Held) -> list[int]:
    """The hotlines that have not been rung since the call began; the one that was chosen comes first."""
    handoff = held.handoff
    since = handoff.changed_at or handoff.at
    tried = {leg.hotline_id for leg in handoffs.legs(held.unit, handoff.id) if leg.at >= since}
    found = [choice.id for choice, _ in dial.hotlines_for(held.unit, held.conversation)]
    found.sort(key=lambda hotline_id: hotline_id != handoff.hotline_id)
    return [hotline_id for hotline_id in found if hotline_id not in tried]


def _in_the_call(held: _Held) -> list[str]:
    legs = handoffs.legs(held.unit, held.handoff.id)
    return [leg.sid for leg in legs if leg.state == "joined" and leg.sid]


def _tell(held: _Held, *, ended_well: bool) -> None:
    """The texter is told what they can do, and the supervisors are alarmed anew."""
    unit, conversation = held.unit, held.conversation
    texter = texters.get(unit, conversation.texter_id)
    if automatic.may_be_texted(texter):
        missed = held.leg.party == Party.TEXTER
        name = "call_ended" if ended_well else "call_missed" if missed else "call_failed"
        route = escalations.get(unit, held.handoff.escalation_id).helped_by
        automatic.say(unit, conversation, texter, name, urgent=True, route=route)
    escalate.not_reached(unit, conversation, held.handoff.escalation_id)


def _at_twilio(runtime: Runtime, after: _After) -> None:
    """What fails here the clock does again: whoever leaves is asked about until they have left."""
    for sid, heard in after.turn.items():
        with suppress(Refused, Unreached):
            runtime.carrier.turn(sid, heard)
    for sid in after.hang_up:
        with suppress(Refused, Unreached):
            runtime.carrier.hang_up(sid)


def _patiently(work: Callable[[], T]) -> T:
    for _ in range(_TRIES - 1):
        with suppress(Busy):
            return work()
        time.sleep(_PAUSE_S)
    return work()


def _whose(runtime: Runtime, leg_id: int) -> int:
    with runtime.everywhere() as everywhere:
        organization_id = handoffs.whose(everywhere, leg_id)
    if organization_id is None:
        raise NotFound("There is no such call.")
    return organization_id
