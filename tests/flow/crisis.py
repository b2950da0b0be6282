"""What the tests of a crisis share: how it stands, what was said of it, and whom it called."""

from tests.cast import ALEX, Cast
from textline.flow import escalate, watch
from textline.store import alarms, calls, escalations
from textline.store.escalations import Escalation
from textline.store.messages import Author

CRISIS = "I want to kill myself"


def escalation(cast: Cast) -> Escalation:
    """The gravest that is open."""
    with cast.run.unit(cast.organization) as unit:
        return escalations.unresolved(unit)[0]


def acknowledged(cast: Cast) -> int:
    """Its number, once Ruth has acknowledged it."""
    number = escalation(cast).id
    with cast.run.unit(cast.organization) as unit:
        escalate.acknowledge(unit, cast.ruth, number)
    return number


def automatic(cast: Cast) -> list[str]:
    """What Alex was sent by itself."""
    thread = cast.thread(cast.conversation(ALEX))
    return [text.body for text in thread if text.author == Author.AUTOMATIC]


def opened(cast: Cast) -> list[str]:
    """The kinds of the open alarms."""
    with cast.run.unit(cast.organization) as unit:
        return [alarm.kind for alarm in alarms.opened(unit)]


def called(cast: Cast) -> list[int]:
    """Who on call is called newly; 0 is the webhook."""
    with cast.run.everywhere() as everywhere:
        found = []
        while (call := calls.claim(everywhere, to_devices=False)) is not None:
            found.append(call.on_call_id or 0)
        return found


def passes(cast: Cast, minutes: int) -> None:
    """Time goes by, and the clock looks every minute."""
    for _ in range(minutes):
        cast.run.clock.move(minutes=1)
        watch.unanswered(cast.run)
        watch.crises(cast.run)
        watch.silences(cast.run)
