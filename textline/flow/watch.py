"""Watch: nobody waits unnoticed. Needs PostgreSQL only; runs in the clock, whose own pulse readiness looks at."""

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from textline.errors import Unavailable
from textline.flow import alarm, automatic, unrecorded
from textline.flow.each import each
from textline.rules import ladder
from textline.rules.access import Role, allows
from textline.rules.ownership import Owner
from textline.runtime import Runtime, Unit
from textline.store import (
    alarms,
    calls,
    conversations,
    escalations,
    events,
    handoffs,
    lines,
    people,
    pulses,
    texters,
)
from textline.store.escalations import Unacknowledged

CLOCK = "clock"
UNRECORDED = timedelta(seconds=30)  # recording takes milliseconds, and a sweep comes every second
# Of somebody in a crisis: so long without a word from them, or without one from us.
QUIET = timedelta(minutes=10)
LEFT_ALONE = timedelta(minutes=2)
# A texter has agreed, and nobody begins; something was begun, and nobody says what came of it.
AGREED = timedelta(minutes=3)
UNTOLD = timedelta(minutes=45)
# Whoever presses "Seen to" while a crisis is open is asked again after so long: only resolving it ends the watch.
SEEN_TO = {
    "unanswered": timedelta(minutes=20),
    "left_alone": timedelta(minutes=20),
    "quiet": timedelta(minutes=30),
    "unreachable": timedelta(minutes=30),
    "handoff_open": timedelta(minutes=60),
}
_ALERTS_BACK = timedelta(minutes=10)
# Twilio could not reach the webhook, or did not understand its answer (twilio.com/docs/api/errors).
_WEBHOOK_FAILED = frozenset({11200, 11205, 11206, 11210, 11215, 11220, 11235, 11237, 12300, 12100, 12200})


def pulse(runtime: Runtime) -> None:
    """The clock is alive."""
    with runtime.everywhere() as everywhere:
        pulses.beat(everywhere, CLOCK)


def unanswered(runtime: Runtime) -> int:
    """Raise an alarm for each texter who has waited too long, and tell them once that they are not forgotten.

    Returns how many alarms are new.
    """
    with runtime.everywhere() as everywhere:
        late = conversations.unanswered(everywhere)
        raised = [
            (a.organization_id, a.id, a.conversation_id) for a in alarms.of_kind(everywhere, "unanswered")
        ]
    new = 0
    for organization_id, conversation_id in late:
        new += each(_unanswered, runtime, organization_id, conversation_id)
    still = {conversation_id for _, conversation_id in late}
    for organization_id, alarm_id, alarmed in raised:
        if alarmed not in still:
            each(_end, runtime, organization_id, alarm_id)
    return new


def _end(runtime: Runtime, organization_id: int, alarm_id: int) -> None:
    with runtime.unit(organization_id) as unit:
        alarm.end(unit, alarm_id, None)


def _unanswered(runtime: Runtime, organization_id: int, conversation_id: int) -> bool:
    with runtime.unit(organization_id) as unit:
        texter_id = conversations.get(unit, conversation_id).texter_id
        texter = texters.get(unit, texter_id, lock=True)  # before the conversation, as a drain does
        conversation = conversations.get(unit, conversation_id, lock=True)
        line = lines.get(unit, conversation.line_id)
        waits = conversation.state == Owner.WAITING and not conversation.grave.escalates
        since = conversation.unanswered_since
        if since is None or (waits and not lines.hours(unit, line).is_open(unit.now)):
            return False  # answered meanwhile; or they know when the line opens
        if conversation.grave.escalates:
            since = max(since, unit.now - SEEN_TO["unanswered"])
        if not automatic.may_be_texted(texter) or alarms.ended_since(
            unit, "unanswered", since, conversation.id
        ):
            return False  # nobody can answer them; or somebody has seen to it
        if not conversation.grave.escalates:
            automatic.say_once(unit, conversation, texter, "holding")
        return alarm.raise_(unit, "unanswered", conversation.id)


def recording(runtime: Runtime) -> None:
    """Raise an alarm when texts wait to be recorded for longer than any sweep takes."""
    waited = unrecorded.in_spool(runtime)
    with suppress(Unavailable):
        waited = max(waited, unrecorded.in_redis(runtime))
    with runtime.everywhere() as everywhere:
        found = {line.organization_id for line in lines.everywhere(everywhere)}
        raised = [(a.organization_id, a.id) for a in alarms.of_kind(everywhere, "stuck")]
    for organization_id in found if waited > UNRECORDED else ():
        each(_stuck, runtime, organization_id, waited)
    for organization_id, alarm_id in raised if waited <= UNRECORDED else ():
        each(_end, runtime, organization_id, alarm_id)


def _stuck(runtime: Runtime, organization_id: int, waited: timedelta) -> None:
    with runtime.unit(organization_id) as unit:
        alarm.raise_(unit, "stuck", seconds=int(waited.total_seconds()))


