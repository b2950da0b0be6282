"""Textline's record, read by the tables' names and opened with the installation's keys."""

from collections.abc import Callable
from typing import Any

from textline.chaos.record import Decided, Escalation, Received, Record
from textline.store.database import Store

# `late` by way of the whole row: an older record has no such column.
_RECEIVED = """
select id, sid, texter_id, body_sealed, conversation_id, extract(epoch from at), extract(epoch from recorded_at),
       coalesce((to_jsonb(m) ->> 'late')::boolean, false)
from messages m where author = 'texter' order by id
"""
_DECIDED = """
select id, sid, texter_id, body_sealed, conversation_id, coalesce(delivery, ''), extract(epoch from at),
       author = 'automatic' and urgent
from messages where author <> 'texter' order by id
"""
_ESCALATIONS = """
select conversation_id, extract(epoch from raised_at), extract(epoch from resolved_at) from escalations order by id
"""
_OWNERLESS = """
select c.id, case
    when c.state = 'closed' and c.closed_at is null then 'closed without a time'
    when c.state in ('waiting', 'offered') and (c.owner_id is not null or c.waiting_since is null)
        then c.state || ', and somebody has it or nobody knows since when'
    when c.state in ('with_volunteer', 'with_supervisor', 'handed_off')
        and (p.id is null or p.disabled_at is not null) then c.state || ' without anybody'
    when c.state <> 'closed'
        and count(*) filter (where c.state <> 'closed') over (partition by c.texter_id, c.line_id) > 1
        then c.state || ', one of several open ones of a texter'
    when c.state not in ('waiting', 'offered', 'with_volunteer', 'with_supervisor', 'handed_off', 'closed')
        then c.state || ', which is none'
end from conversations c left join people p on p.id = c.owner_id
"""
_STANDING = """
select (select count(*) from messages where author = 'texter'),
       (select count(*) from messages where delivery in ('due', 'sending', 'unknown'))
     + (select count(*) from spool where held is null)
"""


def read(store: Store) -> Record:
    """The whole record."""
    open_ = store.seal.open
    with store.session() as session:
        ask: Callable[[str], Any] = session.connection().exec_driver_sql
        numbers = {row[0]: open_(row[1]) for row in ask("select id, number_sealed from texters")}
        received = tuple(
            Received(
                id_, sid or "", numbers[texter], open_(body), conversation, float(at), float(recorded), late
            )
            for id_, sid, texter, body, conversation, at, recorded, late in ask(_RECEIVED)
        )
        decided = tuple(
            Decided(id_, sid, numbers[texter], open_(body), conversation, delivery, float(at), in_crisis)
            for id_, sid, texter, body, conversation, delivery, at, in_crisis in ask(_DECIDED)
        )
        escalations = tuple(
            Escalation(conversation, float(raised), float(resolved) if resolved is not None else None)
            for conversation, raised, resolved in ask(_ESCALATIONS)
        )
        ownerless = {row[0]: row[1] for row in ask(_OWNERLESS) if row[1]}
    return Record(received, decided, escalations, ownerless)


def standing(store: Store) -> tuple[int, int]:
    """How many texts are recorded, and how many texts are still on some way."""
    with store.session() as session:
        row = session.connection().exec_driver_sql(_STANDING).one()
        return int(row[0]), int(row[1])
