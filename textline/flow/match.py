"""Match: give every waiting conversation to a volunteer who is there and has room."""

from textline import log
from textline.errors import Unavailable
from textline.flow import automatic, notify
from textline.rules.access import Role
from textline.rules.match import Candidate, Pool, Waiting
from textline.rules.ownership import Owner
from textline.runtime import Runtime, Unit
from textline.store import conversations, events, organizations, people, texters

_log = log.get(__name__)
# So many in one transaction at most, though ten thousand may wait.
_AT_ONCE = 200


def match(runtime: Runtime, organization_id: int) -> int:
    """Match all that can be matched; tell the rest, once, that they wait. Returns how many were matched.

    Nothing is locked but what is given away, and not for long: a crisis text must never wait for a match.
    """
    present = _present(runtime, organization_id)
    matched = 0
    while some := _match_some(runtime, organization_id, present):
        matched += some
    with runtime.unit(organization_id) as unit:
        untold = conversations.untold(unit, _AT_ONCE)
    for conversation_id in untold:
        _tell(runtime, organization_id, conversation_id)
    return matched


def _present(runtime: Runtime, organization_id: int) -> set[int]:
    try:
        return runtime.live.presence.present(organization_id, runtime.clock().timestamp())
    except Unavailable:
        return set()  # nobody can be seen: whoever waits is told so, and matched when Redis is back


def _match_some(runtime: Runtime, organization_id: int, present: set[int]) -> int:
    with runtime.unit(organization_id) as unit:
        organizations.one_at_a_time(unit)
        pool = Pool(_candidates(unit, present)) if present else Pool([])
        if not pool.room:
            return 0
        chosen: dict[int, int] = {}
        for waiting in conversations.waiting(unit, _AT_ONCE):
            asked = Waiting(waiting.id, waiting.returned_by, waiting.returned_at)
            volunteer = pool.take(asked, unit.now)
            if volunteer is not None:
                chosen[waiting.id] = volunteer.id
        return _give(unit, chosen)


def _candidates(unit: Unit, present: set[int]) -> list[Candidate]:
    open_counts = conversations.open_counts(unit)
    return [
        Candidate(person.id, open_counts.get(person.id, 0), person.capacity, person.last_matched_at)
        for person in people.available(unit)
        if person.id in present and person.role == Role.VOLUNTEER
    ]


def _give(unit: Unit, chosen: dict[int, int]) -> int:
    """Give each conversation to its volunteer, unless somebody was faster. Returns how many were given."""
    given = conversations.give_waiting(unit, chosen)
    people.matched(unit, {chosen[conversation.id] for conversation in given})
    for conversation in given:
        volunteer = chosen[conversation.id]
        events.note(unit, "conversation:matched", conversation=conversation.id, volunteer=volunteer)
        notify.changed(unit, conversation)
        _log.info("matched", conversation=conversation.id, volunteer=volunteer)
    return len(given)


def _tell(runtime: Runtime, organization_id: int, conversation_id: int) -> None:
    with runtime.unit(organization_id) as unit:
        texter_id = conversations.get(unit, conversation_id).texter_id
        texter = texters.get(unit, texter_id, lock=True)  # before the conversation, as a drain does
        conversation = conversations.get(unit, conversation_id, lock=True)
        if conversation.state == Owner.WAITING:
            automatic.ask_for_patience(unit, conversation, texter)
