"""Heartbeat: tell somebody elsewhere that this line works, since nobody asks a dead host."""

from datetime import timedelta

from textline import log, outside
from textline.flow import unrecorded
from textline.runtime import Runtime
from textline.store import stuck

_log = log.get(__name__)

# Recording takes milliseconds, and every sweep comes within seconds: after this long it is no mere delay.
UNRECORDED = timedelta(minutes=2)
UNSENT = timedelta(minutes=10)  # a text may wait a minute for an earlier one to be found in Twilio's log


def beat(runtime: Runtime) -> bool:
    """Fetch the operator's address, if there is one and the line works. Says whether it was fetched.

    Raises:
        Unavailable: PostgreSQL, Redis or the address cannot be reached: no heartbeat either.
    """
    url = runtime.settings.heartbeat_url
    if url is None:
        return False
    found = standing_still(runtime)
    if found:
        _log.error("no heartbeat: the line does not work as it should", **found)
        return False
    outside.get(url.get_secret_value())
    return True


def standing_still(runtime: Runtime) -> dict[str, int]:
    """What has not moved for too long: seconds of the oldest text unrecorded, texters with a text unsent.

    Raises:
        Unavailable: PostgreSQL or Redis cannot be reached.
    """
    with runtime.everywhere() as everywhere:
        unsent = stuck.unsent(everywhere, UNSENT)
    late = {"in_redis_s": unrecorded.in_redis(runtime), "in_spool_s": unrecorded.in_spool(runtime)}
    found = {name: int(wait.total_seconds()) for name, wait in late.items() if wait > UNRECORDED}
    return found | ({"texters_unsent": unsent} if unsent else {})
