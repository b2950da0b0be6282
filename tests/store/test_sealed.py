"""Promise 8: a dump of either store reveals neither a number nor a word."""

import subprocess

from redis import Redis
from sqlalchemy import make_url

from tests.cast import ALEX, JORDAN, Cast
from textline.embedded import binaries
from textline.flow import block, close, reply
from textline.flow.drain import drain
from textline.flow.receive import inbox_of

WORDS = (
    "my secret words",
    "a pictured secret",
    "what Maya said",
    "what Ruth noted",
    "why Ruth blocked",
    "kill myself",
)
NUMBERS = ("2025550141", "555-0141", "5550142", "2025550142")


def postgresql_dump(cast: Cast) -> bytes:
    url = make_url(cast.run.settings.database_url)
    host = str(url.query["host"])
    program = binaries.postgres(None) / "pg_dump"
    line = [
        program,
        "--host",
        host,
        "--username",
        url.username or "textline",
        "--inserts",
        url.database or "",
    ]
    return subprocess.run(line, capture_output=True, check=True).stdout


def redis_dump(cast: Cast) -> bytes:
    with Redis.from_url(cast.run.settings.redis_url) as redis:
        return b"\n".join(
            key + b" " + (redis.dump(key) or b"") + _plain(redis, key) for key in redis.keys("*")
        )


def _plain(redis: Redis, key: bytes) -> bytes:
    """Beside the packed form, which may be compressed, the values themselves."""
    kind = redis.type(key)
    if kind == b"hash":
        return repr(redis.hgetall(key)).encode()
    if kind == b"zset":
        return repr(redis.zrange(key, 0, -1)).encode()
    if kind == b"list":
        return repr(redis.lrange(key, 0, -1)).encode()
    if kind == b"set":
        return repr(redis.smembers(key)).encode()
    return repr(redis.get(key)).encode() if kind == b"string" else b""


def test_neither_dump_holds_a_number_or_a_word(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, WORDS[0])
    cast.texts(ALEX, "I want to kill myself")
    with cast.run.unit(cast.organization) as unit:
        reply.reply(unit, cast.maya, conversation.id, WORDS[2])
    second = cast.texts(JORDAN, "hi")
    with cast.run.unit(cast.organization) as unit:
        close.close(unit, cast.maya, second.id, "supported", WORDS[3])
        block.block(unit, cast.ruth, second.id, 1, WORDS[4])
    waiting = cast.arrives(ALEX, WORDS[1])  # stays in Redis, with its job
    dumps = {"PostgreSQL": postgresql_dump(cast), "Redis": redis_dump(cast)}
    assert b"INSERT INTO public.messages" in dumps["PostgreSQL"]
    assert b"textline:inbox:" in dumps["Redis"]
    for name, dump in dumps.items():
        for secret in (*WORDS, *NUMBERS):
            assert secret.encode() not in dump, (name, secret)
    assert drain(cast.run, inbox_of(cast.run.seal, waiting)) == 1  # it was there
    assert WORDS[1] in cast.bodies(conversation)
