"""Ring: begin what a texter has agreed to, and have the line ring whoever is wanted."""

import secrets
from datetime import timedelta
from http import HTTPStatus

from textline import log
from textline.carrier.client import Refused, Ringing, Unreached, Unsure
from textline.carrier.webhooks import OVERRIDES, RINGING_PATH, RUNG_PATH
from textline.errors import Conflict, Invalid, NotFound
from textline.flow import automatic, notify, on_the_phone
from textline.flow.each import each, within
from textline.rules.handoff import WITHOUT_CONSENT, Kind, Party, State, may_become
from textline.rules.levels import Level
from textline.rules.numbers import to_be_dialled, to_ring
from textline.rules.ownership import Owner
from textline.runtime import Runtime, Unit
from textline.store import conversations, escalations, events, handoffs, hotlines, lines, texters
from textline.store.conversations import Conversation
from textline.store.escalations import Escalation
from textline.store.handoffs import Claimed, Handoff, Leg, Quiet
from textline.store.people import Person

_log = log.get(__name__)
PATIENCE_S = 30  # a telephone rings so long; a mobile's answering machine comes sooner
_AGAIN = timedelta(seconds=3)
_GIVES_UP = timedelta(seconds=45)
# So long nothing may be heard of a telephone that was asked for before it counts as lost; how often Twilio is asked
# about the others.
_LOST = timedelta(seconds=45)
_ASK_AGAIN = timedelta(seconds=20)
_ENDED = {"completed", "busy", "no-answer", "failed", "canceled"}
_SHORTEST_REASON = 10
_PASS_S = 15.0  # of ringing, while Twilio hangs: far less than a job may take, or the clock


def begin(unit: Unit, person: Person, handoff_id: int, *, number: str = "", reason: str = "") -> Conversation:
    """Go on with what the texter has agreed to: ring them, or the supervisor; a referral is then passed on.

    Raises:
        Invalid: a callback has no number to ring; there is no consent and no reason.
        Conflict: it is under way or over, or another call is; or there is no consent, and no life in danger now.
    """
    handoff, escalation, conversation = handoffs.with_conversation(unit, handoff_id)
    if handoffs.live(unit, handoff.id):
        raise Conflict("The last call is not over yet: wait a moment.")
    if any(handoffs.live(unit, one.id) for one in handoffs.of_escalation(unit, escalation.id)):
        raise Conflict("They are in another call, or being rung: wait until it is over.")
    if escalation.resolved_at is not None or not may_become(handoff.state, State.UNDER_WAY):
        raise Conflict("This is under way already, or over: look at the page again.")
    if handoff.state in WITHOUT_CONSENT:
        _without_consent(unit, person, handoff, escalation, reason)
    rung = to_ring(number, lines.get(unit, conversation.line_id).country)
    if handoff.kind == Kind.CALLBACK and rung is None:
        raise Invalid("Write the number at which you can be rung now: the texter does not see it.")
    before = conversations.take(unit, conversation, person.id)
    conversations.give(unit, conversation, Owner.HANDED_OFF, person.id)
    if handoff.kind == Kind.CALL:
        begin_call(unit, conversation, handoff)
    else:
        _under_way(unit, conversation, handoff, person.id)
    if handoff.kind == Kind.CALLBACK:
        _have_rung(unit, handoff, Party.SUPERVISOR, number=rung)
    notify.changed(unit, conversation, before)
    return conversation


def _without_consent(
    unit: Unit, person: Person, handoff: Handoff, escalation: Escalation, reason: str
) -> None:
    if escalation.level < Level.IMMINENT:
        raise Conflict("The texter has not agreed, and no life is in danger at this moment: ask them.")
    if len(reason.strip()) < _SHORTEST_REASON:
        raise Invalid("Write down why it goes on without their consent: what is about to happen?")
    handoff.reason_sealed = unit.seal.close(reason.strip())
    events.note(unit, "handoff:without_consent", by=person.id, conversation=escalation.conversation_id)


def begin_call(unit: Unit, conversation: Conversation, handoff: Handoff) -> None:
    """Ring the texter, and tell them so."""
    _under_way(unit, conversation, handoff, handoff.by)
    texter = texters.get(unit, conversation.texter_id)
    route = escalations.get(unit, handoff.escalation_id).helped_by
    automatic.say(unit, conversation, texter, "call_ringing", urgent=True, route=route)
    _have_rung(unit, handoff, Party.TEXTER)


def _under_way(unit: Unit, conversation: Conversation, handoff: Handoff, by: int | None) -> None:
    handoff.state, handoff.changed_at = State.UNDER_WAY, unit.now
    handoff.room = secrets.token_hex(16)  # names of rooms are shared by all who use the account
    events.note(unit, "handoff:under_way", by=by, conversation=conversation.id, kind=str(handoff.kind))


def _have_rung(unit: Unit, handoff: Handoff, party: Party, *, number: str | None = None) -> None:
    handoffs.ring(unit, handoff, party, number=number)
    unit.wake("ring", "soon", unit.organization_id)


