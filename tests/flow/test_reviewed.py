"""What a reviewer and an attacker found: each would fail again without its mending."""

import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import text as sql

from tests.cast import ALEX, JORDAN, Cast
from tests.conftest import eventually
from textline.carrier.incoming import StatusReport
from textline.errors import Conflict
from textline.flow import close, escalate, hand_off, record, reply, send, set_up, sweep
from textline.flow.batch import UNRECORDED
from textline.flow.drain import drain
from textline.flow.receive import Arrived, inbox_of
from textline.live.inbox import Item
from textline.rules.delivery import Delivery
from textline.rules.ownership import Owner
from textline.runtime import Runtime
from textline.store import conversations, escalations, events, hotlines, lines, outbox, people, spool
from textline.store.messages import Author, Text

CRISIS = "I want to kill myself tonight"


# Texters of one test each: the carrier's log outlives the record of a test.
ONE, TWO, THREE, FOUR = "+12025550181", "+12025550182", "+12025550183", "+12025550184"


def automatic(cast: Cast, sender: str = ALEX) -> list[Text]:
    return [text for text in cast.thread(cast.conversation(sender)) if text.author == Author.AUTOMATIC]


def test_a_hotline_that_could_not_be_sent_has_not_been_said(cast: Cast) -> None:
    for body in ("STOP", CRISIS):
        cast.texts(ALEX, body)
    assert automatic(cast) == []
    for body in ("START", CRISIS):
        cast.texts(ALEX, body)
    assert "988" in automatic(cast)[0].body


def test_nobody_in_a_crisis_is_told_to_wait_or_that_we_are_closed(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        closed = (unit.now.weekday() + 3) % 7
        set_up.set_hours(unit, cast.ada, cast.line.id, [(closed, "09:00", "17:00")], "")
    cast.texts(ALEX, CRISIS)
    assert len(automatic(cast)) == 1


def test_what_was_sent_at_a_higher_level_is_not_sent_again_at_a_lower(cast: Cast) -> None:
    for body in (CRISIS, "I want to die"):
        cast.texts(ALEX, body)
    assert len(automatic(cast)) == 1


def test_a_crisis_text_waits_for_no_other_that_is_being_sent(cast: Cast) -> None:
    conversation = cast.texts(ALEX, "hi")
    with cast.run.unit(cast.organization) as unit:
        assert outbox.claim(unit, conversation.texter_id)
        assert outbox.claim(unit, conversation.texter_id) is None
    cast.texts(ALEX, CRISIS)
    with cast.run.unit(cast.organization) as unit:
        parcel = outbox.claim(unit, conversation.texter_id)
    assert parcel
    assert parcel.urgent


def test_replies_in_a_crisis_keep_their_order(cast: Cast, misbehave) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, CRISIS)
    send.send(cast.run, cast.organization, conversation.texter_id)
    for n, body in enumerate(("first", "second")):
        misbehave(api_429_rate=1 - n)
        with cast.run.unit(cast.organization) as unit:
            reply.reply(unit, cast.maya, conversation.id, body)
        assert send.send(cast.run, cast.organization, conversation.texter_id) == 0
    cast.run.clock.move(seconds=10)
    assert send.send(cast.run, cast.organization, conversation.texter_id) == 2


def test_a_crisis_text_of_which_twilio_knows_nothing_is_sent_again(cast: Cast, misbehave) -> None:
    conversation = cast.texts(ONE, CRISIS)
    misbehave(api_5xx_rate=1, api_taken_rate=0)
    send.send(cast.run, cast.organization, conversation.texter_id)
    assert automatic(cast, ONE)[0].delivery == Delivery.UNKNOWN
    misbehave()
    cast.run.clock.move(seconds=30)
    sweep.urgent_sends(cast.run)
    assert automatic(cast, ONE)[0].delivery == Delivery.DUE
    assert send.send(cast.run, cast.organization, conversation.texter_id) == 1


