"""Promise 6: sent knowingly, through the real client to a simulated carrier that misbehaves."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy import text as text_

from tests.cast import ALEX, JORDAN, Cast
from tests.conftest import Clock
from textline.carrier.client import Outgoing
from textline.carrier.incoming import StatusReport
from textline.errors import Invalid
from textline.flow import reply, send, sweep
from textline.rules.delivery import Delivery
from textline.runtime import Runtime
from textline.seal import SealBroken
from textline.store import outbox, texters
from textline.store.messages import Author, Message, Text


def answered(cast: Cast, body: str = "Hello, I am here") -> int:
    """Maya has a conversation with Alex and has answered; all earlier texts have left."""
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    send.send(cast.run, cast.organization, conversation.texter_id)
    with cast.run.unit(cast.organization) as unit:
        reply.reply(unit, cast.maya, conversation.id, body)
    return conversation.texter_id


def while_twilio_answers(run: Runtime, do: Callable[[str], None]) -> Runtime:
    """A runtime whose carrier takes long enough with each text for something else to be done meanwhile."""

    class Slow:
        def send(self, outgoing: Outgoing) -> object:
            do(outgoing.body)
            return run.carrier.send(outgoing)

        def __getattr__(self, name: str) -> object:
            return getattr(run.carrier, name)

    return replace(run, carrier=Slow())


def last(cast: Cast) -> Text:
    return cast.thread(cast.conversation(ALEX))[-1]


def sent(cast: Cast, body: str) -> int:
    """How many times the carrier has taken this text for Alex, in all of this test."""
    since = cast.conversation(ALEX).opened_at
    return sum(row.body == body for row in cast.run.carrier.sent_to(cast.line.number, ALEX, since))


def test_a_reply_is_sent_once_and_its_status_only_rises(cast: Cast) -> None:
    texter = answered(cast, "only once")
    assert send.send(cast.run, cast.organization, texter) == 1
    assert send.send(cast.run, cast.organization, texter) == 0
    assert sent(cast, "only once") == 1
    text = last(cast)
    sid = cast.run.carrier.sent_to(cast.line.number, ALEX, cast.conversation(ALEX).opened_at)[0].sid
    account = cast.run.settings.twilio_account_sid
    for status in ("delivered", "sent", "queued", "sending"):
        send.status(cast.run, text.id, StatusReport(account, sid, status))
    assert last(cast).delivery == Delivery.DELIVERED
    assert not send.status(cast.run, text.id, StatusReport(account, "SMother", "read"))
    assert last(cast).delivery == Delivery.DELIVERED


def test_what_is_decided_while_another_is_at_twilio_leaves_after_it(cast: Cast) -> None:
    """Its own wake-up finds the texter taken, and is spent."""
    texter = answered(cast, "first")

    def another_is_decided_and_tried(body: str) -> None:
        if body == "first":
            with cast.run.unit(cast.organization) as unit:
                reply.reply(unit, cast.maya, cast.conversation(ALEX).id, "second")
            assert send.send(cast.run, cast.organization, texter) == 0

    run = while_twilio_answers(cast.run, another_is_decided_and_tried)
    assert send.send(run, cast.organization, texter) == 2
    assert (sent(cast, "first"), sent(cast, "second")) == (1, 1)


def test_what_twilio_said_is_kept_when_somebody_else_holds_the_texter(cast: Cast) -> None:
    texter = answered(cast, "somebody holds you")
    with ExitStack() as stopped:

        def another_takes_the_texter(_body: str) -> None:
            texters.get(stopped.enter_context(cast.run.unit(cast.organization)), texter, lock=True)

        run = while_twilio_answers(cast.run, another_takes_the_texter)
        assert send.send(run, cast.organization, texter) == 1
    assert last(cast).delivery in (Delivery.QUEUED, Delivery.SENT, Delivery.DELIVERED)


def test_what_twilio_said_is_kept_when_the_next_text_cannot_be_opened(cast: Cast) -> None:
    texter = answered(cast, "one, and a broken one")
    with cast.run.unit(cast.organization) as unit:
        reply.reply(unit, cast.maya, cast.conversation(ALEX).id, "broken")
    with cast.run.unit(cast.organization) as unit:
        unit.session.execute(
            text_("update messages set body_sealed = 'x' where id = (select max(id) from messages)")
        )
    with pytest.raises(SealBroken):
        send.send(cast.run, cast.organization, texter)
    with cast.run.unit(cast.organization) as unit:
        first = unit.session.scalars(
            select(Message).where(Message.author == "volunteer").order_by(Message.id)
        ).first()
        assert first is not None
        assert first.sid


def test_a_callback_before_the_answer_is_kept(cast: Cast) -> None:
    texter = answered(cast)
    text = last(cast)
    account = cast.run.settings.twilio_account_sid
    assert send.status(cast.run, text.id, StatusReport(account, "SM" + "e" * 32, "delivered"))
    assert last(cast).delivery == Delivery.DELIVERED
    assert send.send(cast.run, cast.organization, texter) == 0


def test_a_refusal_for_now_is_tried_again_later(cast: Cast, misbehave) -> None:
    texter = answered(cast, "later")
    misbehave(api_429_rate=1)
    assert send.send(cast.run, cast.organization, texter) == 0
    assert last(cast).delivery == Delivery.DUE
    misbehave()
    assert send.send(cast.run, cast.organization, texter) == 0  # not before its time
    cast.run.clock.move(seconds=10)
    assert sweep.sends(cast.run) == 1
    assert sent(cast, "later") == 1


@pytest.mark.parametrize("taken", [1, 0])
def test_a_lost_answer_is_unknown_and_resolved_from_twilios_log(cast: Cast, misbehave, taken: int) -> None:
    texter = answered(cast, f"lost answer {taken}")
    misbehave(api_5xx_rate=1, api_taken_rate=taken, callback_drop_rate=1)
    send.send(cast.run, cast.organization, texter)
    assert last(cast).delivery == Delivery.UNKNOWN
    misbehave()
    assert send.send(cast.run, cast.organization, texter) == 0  # never blindly again
    cast.run.clock.move(seconds=30)
    sweep.sends(cast.run)
    assert last(cast).delivery in (
        [Delivery.QUEUED, Delivery.SENT, Delivery.DELIVERED] if taken else [Delivery.UNKNOWN]
    )
    cast.run.clock.move(seconds=35)
    for _ in range(2):  # found out to be due again, and sent
        sweep.sends(cast.run)
        cast.run.clock.move(seconds=4)
    assert sent(cast, f"lost answer {taken}") == 1
    assert last(cast).delivery in (Delivery.QUEUED, Delivery.SENT, Delivery.DELIVERED)


def test_a_crisis_text_does_not_wait_for_an_unknown_one(cast: Cast, misbehave) -> None:
    texter = answered(cast, "unknown")
    misbehave(api_5xx_rate=1, api_taken_rate=0)
    send.send(cast.run, cast.organization, texter)
    misbehave()
    cast.texts(ALEX, "I want to die")
    assert send.send(cast.run, cast.organization, texter) == 1


def test_a_claim_of_a_dead_worker_becomes_unknown(cast: Cast) -> None:
    from textline.store import outbox

    texter = answered(cast)
    with cast.run.unit(cast.organization) as unit:
        assert outbox.claim(unit, texter)
    cast.run.clock.move(seconds=50)
    sweep.sends(cast.run)
    assert last(cast).delivery == Delivery.UNKNOWN


def test_an_opt_out_at_twilio_is_learned_from_its_refusal(cast: Cast) -> None:
    texter = answered(cast)
    httpx.post(
        f"{cast.run.settings.twilio_api_url}/simulated/texts",
        json={"from": ALEX, "to": cast.line.number, "body": "STOP", "wait": False},
    )
    try:
        send.send(cast.run, cast.organization, texter)
        text = last(cast)
        assert (text.delivery, text.error_code) == (Delivery.FAILED, 21610)
        with cast.run.unit(cast.organization) as unit:
            assert texters.get(unit, texter).opted_out_at is not None
        with pytest.raises(Invalid, match="opted out"), cast.run.unit(cast.organization) as unit:
            reply.reply(unit, cast.maya, cast.conversation(ALEX).id, "hello?")
    finally:
        httpx.post(
            f"{cast.run.settings.twilio_api_url}/simulated/texts",
            json={"from": ALEX, "to": cast.line.number, "body": "START", "wait": False},
        )


def test_replies_leave_in_the_order_written(cast: Cast) -> None:
    texter = answered(cast, "one")
    with cast.run.unit(cast.organization) as unit:
        reply.reply(unit, cast.maya, cast.conversation(ALEX).id, "two")
    assert send.send(cast.run, cast.organization, texter) == 2
    rows = cast.run.carrier.sent_to(cast.line.number, ALEX, cast.conversation(ALEX).opened_at)
    ours = [row.body for row in rows][::-1]
    assert ours.index("one") < ours.index("two")


@pytest.mark.parametrize("body", ["", "   \n ", "x" * 1601])
def test_what_cannot_be_sent_is_refused_with_the_remedy(cast: Cast, body: str) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    with pytest.raises(Invalid), cast.run.unit(cast.organization) as unit:
        reply.reply(unit, cast.maya, conversation.id, body)
    assert all(text.author != Author.VOLUNTEER for text in cast.thread(conversation))


def test_twilio_is_asked_ever_more_seldom_about_a_text_that_no_carrier_reports(
    cast: Cast, clock: Clock
) -> None:
    texter = answered(cast)
    send.send(cast.run, cast.organization, texter)
    asked = []
    for minute in range(1, 24 * 60):
        clock.move(minutes=1)
        with cast.run.everywhere() as everywhere:
            if any(last(cast).id == found for found, _ in outbox.unreported(everywhere, sweep.UNREPORTED)):
                asked.append(minute)
    assert asked[0] in (3, 4)
    assert 7 <= len(asked) <= 12
    assert all(later > 1.8 * earlier for earlier, later in pairwise(asked))


def test_the_clock_leaves_an_ordinary_text_to_a_worker_that_is_at_them_but_not_for_long(cast: Cast) -> None:
    texter = answered(cast, "the worker's")
    cast.run.clock.move(seconds=5)
    cast.run.live.jobs.begun("send", cast.organization, 0)  # the worker sends another's text
    assert sweep.sends(cast.run) == 0
    cast.run.clock.move(seconds=5)
    cast.run.live.jobs.begun("send", cast.organization, 0)
    assert sweep.sends(cast.run) == 1
    assert send.send(cast.run, cast.organization, texter) == 0


def test_the_clock_sends_soon_what_no_worker_is_at(cast: Cast) -> None:
    answered(cast, "nobody's")
    cast.run.clock.move(seconds=4)
    assert sweep.sends(cast.run) == 1


def test_one_texter_whose_text_cannot_be_opened_keeps_no_other_of_the_job_waiting(cast: Cast) -> None:
    first = answered(cast, "the first")
    other = cast.texts(JORDAN, "hello").texter_id
    with cast.run.unit(cast.organization) as unit:
        texters.get(unit, first).number_sealed = "of a key that is gone"
    assert send.send_some(cast.run, cast.organization, [first, other], lambda: False) == ()
    assert cast.thread(cast.conversation(JORDAN))[-1].delivery in (
        Delivery.QUEUED,
        Delivery.SENT,
        Delivery.DELIVERED,
    )


def test_who_is_told_to_stop_leaves_the_rest_to_another(cast: Cast) -> None:
    first = answered(cast, "the first")
    assert send.send_some(cast.run, cast.organization, [first, 7], lambda: True) == [first, 7]
    assert last(cast).delivery == Delivery.DUE