def join(unit: Unit, person: Person, handoff_id: int, number: str) -> Conversation:
    """Ring a supervisor, so that they are in the call too.

    Raises:
        Conflict: nobody is in the call.
        Invalid: no number.
    """
    handoff, _, conversation = handoffs.with_conversation(unit, handoff_id)
    joined = {leg.party for leg in handoffs.legs(unit, handoff.id) if leg.state == "joined"}
    if handoff.kind != Kind.CALL or not {Party.TEXTER, Party.HOTLINE} <= joined:
        raise Conflict("Nobody is in the call: you can join while the texter and the hotline are.")
    rung = to_ring(number, lines.get(unit, conversation.line_id).country)
    if rung is None:
        raise Invalid("Write the number at which you can be rung now, from abroad with + and its country.")
    _have_rung(unit, handoff, Party.SUPERVISOR, number=rung)
    events.note(unit, "handoff:supervisor_joins", by=person.id, conversation=conversation.id)
    notify.changed(unit, conversation)
    return conversation


def ring_due(runtime: Runtime) -> int:
    """Ring every telephone that is due, for a while. Returns how many ring."""

    def claim() -> Claimed | None:
        with runtime.everywhere() as everywhere:
            return handoffs.claim(everywhere)

    return sum(each(_ring, runtime, claimed) for claimed in within(_PASS_S, iter(claim, None)))


def _ring(runtime: Runtime, claimed: Claimed) -> bool:
    """The claim is committed: if we die from here on, nothing is heard of it, and it counts as lost after a while."""
    organization_id, leg_id = claimed.organization_id, claimed.leg_id
    try:
        with runtime.unit(organization_id) as unit:
            call = _call(runtime, unit, handoffs.leg(unit, leg_id))
        sid = runtime.carrier.ring(call)
    except NotFound:
        on_the_phone.failed(runtime, organization_id, leg_id)
        return False
    except Unsure:
        return False  # if it rings, its webhooks tell
    except Unreached:
        return _later(runtime, claimed)
    except Refused as refused:
        _log.warning("twilio refused a call", leg=leg_id, code=refused.code, status=refused.status)
        if not refused.permanent:
            return _later(runtime, claimed)
        on_the_phone.failed(runtime, organization_id, leg_id)
        return False
    with runtime.unit(organization_id) as unit:
        handoffs.rings(unit, leg_id, sid)
        leaves = handoffs.leg(unit, leg_id).state == "leaving"
    if leaves:  # what it was rung for is over meanwhile
        on_the_phone.left(runtime, organization_id, leg_id, sid)
    return True


def _call(runtime: Runtime, unit: Unit, leg: Leg) -> Ringing:
    handoff = handoffs.get(unit, leg.handoff_id)
    escalation = escalations.get(unit, handoff.escalation_id)
    conversation = conversations.get(unit, escalation.conversation_id)
    line = lines.get(unit, conversation.line_id)
    public = runtime.settings.public_url
    return Ringing(
        sender=line.number,
        to=_number(unit, conversation, leg),
        url=f"{public}{RUNG_PATH}?leg={leg.id}{OVERRIDES}",
        status_url=f"{public}{RINGING_PATH}?leg={leg.id}{OVERRIDES}",
        patience_s=PATIENCE_S,
    )


def _number(unit: Unit, conversation: Conversation, leg: Leg) -> str:
    if leg.party == Party.TEXTER:
        return texters.number(unit, texters.get(unit, conversation.texter_id))
    if leg.party == Party.SUPERVISOR:
        return unit.seal.open(leg.number_sealed or "")
    hotline = hotlines.get(unit, leg.hotline_id or 0)
    return to_be_dialled(hotline.voice or "", hotline.country)


def _later(runtime: Runtime, claimed: Claimed) -> bool:
    with runtime.unit(claimed.organization_id) as unit:
        waits = unit.now < handoffs.leg(unit, claimed.leg_id).at + _GIVES_UP
        if waits:
            handoffs.put_off(unit, claimed.leg_id, unit.now + _AGAIN)
    if not waits:
        on_the_phone.failed(runtime, claimed.organization_id, claimed.leg_id)
    return False


def quiet_telephones(runtime: Runtime) -> None:
    """Let nobody wait for a telephone of which nothing is heard."""
    with runtime.everywhere() as everywhere:
        quiet = handoffs.quiet(everywhere, _LOST, _ASK_AGAIN)
    # What is lost needs no Twilio, and somebody waits for it.
    for one in within(_PASS_S, sorted(quiet, key=lambda one: one.sid is not None)):
        each(_ask, runtime, one)


def _status(runtime: Runtime, sid: str) -> str:
    """A call's state; one that Twilio does not know any more has ended."""
    try:
        return runtime.carrier.call_status(sid)
    except Refused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
        return "failed"


def _ask(runtime: Runtime, quiet: Quiet) -> None:
    """What became of a telephone: its status callback may be lost, or its end."""
    if quiet.sid is None:
        on_the_phone.lost(runtime, quiet.organization_id, quiet.leg_id)
        return
    if quiet.state == "leaving":
        on_the_phone.left(runtime, quiet.organization_id, quiet.leg_id, quiet.sid)
        return
    status = _status(runtime, quiet.sid)
    if status in _ENDED:
        on_the_phone.told(runtime, quiet.leg_id, quiet.sid, status)
