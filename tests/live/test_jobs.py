"""Wake-ups: asked for once, together, and known to be attended."""

from rq import Queue
from rq.serializers import JSONSerializer

from textline.live.connection import connect
from textline.runtime import Runtime


def asked(run: Runtime, name: str) -> list[tuple[object, ...]]:
    """The arguments of the jobs that wait in a queue, in their order."""
    queue = Queue(name, connection=connect(run.settings.redis_url), serializer=JSONSerializer)
    return [tuple(job.args) for job in queue.jobs]


def test_what_one_organization_wants_of_a_queue_is_one_job(run: Runtime) -> None:
    run.live.jobs.wake(
        [
            ("send", "sends", (1, 10)),
            ("send", "sends", (1, 11)),
            ("send", "soon", (1, 12)),
            ("send", "sends", (2, 20)),
            ("match", "matches", (1,)),
        ]
    )
    assert asked(run, "sends") == [(1, 10, 11), (2, 20)]
    assert asked(run, "soon") == [(1, 12)]
    assert asked(run, "matches") == [(1,)]


def test_what_is_asked_for_already_is_not_asked_for_again_until_it_has_begun(run: Runtime) -> None:
    jobs = run.live.jobs
    jobs.wake([("send", "sends", (1, 10))])
    jobs.wake([("send", "sends", (1, 10)), ("send", "sends", (1, 11))])
    assert asked(run, "sends") == [(1, 10), (1, 11)]
    jobs.begun("send", 1, 10)
    jobs.wake([("send", "sends", (1, 10)), ("send", "sends", (1, 11))])
    assert asked(run, "sends") == [(1, 10), (1, 11), (1, 10)]


def test_somebody_is_at_a_job_once_one_has_begun(run: Runtime) -> None:
    jobs = run.live.jobs
    assert not jobs.attended("send")
    jobs.begun("send", 1, 10)
    assert jobs.attended("send")
    assert not jobs.attended("match")
