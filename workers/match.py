"""Match whoever waits."""

from textline.flow.match import match as match_all
from workers.process import runtime


def match(organization_id: int) -> int:
    """Match an organization's waiting conversations; returns how many were matched."""
    runtime().live.jobs.begun("match", organization_id)
    return match_all(runtime(), organization_id)
