"""What `doctor` and readiness ask of Redis itself."""

from dataclasses import dataclass

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from textline.live.connection import Reach
from textline.live.jobs import QUEUES


@dataclass(frozen=True)
class Facts:
    """What matters of a server: `append_only` and `eviction` are None where it does not let us ask."""

    version: str
    append_only: bool | None
    eviction: str | None


class Server:
    """Redis or Valkey as a server."""

    def __init__(self, redis: Redis, reach: Reach) -> None:
        self._redis = redis
        self._reach = reach

    def ping(self) -> None:
        """Return when it answers."""
        with self._reach():
            self._redis.ping()

    def workers(self) -> dict[str, int]:
        """How many workers listen to each queue."""
        with self._reach():
            queues = {name: Queue(name, connection=self._redis, serializer=JSONSerializer) for name in QUEUES}
            return {name: Worker.count(queue=queue) for name, queue in queues.items()}

    def facts(self) -> Facts:
        """Its version and how it keeps what it acknowledged."""
        with self._reach():
            info = self._redis.info()
        version = str(info.get("valkey_version") or info["redis_version"])
        append_only = bool(info["aof_enabled"]) if "aof_enabled" in info else None
        try:
            eviction = self._redis.config_get("maxmemory-policy").get("maxmemory-policy")
        except RedisError:  # hosted servers forbid CONFIG
            eviction = info.get("maxmemory_policy")
        return Facts(version, append_only, str(eviction) if eviction else None)
