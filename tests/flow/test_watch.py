"""Nobody waits unnoticed."""

import json
import threading
from collections.abc import Iterator
from datetime import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.cast import ALEX, JORDAN, Cast
from tests.conftest import eventually
from tests.flow.test_record import without_redis
from textline.carrier.phone import Phone
from textline.errors import Invalid
from textline.flow import call_out, reply, set_up_calls, watch
from textline.rules.hours import Opening
from textline.rules.ownership import Owner
from textline.store import alarms, calls, escalations, lines, organizations
from textline.store.messages import Author

CRISIS = "I want to kill myself tonight"
ROBIN = "+12025557301"


def opened(cast: Cast) -> list[str]:
    with cast.run.unit(cast.organization) as unit:
        return [alarm.kind for alarm in alarms.opened(unit)]


def automatic(cast: Cast) -> list[str]:
    thread = cast.thread(cast.conversation(ALEX))
    return [text.body for text in thread if text.author == Author.AUTOMATIC]


def test_a_texter_who_waits_too_long_raises_one_alarm_and_is_told_once(cast: Cast) -> None:
    cast.texts(ALEX, "hi")
    assert watch.unanswered(cast.run) == 0
    cast.run.clock.move(minutes=6)
    assert watch.unanswered(cast.run) == 1
    assert watch.unanswered(cast.run) == 0
    assert opened(cast) == ["unanswered"]
    assert sum("not forgotten" in body for body in automatic(cast)) == 1


def test_it_needs_no_redis(cast: Cast) -> None:
    cast.texts(ALEX, "hi")
    cast.run.clock.move(minutes=6)
    assert watch.unanswered(without_redis(cast.run)) == 1


def test_a_volunteer_who_does_not_answer_is_noticed_and_an_answer_ends_it(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    assert conversation.state == Owner.VOLUNTEER
    cast.run.clock.move(minutes=6)
    assert watch.unanswered(cast.run) == 1
    with cast.run.unit(cast.organization) as unit:
        reply.reply(unit, cast.maya, conversation.id, "I am here")
    watch.unanswered(cast.run)
    assert opened(cast) == []


def test_whoever_knows_when_the_line_opens_is_not_reported_through_the_night(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        tomorrow = (unit.now.weekday() + 3) % 7
        spans = [Opening(tomorrow, time(9), time(10))]
        lines.set_hours(unit, lines.get(unit, cast.line.id), spans)
    cast.texts(ALEX, "hi")
    cast.texts(JORDAN, CRISIS)
    cast.run.clock.move(minutes=6)
    assert watch.unanswered(cast.run) == 1
    with cast.run.unit(cast.organization) as unit:
        assert [a.conversation_id for a in alarms.opened(unit)] == [cast.conversation(JORDAN).id]


def test_texts_that_are_not_recorded_raise_an_alarm_that_ends_with_them(cast: Cast) -> None:
    away = without_redis(cast.run)
    Cast(**{**vars(cast), "run": away}).arrives(ALEX, "waiting in the spool")
    watch.recording(away)
    assert opened(cast) == []
    cast.run.clock.move(seconds=40)
    watch.recording(away)
    assert opened(cast) == ["stuck"]
    from textline.flow import sweep

    sweep.spooled(cast.run)
    watch.recording(away)
    assert opened(cast) == []


@pytest.fixture
def posted(cast: Cast) -> Iterator[list[dict[str, str]]]:
    """What the organization's webhook is told. It fails the first time."""
    found: list[dict[str, str]] = []
    tries: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            tries.append(1)
            if len(tries) > 1:
                found.append(body)
            self.send_response(503 if len(tries) == 1 else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with cast.run.unit(cast.organization) as unit:
        set_up_calls.change(unit, cast.ada, 5, f"http://127.0.0.1:{server.server_port}/hook", forget=False)
    yield found
    server.shutdown()


def test_a_crisis_that_nobody_sees_is_passed_on_without_number_or_words(
    cast: Cast, posted: list[dict[str, str]], carrier_url: str
) -> None:
    with cast.run.unit(cast.organization) as unit:
        set_up_calls.add_contact(unit, cast.ada, "Robin", ROBIN)
    cast.texts(ALEX, CRISIS)
    watch.crises(cast.run)
    call_out.call_out(cast.run)
    received = eventually(lambda: Phone(carrier_url).messages(ROBIN))
    assert "a crisis waits for a supervisor" in received[0].body
    cast.run.clock.move(minutes=2)
    call_out.call_out(cast.run)
    assert [p["kind"] for p in posted] == ["crisis"]
    said = json.dumps(posted) + "".join(text.body for text in received)
    assert not any(part in said for part in ("kill", "tonight", ALEX, ALEX[-7:]))
    watch.crises(cast.run)
    assert call_out.call_out(cast.run) == 0


def test_while_a_supervisor_is_there_nobody_is_woken_for_a_minute(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        set_up_calls.add_contact(unit, cast.ada, "Robin", ROBIN)
    cast.run.live.presence.beat(cast.organization, cast.ruth.id, cast.run.clock().timestamp())
    cast.texts(ALEX, CRISIS)
    watch.crises(cast.run)
    with cast.run.everywhere() as everywhere:
        assert calls.waiting(everywhere) == 0
    cast.run.clock.move(seconds=61)
    watch.crises(cast.run)
    with cast.run.everywhere() as everywhere:
        assert calls.waiting(everywhere) == 1


def test_an_acknowledged_crisis_calls_nobody(cast: Cast) -> None:
    from textline.flow import escalate

    with cast.run.unit(cast.organization) as unit:
        set_up_calls.add_contact(unit, cast.ada, "Robin", ROBIN)
    cast.texts(ALEX, CRISIS)
    with cast.run.unit(cast.organization) as unit:
        escalate.acknowledge(unit, cast.ruth, escalations.unresolved(unit)[0].id)
    watch.crises(cast.run)
    with cast.run.everywhere() as everywhere:
        assert calls.waiting(everywhere) == 0


@pytest.mark.parametrize("number", ["", "hello", "+12025550100"])
def test_a_number_that_cannot_be_called_is_refused(cast: Cast, number: str) -> None:
    with cast.run.unit(cast.organization) as unit, pytest.raises(Invalid):
        set_up_calls.add_contact(unit, cast.ada, "Robin", number)


@pytest.mark.parametrize(("minutes", "url"), [(0, ""), (5, "ftp://x"), (5, "https://"), (2000, "")])
def test_settings_that_cannot_be_are_refused(cast: Cast, minutes: float, url: str) -> None:
    with cast.run.unit(cast.organization) as unit, pytest.raises(Invalid):
        set_up_calls.change(unit, cast.ada, minutes, url, forget=False)


def test_the_limit_is_the_organizations_own(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        set_up_calls.change(unit, cast.ada, 0.5, "", forget=False)
        assert organizations.own(unit).answer_within_s == 30
    cast.texts(ALEX, "hi")
    cast.run.clock.move(seconds=31)
    assert watch.unanswered(cast.run) == 1


def test_twilios_alerts_become_one_alarm(cast: Cast, carrier_url: str) -> None:
    with cast.run.unit(cast.organization) as unit:
        lines.get(unit, cast.line.id).connected_at = unit.now
    Phone(carrier_url).text("+12025557302", cast.line.number, "to a server that is away")
    eventually(lambda: watch.alerts(cast.run), 20)
    assert watch.alerts(cast.run) == 0
    assert opened(cast) == ["webhooks_failing"]
