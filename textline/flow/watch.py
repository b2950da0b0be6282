"""Watch: nobody waits unnoticed. Needs PostgreSQL only; runs in the clock, whose own pulse readiness looks at."""

from contextlib import suppress
from datetime import timedelta

from textline import log
from textline.errors import TextlineError, Unavailable
from textline.flow import alarm, automatic
from textline.rules.access import Role, allows
from textline.rules.ownership import Owner
from textline.runtime import Runtime, Unit
from textline.store import (
    alarms,
    conversations,
    escalations,
    lines,
    organizations,
    people,
    pulses,
    stuck,
    texters,
)

_log = log.get(__name__)

CLOCK = "clock"
UNRECORDED = timedelta(seconds=30)  # recording takes milliseconds, and a sweep comes every second
UNSEEN = timedelta(seconds=60)  # so long a supervisor at the board has for a crisis before somebody is called
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
        with suppress(TextlineError):
            new += _unanswered(runtime, organization_id, conversation_id)
    still = {conversation_id for _, conversation_id in late}
    for organization_id, alarm_id, alarmed in raised:
        if alarmed not in still:
            with runtime.unit(organization_id) as unit:
                alarm.end(unit, alarm_id, None)
    return new


def _unanswered(runtime: Runtime, organization_id: int, conversation_id: int) -> bool:
    with runtime.unit(organization_id) as unit:
        texter_id = conversations.get(unit, conversation_id).texter_id
        texter = texters.get(unit, texter_id, lock=True)  # before the conversation, as a drain does
        conversation = conversations.get(unit, conversation_id, lock=True)
        line = lines.get(unit, conversation.line_id)
        waits = conversation.state == Owner.WAITING and not conversation.grave.escalates
        if conversation.unanswered_since is None or (waits and not lines.hours(unit, line).is_open(unit.now)):
            return False  # answered meanwhile; or they know when the line opens
        if not conversation.grave.escalates:
            automatic.say_once(unit, conversation, texter, "holding")
        return alarm.raise_(unit, "unanswered", conversation.id)


def recording(runtime: Runtime) -> None:
    """Raise an alarm when texts wait to be recorded for longer than any sweep takes."""
    with runtime.everywhere() as everywhere:
        waited = stuck.spooled_since(everywhere)
        found = {line.organization_id for line in lines.everywhere(everywhere)}
        raised = [(a.organization_id, a.id) for a in alarms.of_kind(everywhere, "stuck")]
    with suppress(Unavailable):
        oldest = runtime.live.inbox.oldest()
        if oldest is not None:
            waited = max(waited, timedelta(seconds=runtime.clock().timestamp() - oldest))
    for organization_id in found if waited > UNRECORDED else ():
        with runtime.unit(organization_id) as unit:
            alarm.raise_(unit, "stuck", seconds=int(waited.total_seconds()))
    for organization_id, alarm_id in raised if waited <= UNRECORDED else ():
        with runtime.unit(organization_id) as unit:
            alarm.end(unit, alarm_id, None)


def crises(runtime: Runtime) -> None:
    """Pass on escalations that nobody has acknowledged: to the webhook at once, to the on-call list a minute later.

    At once to the list too, when no supervisor has the console open.
    """
    with runtime.everywhere() as everywhere:
        raised = escalations.unacknowledged(everywhere)
    for organization_id, escalation_id, level, since in raised:
        with runtime.unit(organization_id) as unit:
            unseen = unit.now > since + UNSEEN or not _supervised(runtime, unit)
            alarm.call_out(unit, f"escalation:{escalation_id}:{level}", "crisis", texts=unseen)


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
            organizations.one_at_a_time(unit)
            if alarms.ended_since(unit, "webhooks_failing", max(a.at for a in failed)):
                continue  # somebody has seen to these
            new += alarm.raise_(unit, "webhooks_failing", alerts=len(failed))
    return new
