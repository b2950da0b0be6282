"""Presence: who is there, and what becomes of the conversations of whoever is gone."""

from contextlib import suppress

from textline import log
from textline.errors import Unavailable
from textline.flow import transfer
from textline.runtime import Runtime
from textline.store import conversations, events, people
from textline.store.people import Person

_log = log.get(__name__)


def beat(runtime: Runtime, person: Person) -> None:
    """The person's console is open. When they come back, whoever waits may be matched with them."""
    came = runtime.live.presence.beat(person.organization_id, person.id, runtime.clock().timestamp())
    if came:
        with runtime.unit(person.organization_id) as unit:
            unit.tell("board")
            unit.wake("match", "matches", person.organization_id)


def hear(runtime: Runtime) -> None:
    """This process can hear beats: both servers that a beat needs are there.

    Raises:
        Unavailable: it cannot.
    """
    runtime.store.version()
    runtime.live.presence.listening(runtime.clock().timestamp())


def set_available(runtime: Runtime, person: Person, available: bool) -> None:
    """The person wants new conversations, or no more. Those that they have, stay."""
    runtime.live.presence.beat(person.organization_id, person.id, runtime.clock().timestamp())
    with runtime.unit(person.organization_id) as unit:
        people.get(unit, person.id).available = available
        events.note(unit, "person:available" if available else "person:unavailable", by=person.id)
        unit.tell("board", f"person-{person.id}")
        if available:
            unit.wake("match", "matches", person.organization_id)


def leave(runtime: Runtime, person: Person) -> None:
    """The person signs out: their conversations go back to the queue at once."""
    with runtime.unit(person.organization_id) as unit:
        people.get(unit, person.id).available = False
        transfer.release_all(unit, person.id, "person:left")
        unit.tell("board")
    forget(runtime, person)


def forget(runtime: Runtime, person: Person) -> None:
    """The person is not there any more; while Redis is away their silence will say so."""
    with suppress(Unavailable):
        runtime.live.presence.leave(person.organization_id, person.id)


def release_the_gone(runtime: Runtime) -> int:
    """Give back what is held by people who are gone beyond the grace. Returns how many conversations."""
    with runtime.everywhere() as everywhere:
        owners = conversations.owners(everywhere)
    now = runtime.clock().timestamp()
    released = 0
    for organization_id in {organization for organization, _ in owners}:
        holding = {owner for organization, owner in owners if organization == organization_id}
        for person_id in runtime.live.presence.gone(organization_id, holding, now):
            with runtime.unit(organization_id) as unit:
                released += transfer.release_all(unit, person_id, "conversation:owner_gone")
            _log.warning("somebody is gone: their conversations went back to the queue", person=person_id)
    return released
