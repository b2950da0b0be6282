"""Send what is due."""

from textline.flow.send import send as send_all
from workers.process import runtime


def send(organization_id: int, texter_id: int) -> int:
    """Send what is due for a texter; returns how many texts Twilio took."""
    runtime().live.jobs.begun("send", organization_id, texter_id)
    return send_all(runtime(), organization_id, texter_id)
