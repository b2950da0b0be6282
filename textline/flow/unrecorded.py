"""Unrecorded: how long texts have waited for a drain, where they wait."""

from datetime import timedelta

from textline.runtime import Runtime
from textline.store import stuck


def in_redis(runtime: Runtime) -> timedelta:
    """The oldest text of all inboxes.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    oldest = runtime.live.inbox.oldest()
    return timedelta(seconds=runtime.clock().timestamp() - oldest) if oldest else timedelta(0)


def in_spool(runtime: Runtime) -> timedelta:
    """The oldest text of the spool that is not, and was not, held for a person.

    Raises:
        Unavailable: PostgreSQL cannot be reached.
    """
    with runtime.everywhere() as everywhere:
        return stuck.spooled_since(everywhere)
