"""Send what is due."""

from rq import get_current_job

from textline.flow.send import send_some
from workers.process import runtime, stopping


def send(organization_id: int, *texter_ids: int) -> None:
    """Send what is due for these texters; those for whom there is no time are another job's."""
    left = send_some(runtime(), organization_id, texter_ids, stopping.is_set)
    if left:
        job = get_current_job()
        runtime().live.jobs.enqueue("send", job.origin if job else "sends", organization_id, *left)
