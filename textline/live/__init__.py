"""What is true only now: all Redis (or Valkey) and RQ. It may be wiped at any moment."""

from textline.live.broadcast import Broadcast
from textline.live.connection import Reach, connect
from textline.live.inbox import Inbox
from textline.live.intake import Intake
from textline.live.jobs import Jobs
from textline.live.presence import Presence
from textline.live.server import Server

__all__ = ["Live"]


class Live:
    """Everything that Redis does for us. Each part raises Unavailable when Redis cannot be reached."""

    def __init__(self, url: str) -> None:
        redis, reach = connect(url), Reach()
        self.inbox = Inbox(redis, reach)
        self.intake = Intake(url, reach)
        self.jobs = Jobs(redis, reach)
        self.presence = Presence(redis, reach)
        self.broadcast = Broadcast(redis, reach, url)
        self.server = Server(redis, reach)
        self._redis = redis

    def close(self) -> None:
        """Give all connections back."""
        self._redis.close()