@pytest.mark.parametrize("status", ["failed", "undelivered"])
def test_a_crisis_text_that_does_not_arrive_alarms_anew(cast: Cast, status: str) -> None:
    cast.texts(ALEX, CRISIS)
    with cast.run.unit(cast.organization) as unit:
        number = escalations.unresolved(unit)[0].id
        escalate.acknowledge(unit, cast.ruth, number)
    text = automatic(cast)[0]
    send.status(
        cast.run, text.id, StatusReport(cast.run.settings.twilio_account_sid, "SM" + "b" * 32, status, 30003)
    )
    with cast.run.unit(cast.organization) as unit:
        raised = escalations.unresolved(unit)[0]
    assert raised.undelivered
    assert raised.acknowledged_at is None


def test_a_status_that_never_came_is_asked_for(cast: Cast) -> None:
    conversation = cast.texts(ALEX, "hi")
    send.send(cast.run, cast.organization, conversation.texter_id)
    sid = cast.run.carrier.sent_to(cast.line.number, ALEX, conversation.opened_at)[0].sid
    eventually(lambda: cast.run.carrier.fetch(sid).status == "delivered")  # its callbacks lead nowhere here
    assert automatic(cast)[0].delivery == Delivery.QUEUED
    cast.run.clock.move(minutes=4)
    sweep.reports(cast.run)
    assert automatic(cast)[0].delivery == Delivery.DELIVERED


def test_a_text_stamped_by_a_clock_that_is_ahead_is_recorded_at_once(cast: Cast) -> None:
    cast.run.clock.move(seconds=0.5)
    text = cast.arrives(ALEX, "from the future")
    cast.run.clock.move(seconds=-0.5)
    began = time.monotonic()
    assert drain(cast.run, inbox_of(cast.run.seal, text)) == 1
    assert time.monotonic() - began < 2


def test_a_text_that_cannot_be_recorded_is_held_and_the_others_go_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = record._record_one

    def poisoned(unit, conversation, texter, arrived: Arrived, message: int, before: list[str]) -> None:
        if arrived.incoming.body == "poison":
            raise TypeError
        whole(unit, conversation, texter, arrived, message, before)

    monkeypatch.setattr(record, "_record_one", poisoned)
    for body in ("one", "poison"):
        cast.arrives(ALEX, body)
    cast.texts(ALEX, "three")
    words = [t.body for t in cast.thread(cast.conversation(ALEX)) if t.author == Author.TEXTER]
    assert words == ["one", "three"]
    with cast.run.unit(cast.organization) as unit:
        assert spool.held(unit) == {UNRECORDED: 1}
    monkeypatch.undo()  # a new version, which can
    sweep.held(cast.run)
    assert sweep.spooled(cast.run) == 1


