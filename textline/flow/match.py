"""Match: give every waiting conversation to a volunteer who is there and has room."""

from textline import log
from textline.errors import Unavailable
from textline.flow import automatic, notify
from textline.rules.access import Role
from textline.rules.match import Candidate, Waiting, choose
from textline.rules.ownership import Owner
from textline.runtime import Runtime, Unit
from textline.store import conversations, events, organizations, people, texters
from textline.store.conversations import Conversation

_log = log.get(__name__)


def match(runtime: Runtime, organization_id: int) -> int:
    """Match all that can be matched; tell the rest, once, that they wait. Returns how many were matched."""
    present = _present(runtime, organization_id)
    with runtime.unit(organization_id) as unit:
        organizations.one_at_a_time(unit)
        candidates = _candidates(unit, present)
        return sum(_match_one(unit, conversation, candidates) for conversation in conversations.waiting(unit))


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
    waiting = Waiting(conversation.id, conversation.returned_by, conversation.returned_at)
    chosen = choose(waiting, candidates.values(), unit.now)
    if chosen is None:
        texter = texters.get(unit, conversation.texter_id)
        automatic.ask_for_patience(unit, conversation, texter)
        return False
    conversations.give(unit, conversation, Owner.VOLUNTEER, chosen.id)
    people.get(unit, chosen.id).last_matched_at = unit.now
    candidates[chosen.id] = Candidate(chosen.id, chosen.open + 1, chosen.capacity, unit.now)
    events.note(unit, "conversation:matched", conversation=conversation.id, volunteer=chosen.id)
    notify.changed(unit, conversation)
    _log.info("matched", conversation=conversation.id, volunteer=chosen.id)
    return True
