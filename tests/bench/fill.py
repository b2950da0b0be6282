"""A record with a past: conversations written by SQL, with rows as Textline itself would have left them."""

from typing import Any

import psycopg

from tests.bench.ours import Textline

OPEN_EACH = 2  # conversations that each volunteer has open
MESSAGES = 5  # a text, the welcome, and then answers and texts in turn
_APART = "interval '3 minutes'"  # so that a hundred thousand reach back seven months

_TEXTERS = """
insert into texters (organization_id, number_hash, number_sealed, country, answerable, created_at)
select %(organization)s, md5('t' || n) || md5('u' || n), %(number)s, 'US', true, now() - n * {apart}
from generate_series(1, %(count)s) n
"""
_CONVERSATIONS = """
insert into conversations (organization_id, line_id, texter_id, state, owner_id, level, opened_at, waiting_since,
    last_text_at, unanswered_since, said, closed_at, disposition)
select %(organization)s, %(line)s, id, case when open then 'with_volunteer' else 'closed' end,
    case when open then (%(volunteers)s::bigint[])[1 + n %% %(crew)s] end, 0, at, null, at + interval '40 minutes', null,
    '["welcome"]', case when open then null else at + interval '1 hour' end, case when open then null else 'supported' end
from (select id, row_number() over (order by id) - 1 as n, row_number() over (order by id) <= %(open)s as open,
    created_at as at from texters) t
"""
_MESSAGES = """
insert into messages (organization_id, conversation_id, texter_id, author, author_id, body_sealed, account_sid, sid, at,
    recorded_at, delivery, urgent, attempts)
select %(organization)s, c.id, c.texter_id,
    case when k %% 2 = 0 then 'texter' when k = 1 then 'automatic' else 'volunteer' end,
    case when k %% 2 = 1 and k > 1 then (%(volunteers)s::bigint[])[1 + c.id %% %(crew)s] end,
    (%(bodies)s::text[])[1 + (c.id + k) %% %(kinds)s],
    %(account)s, 'SM' || md5(c.id || ' ' || k), c.opened_at + k * interval '9 minutes',
    c.opened_at + k * interval '9 minutes', case when k %% 2 = 1 then 'delivered' end, false, k %% 2
from conversations c, generate_series(0, %(messages)s - 1) k order by c.id, k
"""
_EVENTS = """
insert into events (organization_id, action, by, conversation_id, at, details)
select %(organization)s, word, null, c.id, c.opened_at, '{{}}' from conversations c,
    unnest(array['conversation:opened', 'conversation:matched', 'conversation:closed']) word
where word <> 'conversation:closed' or c.state = 'closed' order by c.id
"""


def fill(ours: Textline, conversations: int, words: tuple[str, ...]) -> None:
    """Write so many conversations, two open ones for each volunteer and the others closed; the record is empty."""
    assert ours.cast
    seal = ours.run.seal
    values: dict[str, Any] = {
        "organization": ours.cast.organization,
        "count": conversations,
        "volunteers": ours.volunteers,
        "crew": len(ours.volunteers),
        "open": min(conversations // 2, OPEN_EACH * len(ours.volunteers)),
        "number": seal.close("+12025550199"),
        "bodies": [seal.close(some) for some in words],
        "kinds": len(words),
        "messages": MESSAGES,
        "account": ours.run.settings.twilio_account_sid,
    }
    with ours.record() as record:
        values["line"] = (record.execute("select min(id) from lines").fetchone() or (0,))[0]
        for statement in (_TEXTERS, _CONVERSATIONS, _MESSAGES, _EVENTS):
            _write(record, statement, values)
        record.execute("vacuum analyze")  # as autovacuum would have, long ago


def _write(record: "psycopg.Connection[tuple[int, ...]]", statement: str, values: dict[str, Any]) -> None:
    record.execute(statement.format(apart=_APART), values)  # type: ignore[call-overload]
