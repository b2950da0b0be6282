"""Promise 7: what no webhook told us is found in Twilio's log."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.cast import Cast
from tests.conftest import eventually
from tests.flow.test_record import dead_engine, spooling, without_redis
from textline.carrier.faults import Unreached
from textline.carrier.phone import Phone
from textline.flow import own_words, reconcile, sweep
from textline.flow.drain import drain_some
from textline.flow.receive import receive
from textline.rules.delivery import Delivery
from textline.rules.own_words import Effect, OwnWords
from textline.runtime import Runtime
from textline.store import alarms, escalations, lines
from textline.store.messages import Author, Text

# Texters of one test each: the carrier's log outlives the record of a test.
NUMBERS = iter(f"+1202555{n}" for n in range(7100, 7200))


@pytest.fixture
def texter() -> str:
    return next(NUMBERS)


@pytest.fixture
def phone(cast: Cast, carrier_url: str) -> Phone:
    """A phone whose texts' webhooks lead nowhere: the line was connected, and the server is gone."""
    with cast.run.unit(cast.organization) as unit:
        lines.get(unit, cast.line.id).connected_at = unit.now - timedelta(seconds=1)
    return Phone(carrier_url)


class Asked:
    """A carrier that counts how often its log is read."""

    def __init__(self, carrier: object) -> None:
        self.carrier, self.readings = carrier, 0

    def received_by(self, number: str, since: datetime) -> object:
        self.readings += 1
        return self.carrier.received_by(number, since)  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> object:
        return getattr(self.carrier, name)


def settle(cast: Cast) -> None:
    """Settled texts are brought in, those of other tests too, and drained."""
    cast.run.clock.move(seconds=20)
    reconcile.reconcile(cast.run)
    drain_some(cast.run, "urgent")
    drain_some(cast.run, "texts")
    sweep.spooled(cast.run)


def words(cast: Cast, texter: str) -> list[tuple[str, bool]]:
    thread = cast.thread(cast.conversation(texter))
    return [(text.body, text.sent_at is not None) for text in thread if text.author == Author.TEXTER]


def test_an_organizations_own_words_send_a_late_text_ahead_too(cast: Cast, phone: Phone, texter: str) -> None:
    own_words.add(cast.run, cast.ruth, OwnWords("off the old mill", "en", Effect.CRISIS))
    phone.text(texter, cast.line.number, "i will go off the old mill")
    cast.run.clock.move(seconds=20)
    reconcile.reconcile(cast.run)
    drain_some(cast.run, "urgent")
    assert words(cast, texter) == [("i will go off the old mill", True)]


def test_a_text_whose_webhook_never_came_is_recorded_and_marked_late(
    cast: Cast, phone: Phone, texter: str
) -> None:
    phone.text(texter, cast.line.number, "is anybody there?")
    assert reconcile.reconcile(cast.run) == 0  # it may still be on its way
    settle(cast)
    assert words(cast, texter) == [("is anybody there?", True)]
    settle(cast)
    with cast.run.unit(cast.organization) as unit:
        assert [alarm.kind for alarm in alarms.opened(unit)] == ["late_texts"]


def test_what_is_recorded_waits_in_redis_or_in_the_spool_is_not_brought_in(
    cast: Cast, phone: Phone, texter: str
) -> None:
    sids = [phone.text(texter, cast.line.number, body) for body in ("recorded", "in redis", "in the spool")]
    cast.texts(texter, "recorded", sid=sids[0])
    cast.arrives(texter, "in redis", sid=sids[1])
    spooling(cast).arrives(texter, "in the spool", sid=sids[2])
    settle(cast)
    assert words(cast, texter) == [("recorded", False), ("in redis", False), ("in the spool", False)]


class Forgetful:
    """A carrier that does not answer what somebody was sent."""

    def __init__(self, carrier: object) -> None:
        self.carrier = carrier

    def sent_to(self, *_: object) -> object:
        raise Unreached("the carrier cannot be reached")

    def __getattr__(self, name: str) -> object:
        return getattr(self.carrier, name)


def test_what_was_found_is_kept_though_twilio_does_not_answer_about_the_next(
    cast: Cast, phone: Phone, texter: str
) -> None:
    phone.text(texter, cast.line.number, "first, and harmless")
    phone.text(texter, cast.line.number, "then i want to die")  # which Twilio is asked about
    cast.run.clock.move(seconds=20)
    reconcile.reconcile(replace(cast.run, carrier=Forgetful(cast.run.carrier)))
    drain_some(cast.run, "texts")
    assert words(cast, texter) == [("first, and harmless", True)]
    settle(cast)
    assert words(cast, texter) == [("first, and harmless", True), ("then i want to die", True)]


def test_many_are_brought_into_the_spool_in_their_order_while_redis_is_away(
    cast: Cast, phone: Phone, texter: str
) -> None:
    said = [f"text {n}" for n in range(60)]
    for body in said:
        phone.text(texter, cast.line.number, body)
    cast.run.clock.move(seconds=20)
    assert reconcile.reconcile(without_redis(cast.run)) >= 60
    cast.run.clock.move(seconds=5)
    sweep.spooled(cast.run)
    assert words(cast, texter) == [(body, True) for body in said]


@pytest.mark.parametrize("found_before", [True, False])
def test_what_waits_in_redis_for_long_is_found_again_after_a_wipe(
    cast: Cast, phone: Phone, texter: str, found_before: bool
) -> None:
    """Nobody drains; the log is read meanwhile, and finds nothing missing, or has brought it in itself."""
    sid = phone.text(texter, cast.line.number, "held up")
    if not found_before:
        cast.arrives(texter, "held up", sid=sid)
    for _ in range(6):
        cast.run.clock.move(seconds=40)
        reconcile.reconcile(cast.run)
    cast.run.live.inbox._redis.flushall()
    settle(cast)
    assert words(cast, texter) == [("held up", True)]


