"""Connect: point a number at this installation, once its country's hotlines have been reviewed."""

import re

from textline.carrier.client import Number
from textline.carrier.webhooks import webhooks_for
from textline.errors import Conflict, Invalid
from textline.rules.hotlines import emergency_number, for_country
from textline.runtime import Runtime
from textline.store import events, hotlines, lines
from textline.store.base import Scope
from textline.store.lines import Line


def unready(scope: Scope, line: Line) -> list[str]:
    """What is still to be done before a line may go live; empty when it is ready."""
    choices = [hotline.choice for hotline in hotlines.of_country(scope, line.country)]
    faults = []
    if for_country(choices, line.country) is None:
        faults.append(f"Review a hotline for everyone in {line.country}: the automatic texts name it.")
    reviewed = [choice for choice in choices if choice.reviewed]
    if emergency_number(choices, line.country) and not emergency_number(reviewed, line.country):
        faults.append(f"Review the emergency number of {line.country}.")
    return faults


def connect(
    runtime: Runtime,
    organization_id: int,
    line_id: int,
    by: int | None,
    fallback_url: str | None = None,
    service: str | None = None,
) -> tuple[Number, Number]:
    """Set the number's webhooks, and those of the Messaging Service that it is in; returns before and after.

    A service's own webhooks may stand above the number's, and it has none for calls: so both are set.

    Raises:
        Conflict: hotlines of the line's own country have not been reviewed.
        Unavailable, Refused: Twilio cannot be reached, or does not let us.
        NotFound: the account does not own the number.
    """
    with runtime.unit(organization_id) as unit:
        line = lines.get(unit, line_id)
        faults = unready(unit, line)
    if faults:
        raise Conflict(" ".join(faults))
    if fallback_url and not re.fullmatch(r"https://[^\s/]+/?\S*", fallback_url):
        raise Invalid("The fallback is an address that begins with https://, on another host than this one.")
    urls = webhooks_for(runtime.settings.public_url, fallback_url)
    before, after = runtime.carrier.connect(line.number, urls)
    if service:
        before, after = runtime.carrier.connect(service, urls)
    with runtime.unit(organization_id) as unit:
        lines.get(unit, line_id).connected_at = unit.now
        events.note(unit, "line:connected", by=by, line=line_id)
        unit.tell("board")
    return before, after
