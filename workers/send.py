"""Send what is due."""

import time

from rq import get_current_job

from textline.flow.send import send as send_all
from workers.process import runtime, stopping

_LONG_S = 15.0  # of the minute that RQ gives a job; one texter's sends may take the client's own time-outs


def send(organization_id: int, *texter_ids: int) -> int:
    """Send what is due for these texters, one after another; returns how many texts Twilio took.

    After a while the rest is another job's, so that Twilio's slowness never ends one between a claim and its answer.
    """
    began, taken, jobs = time.monotonic(), 0, runtime().live.jobs
    for place, texter_id in enumerate(texter_ids):
        if stopping.is_set() or time.monotonic() > began + _LONG_S:
            job = get_current_job()
            jobs.enqueue("send", job.origin if job else "sends", organization_id, *texter_ids[place:])
            break
        jobs.begun("send", organization_id, texter_id)
        taken += send_all(runtime(), organization_id, texter_id)
    return taken
