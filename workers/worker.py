"""A worker: one process at work on its queues, through RQ."""

from contextlib import suppress
from typing import Any

from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer

from textline import log
from textline.flow import screen
from textline.live.connection import connect
from textline.processes import Member
from workers import standby
from workers.process import runtime, step_back, stopping

_log = log.get(__name__)
RECORD = {"urgent", "texts"}  # queues on which texts are recorded, and so screened
_HEARTBEAT_S = 30  # RQ waits for a job for 15 s less at a time
_ANSWER_LIMIT_S = 30


class Worker(SimpleWorker):
    """Runs jobs in this process: RQ's default forks for each, and does a tenth of the work."""

    # RQ waits up to a minute between its tries to reach Redis again; a texter should not.
    max_connection_wait_time = 1.0

    def request_stop(self, signum: Any, frame: Any) -> None:
        """The job that runs is told too: a drain goes on as long as texts come."""
        stopping.set()
        with suppress(RedisError):  # RQ also writes there that it stops
            super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def handle_job_failure(
        self,
        job: Job,
        queue: Queue,
        started_job_registry: Any = None,
        exc_string: str = "",
        execution: Any = None,
    ) -> None:
        """RQ keeps an exception's text in Redis; ours could quote a person's: only its kind is kept."""
        kind = exc_string.strip().rsplit("\n", 1)[-1].split(":", 1)[0]
        super().handle_job_failure(job, queue, started_job_registry, kind, execution)


def work(member: Member) -> None:
    """Work on the queues of its name, in their order, until told to stop; when Redis goes away, come back with it."""
    names = member.name.split()
    if "sends" in names:
        step_back()
    if RECORD & set(names):
        screen.read_ahead()
    if "urgent" in names:
        standby.crises()
    if "texts" in names:
        standby.texts()
    if "soon" in names:
        standby.clock()
    run = runtime()
    while not stopping.is_set():
        connection = connect(run.settings.redis_url, _ANSWER_LIMIT_S)
        queues = [Queue(name, connection=connection, serializer=JSONSerializer) for name in names]
        try:
            worker = Worker(
                queues,
                connection=connection,
                serializer=JSONSerializer,
                worker_ttl=_HEARTBEAT_S,
                log_job_description=False,
            )
            worker.work(logging_level="WARNING")
        except RedisError:
            _log.warning("redis cannot be reached: trying again")
        stopping.wait(1)  # RQ also returns, without a word, when Redis went away at another moment
