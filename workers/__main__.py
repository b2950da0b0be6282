"""Workers: `python -m workers urgent + soon` is two processes, each on the queues named between the `+`."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer

from textline import log
from textline.flow import screen
from textline.live.connection import connect
from textline.live.jobs import QUEUES
from workers import standby
from workers.process import RECORDING, SENDING, runtime, step_back, stopping

_log = log.get(__name__)
_AT_ONCE = {"urgent", "soon"}
_RECORD = {"urgent", "texts"}
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


def work(names: list[str]) -> None:
    """Work on these queues, in their order, until told to stop; when Redis goes away, come back with it."""
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


def work_apart(groups: list[list[str]]) -> int:
    """A process for each group, so that a slow job of one never keeps another's waiting.

    When one ends, all end: whoever started us starts us again. Returns the exit status.
    """
    runtime()  # a wrong setting is said once
    children = [subprocess.Popen([sys.executable, "-m", "workers", *group]) for group in groups]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _end(children))
    while all(child.poll() is None for child in children):
        time.sleep(0.2)
    _end(children)
    return max(abs(child.wait()) for child in children)


def _end(children: Iterable["subprocess.Popen[bytes]"]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()


def _end_with_parent() -> None:
    """A process whose parent was killed ends by itself."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Work on the queues named on the command line."""
    groups = [group.split() for group in " ".join(sys.argv[1:]).split("+")]
    unknown = {name for group in groups for name in group} - set(QUEUES)
    if unknown or not all(groups):
        sys.exit(f"Name one or more queues, with + between processes: {', '.join(QUEUES)}.")
    if len(groups) > 1:
        sys.exit(work_apart(groups))
    _end_with_parent()
    if _RECORD.intersection(groups[0]):
        screen.make_ready()
    if not _AT_ONCE.intersection(groups[0]):
        step_back(SENDING if "sends" in groups[0] else RECORDING)
    if "urgent" in groups[0]:
        standby.crises()
    if "soon" in groups[0]:
        standby.clock()
    work(groups[0])


if __name__ == "__main__":
    main()
