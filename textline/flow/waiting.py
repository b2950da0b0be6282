"""What is acknowledged and waits in Redis alone, for a backup."""

import json

from textline import log
from textline.errors import TextlineError, Unavailable
from textline.flow.lanes import is_urgent
from textline.flow.receive import opened
from textline.live.left import left
from textline.runtime import Runtime

_log = log.get(__name__)


def waiting(runtime: Runtime) -> list[str] | None:
    """Each text as JSON, sealed as it came: `inbox`, `sid`, `sealed`, `received_at`, `urgent`.

    None: Redis cannot be reached.
    """
    try:
        found = left(runtime.settings.redis_url)
    except Unavailable:
        return None
    return [_written(runtime, *one) for one in found]


def _written(runtime: Runtime, inbox: str, sid: str, sealed: str) -> str:
    try:
        arrived = opened(runtime.seal, sealed)
        at, urgent = arrived.received_at, is_urgent(arrived.incoming.body)
    except (TextlineError, ValueError, TypeError, KeyError):
        # Of another version, or sealed with another key: a person will have to look; it is kept all the same.
        _log.warning("a text that waits cannot be read: it is backed up as it is", sid=sid)
        at, urgent = runtime.clock(), True
    row = {"inbox": inbox, "sid": sid, "sealed": sealed, "received_at": at.isoformat(), "urgent": urgent}
    return json.dumps(row)
