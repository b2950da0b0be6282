"""Match: give every waiting conversation to a volunteer who is there and has room."""

from textline import log
from textline.errors import Conflict, Unavailable
from textline.flow import automatic, notify
from textline.rules.access import Role
from textline.rules.match import Candidate, Waiting, choose
from textline.rules.ownership import Owner
from textline.runtime import Runtime, Unit
from textline.store import conversations, events, organizations, people, texters
from textline.store.conversations import Conversation

_log = log.get(__name__)


def match(runtime: Runtime, organization_id: int) -> int:
    """Match all that can be matched; tell the rest, once, that they wait. Returns how many were matched.

    Nothing is locked but what is given away: a crisis text must never wait for a match.
    """
    present = _present(runtime, organization_id)
    with runtime.unit(organization_id) as unit:
        organizations.one_at_a_time(unit)
        candidates = _candidates(unit, present)
        waiting = conversations.waiting(unit)
        left = [c for c in waiting if not _match_one(unit, c, candidates)]
    for conversation in left:
        if not {"waiting", "off_hours"} & set(conversation.said):
            _tell(runtime, organization_id, conversation.id)
    return len(waiting) - len(left)


def _present(runtime: Runtime, organization_id: int) -> set[int]:
    try:
        return runtime.live.presence.present(organization_id, runtime.clock().timestamp())
    except Unavailable:
        return set()  # nobody can be seen: whoever waits is told so, and matched when Redis is back


def _candidates(unit: Unit, present: set[int]) -> dict[int, Candidate]:
    open_counts = conversations.open_counts(unit)
    return {
        person.id: Candidate(
            person.id, open_counts.get(person.id, 0), person.capacity, person.last_matched_at
        )
        for person in people.available(unit)
        if person.id in present and person.role == Role.VOLUNTEER
    }


def _match_one(unit: Unit, conversation: Conversation, candidates: dict[int, Candidate]) -> bool:
    """Whether the conversation is somebody's now, by this match or by whoever was faster."""
    waiting = Waiting(conversation.id, conversation.returned_by, conversation.returned_at)
    chosen = choose(waiting, candidates.values(), unit.now)
    if chosen is None:
        return False
    try:
        conversations.give(unit, conversation, Owner.VOLUNTEER, chosen.id)
    except Conflict:
        return True
    people.get(unit, chosen.id).last_matched_at = unit.now
    candidates[chosen.id] = Candidate(chosen.id, chosen.open + 1, chosen.capacity, unit.now)
    events.note(unit, "conversation:matched", conversation=conversation.id, volunteer=chosen.id)
    notify.changed(unit, conversation)
    _log.info("matched", conversation=conversation.id, volunteer=chosen.id)
    return True


def _tell(runtime: Runtime, organization_id: int, conversation_id: int) -> None:
    with runtime.unit(organization_id) as unit:
        texter_id = conversations.get(unit, conversation_id).texter_id
        texter = texters.get(unit, texter_id, lock=True)  # before the conversation, as a drain does
        conversation = conversations.get(unit, conversation_id, lock=True)
        if conversation.state == Owner.WAITING:
            automatic.ask_for_patience(unit, conversation, texter)