def test_whoever_is_no_clock_reads_the_log_once_the_clock_does_not(
    cast: Cast, phone: Phone, texter: str
) -> None:
    settle(cast)
    phone.text(texter, cast.line.number, "is anybody there?")
    cast.run.clock.move(seconds=14)
    assert reconcile.unread(cast.run) == 0, "the clock is given its time"
    cast.run.clock.move(seconds=8)
    assert reconcile.unread(cast.run)
    drain_some(cast.run, "texts")
    assert words(cast, texter) == [("is anybody there?", True)]


def test_a_text_that_nobody_can_record_does_not_have_the_log_read_for_ever(
    cast: Cast, phone: Phone, texter: str
) -> None:
    sid = phone.text(texter, cast.line.number, "held up")
    cast.arrives(texter, "held up", sid=sid)
    for _ in range(3):
        cast.run.clock.move(hours=1)
        reconcile.reconcile(cast.run)
    with cast.run.unit(cast.organization) as unit:
        assert lines.get(unit, cast.line.id).reconciled_at > unit.now - timedelta(hours=2)


def test_a_text_that_is_not_recorded_yet_does_not_have_the_log_read_at_once_again(
    cast: Cast, phone: Phone, texter: str
) -> None:
    settle(cast)
    sid = phone.text(texter, cast.line.number, "held up")
    cast.arrives(texter, "held up", sid=sid)
    cast.run.clock.move(seconds=60)
    reconcile.reconcile(cast.run)
    asked = Asked(cast.run.carrier)
    for seconds, readings in ((5, 0), (4, 0), (2, 1), (5, 1)):
        cast.run.clock.move(seconds=seconds)
        reconcile.reconcile(replace(cast.run, carrier=asked))  # type: ignore[arg-type]
        assert asked.readings == readings


def test_after_redis_was_wiped_what_it_held_is_found_again(cast: Cast, phone: Phone, texter: str) -> None:
    sid = phone.text(texter, cast.line.number, "wiped away")
    cast.arrives(texter, "wiped away", sid=sid)
    cast.run.live.inbox._redis.flushall()
    settle(cast)
    assert words(cast, texter) == [("wiped away", True)]


def test_a_late_text_is_appended_after_what_was_recorded_before(
    cast: Cast, phone: Phone, texter: str
) -> None:
    phone.text(texter, cast.line.number, "first, and lost")
    cast.texts(texter, "second")
    settle(cast)
    assert words(cast, texter) == [("second", False), ("first, and lost", True)]


def test_a_late_crisis_is_escalated(cast: Cast, phone: Phone, texter: str) -> None:
    phone.text(texter, cast.line.number, "I want to kill myself tonight")
    settle(cast)
    with cast.run.unit(cast.organization) as unit:
        assert escalations.open_of(unit, cast.conversation(texter).id)


def test_a_reading_begins_before_the_end_of_the_last_one_and_past_midnight(
    cast: Cast, phone: Phone, texter: str
) -> None:
    settle(cast)
    with cast.run.unit(cast.organization) as unit:
        first = lines.get(unit, cast.line.id).reconciled_at
    phone.text(texter, cast.line.number, "in the overlap")
    # As if the last reading had ended a little after this text, and it was not in the log yet then.
    with cast.run.unit(cast.organization) as unit:
        lines.get(unit, cast.line.id).reconciled_at = unit.now + timedelta(seconds=10)
    cast.run.clock.move(seconds=40)
    settle(cast)
    assert first is not None
    assert words(cast, texter) == [("in the overlap", True)]


def answers(cast: Cast, texter: str) -> list[Text]:
    return [t for t in cast.thread(cast.conversation(texter)) if t.author == Author.AUTOMATIC]


def test_a_crisis_that_neither_store_took_was_answered_and_is_not_answered_twice(
    cast: Cast, phone: Phone, texter: str, carrier_url: str
) -> None:
    """The whole way of a text while both stores are away: TwiML, the log, late, and the answer known as sent."""
    from tests.flow.twiml import answering

    away = without_redis(cast.run)
    run = Runtime(
        away.settings, type(away.store)(dead_engine(), away.store.seal), away.live, away.carrier, away.clock
    )
    with answering(cast, lambda text: receive(run, text)):
        phone.text(texter, cast.line.number, "I want to kill myself tonight")
        eventually(lambda: any("911" in m.body for m in phone.messages(texter)), 10)
    cast.run.clock.move(minutes=10)  # the outage was long
    settle(cast)
    assert [t.delivery for t in answers(cast, texter)] == [Delivery.UNKNOWN]
    sweep.urgent_sends(cast.run)
    assert answers(cast, texter)[0].delivery in (Delivery.DELIVERED, Delivery.SENT, Delivery.QUEUED)
    assert len(answers(cast, texter)) == 1


def test_a_crisis_in_two_texts_is_found_though_the_first_ones_webhook_never_came(
    cast: Cast, phone: Phone, texter: str
) -> None:
    phone.text(texter, cast.line.number, "i just want to")
    cast.run.clock.move(seconds=5)
    cast.texts(texter, "die")
    cast.run.clock.move(minutes=15)  # an outage that outlasts the window
    settle(cast)
    with cast.run.unit(cast.organization) as unit:
        found = [
            one.conversation_id for one in escalations.unresolved(unit)
        ]  # other tests' crises are in the log too
    assert cast.conversation(texter).id in found
