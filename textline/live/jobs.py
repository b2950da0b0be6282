"""Jobs: wake-ups for the workers, through RQ. They carry names and identifiers only, and may be lost or doubled."""

from collections.abc import Iterable

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from textline.live.connection import Reach

# urgent: texts that show a crisis, and nothing that waits for Twilio or a match. soon: a crisis's texts, and calls.
# first: a crisis's match, before the others, which take their time when many wait.
QUEUES = ("urgent", "soon", "texts", "first", "matches", "sends")
# The functions live in `workers`, which nothing here imports.
FUNCTIONS = {
    "drain": "workers.drain.drain",
    "match": "workers.match.match",
    "send": "workers.send.send",
    "ring": "workers.ring.ring",
}
Id = int | str
Wake = tuple[str, str, tuple[Id, ...]]  # a job, its queue, and what it is for
_LIMIT_S = 60
_ATTENDED_S = 3
_ASKED_S = 5  # a job that has not begun by then may be lost: it is asked for again


class Jobs:
    """Wakes workers."""

    def __init__(self, redis: Redis, reach: Reach) -> None:
        self._redis = redis
        self._reach = reach
        self._queues = {name: Queue(name, connection=redis, serializer=JSONSerializer) for name in QUEUES}

    def wake(self, wakes: Iterable[Wake]) -> None:
        """Ask for jobs to be run soon; what is asked for already, and has not begun, is not asked for twice.

        A job's first id is the organization's. What one organization wants of a queue goes into one job.
        """
        with self._reach():
            together: dict[tuple[str, str, Id], list[Id]] = {}
            for job, queue, (first, *more) in self._not_asked(list(wakes)):
                together.setdefault((job, queue, first), []).extend(more)
            for (job, queue, first), more in together.items():
                self.enqueue(job, queue, first, *more)

    def _not_asked(self, wakes: list[Wake]) -> list[Wake]:
        pipeline = self._redis.pipeline(transaction=False)
        for job, queue, ids in wakes:
            pipeline.set(_asked(job, queue, ids), 1, nx=True, ex=_ASKED_S)
        return [wake for wake, new in zip(wakes, pipeline.execute(), strict=True) if new]

    def begun(self, job: str, *ids: Id) -> None:
        """A job begins: whoever wants it from now on must ask for it anew, since it may have looked already."""
        with self._reach():
            pipeline = self._redis.pipeline(transaction=False)
            pipeline.delete(*(_asked(job, queue, ids) for queue in QUEUES))
            pipeline.set(_done(job), 1, ex=_ATTENDED_S)
            pipeline.execute()

    def attended(self, job: str) -> bool:
        """Whether one of these jobs has begun in the last seconds: somebody is at them."""
        with self._reach():
            return bool(self._redis.exists(_done(job)))

    def enqueue(self, job: str, queue: str, *ids: Id) -> None:
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


def _done(job: str) -> str:
    return f"textline:attended:{job}"


def _asked(job: str, queue: str, ids: tuple[Id, ...]) -> str:
    return ":".join(map(str, ("textline:asked", job, queue, *ids)))
