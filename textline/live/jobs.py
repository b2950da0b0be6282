"""Jobs: wake-ups for the workers, through RQ. They carry names and identifiers only, and may be lost or doubled."""

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from textline.live.connection import Reach

# urgent: texts that show a crisis, and nothing that waits for Twilio or a match. soon: a crisis's hotline
# text, and its match.
QUEUES = ("urgent", "soon", "texts", "matches", "sends")
# The functions live in `workers`, which nothing here imports.
FUNCTIONS = {
    "drain": "workers.drain.drain",
    "match": "workers.match.match",
    "send": "workers.send.send",
}
_LIMIT_S = 60
_ASKED_S = 5  # a job that has not begun by then may be lost: it is asked for again


class Jobs:
    """Wakes workers."""

    def __init__(self, redis: Redis, reach: Reach) -> None:
        self._redis = redis
        self._reach = reach
        self._queues = {name: Queue(name, connection=redis, serializer=JSONSerializer) for name in QUEUES}

    def wake(self, job: str, queue: str, *ids: int | str) -> None:
        """Ask for a job to be run soon; one that is asked for already, and has not begun, is not asked for twice."""
        with self._reach():
            if self._redis.set(_asked(job, queue, ids), 1, nx=True, ex=_ASKED_S):
                self.enqueue(job, queue, *ids)

    def begun(self, job: str, *ids: int | str) -> None:
        """A job begins: whoever wants it from now on must ask for it anew, since it may have looked already."""
        with self._reach():
            self._redis.delete(*(_asked(job, queue, ids) for queue in QUEUES))

    def enqueue(self, job: str, queue: str, *ids: int | str) -> None:
        """Ask for a job, whether or not it is asked for already."""
        with self._reach():
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
        with self._reach():
            return {name: queue.count for name, queue in self._queues.items()}


def _asked(job: str, queue: str, ids: tuple[int | str, ...]) -> str:
    return ":".join(map(str, ("textline:asked", job, queue, *ids)))
