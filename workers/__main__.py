"""A worker: `python -m workers soon texts sends`, or `python -m workers urgent` for crises alone."""

import sys
import time

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from textline import log
from textline.live.jobs import QUEUES
from workers.process import runtime

_log = log.get(__name__)
_HEARTBEAT_S = 30  # RQ waits for a job for 15 s less at a time
_ANSWER_LIMIT_S = 30


class Worker(SimpleWorker):
    """Runs jobs in this process: RQ's default forks for each, and does a tenth of the work."""

    # RQ waits up to a minute between its tries to reach Redis again; a texter should not.
    max_connection_wait_time = 1.0


def work(names: list[str]) -> None:
    """Work on these queues, in their order, until told to stop; when Redis goes away, come back with it."""
    run = runtime()
    while True:
        connection = Redis.from_url(
            run.settings.redis_url, socket_connect_timeout=1, socket_timeout=_ANSWER_LIMIT_S
        )
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
            time.sleep(1)
        else:
            return


def main() -> None:
    """Work on the queues named on the command line."""
    names = sys.argv[1:]
    unknown = set(names) - set(QUEUES)
    if not names or unknown:
        sys.exit(f"Name one or more queues: {', '.join(QUEUES)}.")
    work(names)


if __name__ == "__main__":
    main()
