"""Ring whoever is to be rung."""

from textline.flow.ring import ring_due
from workers.process import runtime


def ring(organization_id: int) -> int:
    """Ring every telephone that is due, this organization's among them; returns how many ring."""
    runtime().live.jobs.begun("ring", organization_id)
    return ring_due(runtime())
