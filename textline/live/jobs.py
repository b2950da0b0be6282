"""Jobs: wake-ups for the workers, through RQ. They carry identifiers only, and may be lost or doubled."""

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from textline.live.connection import reaching

# Queue by job; the functions live in `workers`, which nothing here imports.
# urgent: texts that show a crisis, and nothing that waits for Twilio or a match. soon: a crisis's hotline
# text, and its match.
QUEUES = ("urgent", "soon", "texts", "sends")
FUNCTIONS = {
    "drain": "workers.drain.drain",
    "match": "workers.match.match",
    "send": "workers.send.send",
}
_LIMIT_S = 60


class Jobs:
    """Wakes workers."""

    def __init__(self, redis: Redis) -> None:
        self._queues = {name: Queue(name, connection=redis, serializer=JSONSerializer) for name in QUEUES}

    def wake(self, job: str, queue: str, *ids: int | str) -> None:
        """Ask for a job to be run soon."""
        with reaching():
            self._queues[queue].enqueue_call(
                FUNCTIONS[job],
                args=ids,
                timeout=_LIMIT_S,
                result_ttl=0,
                failure_ttl=3600,
                description=job,  # by default it would repeat the arguments, and be logged
            )

    def waiting(self) -> dict[str, int]:
        """How many jobs wait in each queue."""
        with reaching():
            return {name: queue.count for name, queue in self._queues.items()}