def test_the_screen_failing_in_the_worker_is_a_crisis(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from textline.flow import lanes

    def fails() -> None:
        raise RuntimeError

    monkeypatch.setattr(lanes, "screen", fails)
    conversation = cast.texts(ALEX, "anything")
    with cast.run.unit(cast.organization) as unit:
        assert escalations.unresolved(unit)[0].conversation_id == conversation.id


def test_many_texts_are_recorded_in_more_than_one_transaction(cast: Cast) -> None:
    texts = [cast.arrives(ALEX, str(n)) for n in range(120)]
    assert drain(cast.run, inbox_of(cast.run.seal, texts[0])) == 120
    words = [t.body for t in cast.thread(cast.conversation(ALEX)) if t.author == Author.TEXTER]
    assert words == [str(n) for n in range(120)]


def test_a_blocked_texter_gets_nobody_by_a_sad_word(cast: Cast) -> None:
    from textline.flow import block

    conversation = cast.texts(ALEX, "rude")
    with cast.run.unit(cast.organization) as unit:
        block.block(unit, cast.ruth, conversation.id, 24, "abuse")
    assert cast.texts(ALEX, "it is hopeless").state == Owner.CLOSED


def test_nobody_closes_over_words_they_have_not_seen(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    seen = cast.thread(conversation)[-1].id
    cast.texts(ALEX, "wait, one more thing")
    with pytest.raises(Conflict, match="written again"), cast.run.unit(cast.organization) as unit:
        close.close(unit, cast.maya, conversation.id, "supported", "", seen)
    with cast.run.unit(cast.organization) as unit:
        close.close(unit, cast.maya, conversation.id, "supported", "", cast.thread(conversation)[-1].id)


def test_one_answer_sent_twice_is_one(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    for _ in range(2):
        with cast.run.unit(cast.organization) as unit:
            reply.reply(unit, cast.maya, conversation.id, "hello", once="a-token")
    assert cast.bodies(conversation).count("hello") == 1


def test_a_hotline_is_handed_once(cast: Cast) -> None:
    cast.texts(ALEX, CRISIS)
    with cast.run.unit(cast.organization) as unit:
        number = escalations.unresolved(unit)[0].id
        hotline = next(h for h in hotlines.of_country(unit, "US") if not h.emergency)
        escalate.acknowledge(unit, cast.ruth, number)
        hand_off.hand_off(unit, cast.ruth, number, hotline.id)
    with pytest.raises(Conflict, match="already"), cast.run.unit(cast.organization) as unit:
        hand_off.hand_off(unit, cast.ruth, number, hotline.id)


def test_nobody_escalates_what_is_closed(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    with cast.run.unit(cast.organization) as unit:
        close.close(unit, cast.maya, conversation.id, "supported", "")
    with pytest.raises(Conflict, match="closed"), cast.run.unit(cast.organization) as unit:
        escalate.by_person(unit, cast.ruth, conversation.id)


def test_a_stopped_match_keeps_no_crisis_waiting(cast: Cast) -> None:
    cast.texts(ALEX, "hi")
    stopped, go_on = threading.Event(), threading.Event()

    def stop_in_the_middle() -> None:
        with cast.run.unit(cast.organization) as unit:
            from textline.store import organizations

            organizations.one_at_a_time(unit)
            conversations.waiting(unit, 10)
            stopped.set()
            go_on.wait(60)

    matching = threading.Thread(target=stop_in_the_middle)
    matching.start()
    assert stopped.wait(60)
    text = cast.arrives(ALEX, CRISIS)
    began = time.monotonic()
    drain(cast.run, inbox_of(cast.run.seal, text))
    took = time.monotonic() - began
    go_on.set()
    matching.join()
    assert took < 1
    with cast.run.unit(cast.organization) as unit:
        assert len(escalations.unresolved(unit)) == 1


def test_a_texter_whose_row_is_held_does_not_stop_the_sweep_for_others(cast: Cast, run: Runtime) -> None:
    cast.texts(ALEX, "hi")
    cast.arrives(ALEX, "held")
    cast.arrives(JORDAN, "free")
    cast.run.clock.move(seconds=16)
    with run.store.session() as session:
        session.execute(sql("select 1 from texters for update"))
        assert sweep.inboxes(cast.run) == 1
    assert sweep.inboxes(cast.run) == 1


def test_a_changed_role_begins_anew(cast: Cast) -> None:
    from textline.flow import sign_in

    token = sign_in.begin(cast.run, cast.ruth)
    with cast.run.unit(cast.organization) as unit:
        set_up.change_person(unit, cast.ada, cast.ruth.id, "volunteer", 3)
    assert sign_in.whose(cast.run, token) is None


def test_a_disabled_admins_links_end_with_them(cast: Cast) -> None:
    from textline.flow import sign_in

    with cast.run.unit(cast.organization) as unit:
        token = set_up.invite(unit, cast.ada, "Friend", "admin")
        people.get(unit, cast.ruth.id).role = people.Role.ADMIN
    with cast.run.unit(cast.organization) as unit:
        set_up.disable(unit, cast.ruth, cast.ada.id)
    assert sign_in.invitation(cast.run, token) is None


def test_a_review_is_of_what_was_seen(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        hotline = hotlines.of_country(unit, "US")[0]
        seen = hotline.shown
        set_up.change_hotline(unit, cast.ada, hotline.id, hotline.name, "999", "", "")
        with pytest.raises(Conflict, match="look again"):
            set_up.review_hotline(unit, cast.ada, hotline.id, True, seen)


def test_presence_is_lost_only_while_somebody_could_listen(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    cast.run.live.presence.listening(cast.run.clock().timestamp())
    cast.run.clock.move(minutes=2)  # no web process heard anything in this time
    cast.run.live.presence.listening(cast.run.clock().timestamp())
    assert sweep.absences(cast.run) == 0
    for _ in range(5):
        cast.run.clock.move(seconds=5)
        cast.run.live.presence.listening(cast.run.clock().timestamp())
    assert sweep.absences(cast.run) == 1
    assert cast.now(conversation).state == Owner.WAITING


@pytest.mark.parametrize("module", ["drain", "match", "send", "clock"])
def test_each_worker_knows_every_table_by_itself(module: str) -> None:
    code = f"import workers.{module}; from sqlalchemy.orm import configure_mappers; configure_mappers(); " \
        "from textline.store.base import Base; assert len(Base.metadata.tables) > 15; " \
        "[column.references(column) for table in Base.metadata.sorted_tables for column in table.c]"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_events_say_what_became_of_a_lost_text(cast: Cast, misbehave) -> None:
    conversation = cast.texts(TWO, "hi")
    misbehave(api_5xx_rate=1, api_taken_rate=0)
    send.send(cast.run, cast.organization, conversation.texter_id)
    misbehave()
    cast.run.clock.move(seconds=61)
    sweep.sends(cast.run)
    with cast.run.unit(cast.organization) as unit:
        actions = [event.action for event in events.of_conversation(unit, conversation.id)]
    assert actions[-2:] == ["message:unknown", "message:due_again"]
    sweep.sends(cast.run)
    assert automatic(cast, TWO)[0].delivery in (Delivery.QUEUED, Delivery.SENT, Delivery.DELIVERED)


def test_whoever_was_frozen_after_a_claim_does_not_send(cast: Cast) -> None:
    conversation = cast.texts(THREE, "hi")
    with cast.run.unit(cast.organization) as unit:
        parcel = outbox.claim(unit, conversation.texter_id)
    assert parcel
    cast.run.clock.move(seconds=16)
    with cast.run.unit(cast.organization) as unit:
        assert not send._hand_over(cast.run, parcel)(unit, parcel)
    assert automatic(cast, THREE)[0].delivery == Delivery.DUE
    assert cast.run.carrier.sent_to(parcel.sender, parcel.to, parcel.decided_at - timedelta(minutes=1)) == []


def test_a_late_failure_says_nothing_against_a_delivered_text(cast: Cast) -> None:
    conversation = cast.texts(ALEX, CRISIS)
    with cast.run.unit(cast.organization) as unit:
        parcel = outbox.claim(unit, conversation.texter_id)
        escalate.acknowledge(unit, cast.ruth, escalations.unresolved(unit)[0].id)
    assert parcel
    delivered = StatusReport(cast.run.settings.twilio_account_sid, "SM" + "c" * 32, "delivered")
    assert send.status(cast.run, parcel.message_id, delivered)
    with cast.run.unit(cast.organization) as unit:
        send._settle(unit, parcel, Delivery.FAILED, 21610)
    with cast.run.unit(cast.organization) as unit:
        raised = escalations.unresolved(unit)[0]
        assert (raised.undelivered, raised.acknowledged_by) == (False, cast.ruth.id)
        assert "message:failed" not in [e.action for e in events.of_conversation(unit, conversation.id)]


def test_a_text_of_another_versions_making_does_not_stop_its_texter(cast: Cast) -> None:
    text = cast.arrives(ALEX, "readable")
    inbox = inbox_of(cast.run.seal, text)
    for n, strange in enumerate(
        ('{"at": "x"}', "[]", '{"at": "2026-01-01T00:00:00+00:00", "text": {"media": [], "new": 1}}')
    ):
        cast.run.live.inbox.put(Item(inbox, f"SMstrange{n}", cast.run.seal.close(strange), 0.0, "texts"))
    assert drain(cast.run, inbox) == 1
    assert len(cast.run.live.inbox.read(inbox)) == 3


def test_whoever_lost_their_claim_cannot_take_it_back(cast: Cast) -> None:
    """Frozen after a claim, found unknown, due again and claimed by another: the first must not make it due."""
    conversation = cast.texts(FOUR, CRISIS)
    with cast.run.unit(cast.organization) as unit:
        first = outbox.claim(unit, conversation.texter_id)
    cast.run.clock.move(seconds=40)
    sweep.urgent_sends(cast.run)
    with cast.run.unit(cast.organization) as unit:
        second = outbox.claim(unit, conversation.texter_id)
        assert first
        assert second
        assert first.message_id == second.message_id
        outbox.postpone(unit, first, unit.now)
        assert not outbox.settle(unit, first, Delivery.UNKNOWN)
    assert automatic(cast, FOUR)[0].delivery == Delivery.SENDING
    with cast.run.unit(cast.organization) as unit:
        assert not send._hand_over(cast.run, first)(unit, first)
    assert automatic(cast, FOUR)[0].delivery == Delivery.SENDING


def test_an_answer_in_a_crisis_waits_for_no_turn_of_the_line(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    texter = conversation.texter_id
    with cast.run.unit(cast.organization) as unit:
        lines.reserve(unit, cast.line.id, 3000)
        reply.reply(unit, cast.maya, conversation.id, "hello")
    assert send.send(cast.run, cast.organization, texter) == 0
    cast.texts(ALEX, CRISIS)
    with cast.run.unit(cast.organization) as unit:
        hello = [t for t in automatic(cast) if t.delivery == Delivery.DUE]
        assert hello
        assert conversations.get(unit, conversation.id).grave.escalates
    assert send.send(cast.run, cast.organization, texter) >= 1


def test_a_late_stop_says_nothing_about_somebody_who_has_written_since(cast: Cast) -> None:
    from dataclasses import replace
    from datetime import timedelta as ago

    from textline.flow.drain import drain_some
    from textline.flow.receive import keep

    conversation = cast.texts(ALEX, "START")
    text = cast.arrives(ALEX, "hello")
    drain_some(cast.run, "texts")
    now = cast.run.clock()
    keep(cast.run, Arrived(replace(text, sid="SMlate", body="STOP"), now, now - ago(minutes=5)), urgent=False)
    drain_some(cast.run, "texts")
    with cast.run.unit(cast.organization) as unit:
        from textline.store import texters

        assert texters.get(unit, conversation.texter_id).opted_out_at is None


def test_redis_copy_counts_where_both_stores_have_one(cast: Cast) -> None:
    """It knows that the texter was answered in TwiML; the spool's was written by a transaction that came too late."""
    from textline.flow.drain import drain_some
    from textline.flow.receive import _item
    from textline.store import spool as spooled

    text = cast.arrives(ALEX, CRISIS)
    now = cast.run.clock()
    plain, answered = Arrived(text, now), Arrived(text, now, answered="In crisis: call or text 988.")
    cast.run.live.inbox._redis.flushall()
    cast.run.live.inbox.put(_item(cast.run, answered, urgent=True))
    with cast.run.everywhere() as everywhere:
        item = _item(cast.run, plain, urgent=True)
        spooled.put(everywhere, item.inbox, item.sid, item.sealed, now, urgent=True)
    drain_some(cast.run, "urgent")
    assert [(t.delivery, t.body) for t in automatic(cast)] == [(Delivery.UNKNOWN, answered.answered)]
