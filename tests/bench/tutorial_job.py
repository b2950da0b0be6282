"""The tutorial's job: one connection, one text. In a file of its own, so that a forked worker imports little."""

import os

import psycopg
from redis import Redis

TABLES = """
create table volunteers (id serial primary key, name text not null);
create table conversations (
    id serial primary key, texter text not null, volunteer_id int references volunteers, crisis bool not null,
    open bool not null default true, updated_at timestamptz not null default now());
create index on conversations (texter);
create index on conversations (volunteer_id);
create table texts (
    id serial primary key, sid text unique not null, conversation_id int not null references conversations,
    body text not null, recorded_at timestamptz not null default clock_timestamp());
"""
CRISIS = (
    "suicide",
    "kill myself",
    "end my life",
    "want to die",
    "hurt myself",
    "overdose",
    "no reason to live",
)
PICK = """
select v.id from volunteers v left join conversations c on c.volunteer_id = v.id and c.open
group by v.id order by count(c.id), v.id limit 1
"""


def record(sid: str, sender: str, body: str) -> None:
    """Insert the text, look for a crisis, find its conversation or a volunteer for a new one, and publish."""
    crisis = any(words in body.lower() for words in CRISIS)
    with psycopg.connect(os.environ["BENCH_DATABASE_URL"]) as connection:
        found = connection.execute(
            "select id, volunteer_id from conversations where texter = %s and open", [sender]
        ).fetchone()
        if found is None:
            volunteer = connection.execute(PICK).fetchone()
            found = connection.execute(
                "insert into conversations (texter, volunteer_id, crisis) values (%s, %s, %s) returning id, volunteer_id",
                [sender, volunteer[0] if volunteer else None, crisis],
            ).fetchone()
        else:
            connection.execute(
                "update conversations set updated_at = now(), crisis = crisis or %s where id = %s",
                [crisis, found[0]],
            )
        assert found is not None
        connection.execute(
            "insert into texts (sid, conversation_id, body) values (%s, %s, %s) on conflict do nothing",
            [sid, found[0], body],
        )
    with Redis.from_url(os.environ["BENCH_REDIS_URL"]) as redis:
        redis.publish(f"volunteer:{found[1]}", f"conversation-{found[0]}")