def crises(runtime: Runtime) -> None:
    """Pass on escalations that nobody has acknowledged: to the webhook, to the on-call list one by one, to the texter.

    How soon: `rules.ladder`.
    """
    with runtime.everywhere() as everywhere:
        raised = escalations.unacknowledged(everywhere)
    for escalation in raised:
        each(_crisis, runtime, escalation)


def _crisis(runtime: Runtime, raised: Unacknowledged) -> None:
    with runtime.unit(raised.organization_id) as unit:
        rung = partial(
            ladder.rung, people=len(calls.contact_ids(unit)), supervised=_supervised(runtime, unit)
        )
        step = rung(unit.now - raised.since)
        if not alarm.is_a_drill(unit, raised.conversation_id):
            _call_on(unit, raised, step, rung(raised.rang - raised.since))
        if step.told:
            _tell_again(unit, raised.conversation_id)


def _call_on(unit: Unit, raised: Unacknowledged, step: ladder.Rung, when_it_rang: ladder.Rung) -> None:
    """Call whoever's turn it is, in each round; and whoever had been called when it rang anew once more."""
    about = f"escalation:{raised.id}:{raised.since.timestamp():.3f}:{step.round}"
    new = alarm.call_out(unit, about, "crisis", texts=step.called > 0, first=step.called)
    if raised.rang > raised.since:
        about = f"escalation:{raised.id}:{raised.rang.timestamp():.3f}"
        again = when_it_rang.called if when_it_rang.round == 0 else len(calls.contact_ids(unit))
        new += alarm.call_out(unit, about, "crisis", texts=again > 0, first=again)
    if new:
        events.note(
            unit, "escalation:called_on_call", conversation=raised.conversation_id, people=step.called
        )


def _tell_again(unit: Unit, conversation_id: int) -> None:
    """Nobody has come: the texter is told once more where help is."""
    texter_id = conversations.get(unit, conversation_id).texter_id
    texter = texters.get(unit, texter_id, lock=True)
    conversation = conversations.get(unit, conversation_id, lock=True)
    escalation = escalations.open_of(unit, conversation_id)
    if escalation is None or escalation.acknowledged_at is not None or "crisis:again" in conversation.said:
        return
    if conversation.owner_id is not None and conversation.unanswered_since is None:
        return  # somebody is talking with them
    # Whoever reads along learns nothing from silence.
    if not escalation.discreet and automatic.say(
        unit, conversation, texter, "crisis_again", urgent=True, route=escalation.helped_by
    ):
        conversations.note_said(conversation, "crisis:again")
        events.note(unit, "escalation:told_again", conversation=conversation_id)


def silences(runtime: Runtime) -> None:
    """Raise an alarm for somebody in a crisis who has gone quiet, whom we leave without an answer, whom no text reaches,
    or whose handoff nobody goes on with."""
    with runtime.everywhere() as everywhere:
        quiet = conversations.quiet_in_crisis(everywhere, QUIET)
        alone = conversations.left_in_crisis(everywhere, LEFT_ALONE)
        alone += escalations.nobodys(everywhere, LEFT_ALONE)
        open_ = handoffs.waiting_for_a_person(everywhere, AGREED, UNTOLD)
        away = escalations.unreachable(everywhere)
        found = {"quiet": quiet, "left_alone": alone, "handoff_open": open_, "unreachable": away}
        raised = {kind: alarms.of_kind(everywhere, kind) for kind in found}
        standing = [
            (a.organization_id, a.id, a.kind, a.conversation_id) for some in raised.values() for a in some
        ]
    for kind, some in found.items():
        for organization_id, conversation_id, since in some:
            each(_silence, runtime, kind, organization_id, conversation_id, since)
    for organization_id, alarm_id, kind, about in standing:
        if about not in {conversation for _, conversation, _ in found[kind]}:
            each(_end, runtime, organization_id, alarm_id)


def _silence(
    runtime: Runtime, kind: str, organization_id: int, conversation_id: int, since: datetime
) -> None:
    with runtime.unit(organization_id) as unit:
        seen_to = max(since, unit.now - SEEN_TO[kind])
        if not alarms.ended_since(unit, kind, seen_to, conversation_id):
            alarm.raise_(unit, kind, conversation_id)


def _supervised(runtime: Runtime, unit: Unit) -> bool:
    try:
        present = runtime.live.presence.present(unit.organization_id, unit.now.timestamp())
    except Unavailable:
        return False
    return any(allows(person.role, Role.SUPERVISOR) for person in people.some(unit, present))


def alerts(runtime: Runtime) -> int:
    """Raise an alarm when Twilio says that it could not deliver texts here. Returns how many alerts are new to us."""
    since = runtime.clock() - _ALERTS_BACK
    failed = [a for a in runtime.carrier.alerts(since) if a.code in _WEBHOOK_FAILED]
    new = 0
    with runtime.everywhere() as everywhere:
        found = {line.organization_id for line in lines.everywhere(everywhere) if line.connected_at}
    for organization_id in found if failed else ():
        with runtime.unit(organization_id) as unit:
            if alarms.ended_since(unit, "webhooks_failing", max(a.at for a in failed), None):
                continue  # somebody has seen to these
            new += alarm.raise_(unit, "webhooks_failing", alerts=len(failed))
    return new
