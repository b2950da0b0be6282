"""Record what waits in a lane."""

from textline.flow.drain import drain_lane
from workers.process import runtime, stopping


def drain(lane: str) -> int:
    """Drain a lane until nothing comes any more; returns how many texts left it."""
    return drain_lane(runtime(), lane, stopping.is_set)
