"""The supervisors' board, and what is done with an escalation."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from textline.errors import Unavailable
from textline.flow import alarm
from textline.flow.alarm import WORDS
from textline.flow.escalate import RANG_FOR
from textline.rules.ownership import Owner
from textline.runtime import Runtime
from textline.store import alarms as alarms_of
from textline.store import conversations, escalations, lines, people
from textline.store.people import Person
from textline.web.console import views
from textline.web.pages import page
from textline.web.session import Run, Supervisor, see_other

router = APIRouter()
_MOST = 200  # conversations shown: nobody reads more, and each change of any asks for all anew


@router.get("/board")
def board(run: Run, person: Supervisor) -> Response:
    """Escalated, waiting and open conversations, and who is there; live."""
    return page("board.html", person, stream="/events", **_values(run, person))


@router.get("/board/rows")
def rows(run: Run, person: Supervisor) -> Response:
    """The board's contents alone."""
    return page("_board.html", person, **_values(run, person))


@router.get("/board/alarms")
def alarms(request: Request, run: Run, person: Supervisor) -> Response:
    """How many escalations nobody has acknowledged: rings on every page of a supervisor."""
    with run.unit(person.organization_id) as unit:
        raised = sum(e.acknowledged_at is None for e in escalations.unresolved(unit))
        others = len(alarms_of.opened(unit))
    on_board = request.headers.get("hx-current-url", "").endswith("/board")
    return page("_alarms.html", person, alarms=raised, others=others, quiet=on_board)


def _values(run: Runtime, person: Person) -> dict[str, Any]:
    present, degraded = _present(run, person)
    with run.unit(person.organization_id) as unit:
        found = views.rows(unit, conversations.board(unit, _MOST))
        tally = conversations.tally(unit)
        by_id = {row.conversation.id: row for row in found}
        raised = escalations.unresolved(unit)
        alerts = alarms_of.opened(unit)
        return {
            "escalations": [(e, by_id[e.conversation_id]) for e in raised if e.conversation_id in by_id],
            "waiting": [row for row in found if row.conversation.state == Owner.WAITING],
            "held": [row for row in found if row.conversation.state != Owner.WAITING],
            "waiting_all": tally.get(Owner.WAITING, 0),
            "held_all": sum(tally.values()) - tally.get(Owner.WAITING, 0),
            "team": views.team(unit, present),
            "alarms": sum(e.acknowledged_at is None for e in raised),
            "names": people.names(unit),
            "lines": lines.every(unit),
            "degraded": degraded,
            "alerts": alerts,
            "about": views.pseudonyms(unit, [a.conversation_id for a in alerts if a.conversation_id]),
            "alert_words": WORDS,
            "rang_for": RANG_FOR,
        }


def _present(run: Runtime, person: Person) -> tuple[set[int], bool]:
    try:
        return run.live.presence.present(person.organization_id, run.clock().timestamp()), False
    except Unavailable:
        return set(), True


@router.post("/alarms/{number}/ending")
def end_alarm(run: Run, person: Supervisor, number: int) -> Response:
    """A supervisor has seen to an alarm that is no escalation."""
    with run.unit(person.organization_id) as unit:
        alarm.end(unit, number, person)
    return see_other("/board")
