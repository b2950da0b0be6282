"""While a crisis lasts: what changes in it is not passed over, and nobody in it is let go."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cast import ALEX, JORDAN, Cast
from tests.flow.crisis import CRISIS, acknowledged, automatic, called, escalation, opened, passes
from textline.carrier.incoming import StatusReport
from textline.errors import Conflict, Invalid
from textline.flow import alarm, close, escalate, hand_off, record, reply, send, set_up, set_up_calls, watch
from textline.flow.receive import Arrived
from textline.rules.delivery import Delivery
from textline.rules.levels import Level
from textline.rules.ownership import Owner
from textline.store import alarms, hotlines, lines
from textline.store.messages import Message


def record_(cast: Cast, *arrived: Arrived) -> None:
    """Record texts as they are given, in one go."""
    with cast.run.unit(cast.organization) as unit:
        record.record(unit, lines.get(unit, cast.line.id), {"an inbox": list(arrived)})


def sid_of(cast: Cast, message_id: int) -> str:
    with cast.run.unit(cast.organization) as unit:
        return str(unit.session.scalar(select(Message.sid).where(Message.id == message_id)))


def on_call(cast: Cast, *numbers: str) -> None:
    with cast.run.unit(cast.organization) as unit:
        for number in numbers:
            set_up_calls.add_contact(unit, cast.ada, f"On call {number[-2:]}", number)


def sends_a_number(cast: Cast, escalation_id: int) -> None:
    """Ruth hands them to a hotline by text."""
    with cast.run.unit(cast.organization) as unit:
        hotline = next(h for h in hotlines.of_country(unit, "US") if not h.emergency and h.reviewed_at)
        hand_off.hand_off(unit, cast.ruth, escalation_id, hotline.id)


def test_pills_in_a_crisis_that_somebody_has_acknowledged_alarm_anew_and_are_answered(cast: Cast) -> None:
    cast.texts(ALEX, "im going to kill myself tonight")
    acknowledged(cast)
    cast.texts(ALEX, "I just took 40 pills of tylenol")
    raised = escalation(cast)
    assert (raised.route, raised.acknowledged_at) == ("medical", None)
    assert any("911" in body and "took something" in body for body in automatic(cast)), automatic(cast)
    said = len(automatic(cast))
    cast.texts(ALEX, "i took 40 pills")
    assert len(automatic(cast)) == said  # once


def test_a_body_in_danger_stays_the_route_whatever_is_said_after_it(cast: Cast) -> None:
    cast.texts(ALEX, "i think i overdosed")
    cast.texts(ALEX, "im going to kill myself tonight")
    assert escalation(cast).route == "medical"


def test_whoever_may_read_along_is_thought_of_whatever_else_is_said_with_it(cast: Cast) -> None:
    cast.texts(ALEX, "my husband is beating me and i took 40 pills of tylenol")
    raised = escalation(cast)
    assert (raised.route, raised.discreet) == ("medical", True)
    assert any("we have your message" in body for body in automatic(cast))
    assert not any("took something" in body for body in automatic(cast))


def test_somebody_who_is_feared_alarms_anew(cast: Cast) -> None:
    cast.texts(ALEX, CRISIS)
    acknowledged(cast)
    cast.texts(ALEX, "my husband is beating me")
    raised = escalation(cast)
    assert (raised.acknowledged_at, raised.rang_for, raised.discreet) == (None, "feared", True)


def test_whoever_might_read_along_still_may_the_next_time(cast: Cast) -> None:
    cast.texts(ALEX, "my husband is beating me")
    number = acknowledged(cast)
    cast.asks_safety(number)
    with cast.run.unit(cast.organization) as unit:
        escalate.resolve(unit, cast.ruth, number, "safe", "")
    cast.texts(ALEX, CRISIS)
    assert escalation(cast).discreet
    assert not any("pain" in body for body in automatic(cast))


def test_after_a_false_alarm_nobody_is_thought_to_read_along(cast: Cast) -> None:
    cast.texts(ALEX, "my husband is beating me")
    number = acknowledged(cast)
    with cast.run.unit(cast.organization) as unit:
        escalate.resolve(unit, cast.ruth, number, "false_alarm", "at chess")
    cast.texts(ALEX, CRISIS)
    assert not escalation(cast).discreet


def test_what_came_before_the_press_is_not_resolved_with_it(cast: Cast) -> None:
    conversation = cast.texts(ALEX, CRISIS)
    number = acknowledged(cast)
    cast.asks_safety(number)
    seen = cast.thread(conversation)[-1].id
    cast.texts(ALEX, "i have the gun in my hand")
    acknowledged(cast)  # it rang anew: a gun
    with pytest.raises(Conflict, match="just written"), cast.run.unit(cast.organization) as unit:
        escalate.resolve(unit, cast.ruth, number, "safe", "", seen)
    assert escalation(cast).resolved_at is None


def test_a_hotlines_number_that_was_sent_is_no_end(cast: Cast) -> None:
    cast.texts(ALEX, CRISIS)
    number = acknowledged(cast)
    sends_a_number(cast, number)
    passes(cast, 40)
    assert opened(cast) == []
    passes(cast, 10)
    assert opened(cast) == ["handoff_open"]


def test_whoever_wants_no_more_texts_in_a_crisis_is_not_let_go(cast: Cast) -> None:
    cast.texts(ALEX, CRISIS)
    acknowledged(cast)
    cast.texts(ALEX, "STOP")
    assert escalation(cast).acknowledged_at is None
    assert opened(cast) == ["unreachable"]


def test_a_crisis_that_was_acknowledged_and_that_nobody_has_is_not_forgotten(cast: Cast) -> None:
    cast.texts(ALEX, CRISIS)
    acknowledged(cast)
    passes(cast, 1)
    assert "left_alone" not in opened(cast)
    passes(cast, 3)
    assert "left_alone" in opened(cast)


def test_an_alarm_that_still_stands_calls_again(cast: Cast) -> None:
    on_call(cast, "+12025557301")
    cast.texts(ALEX, "hello")
    passes(cast, 30)
    assert opened(cast) == ["unanswered"]
    assert 2 <= len(called(cast)) <= 4


def test_each_conversation_that_is_left_alone_calls(cast: Cast) -> None:
    on_call(cast, "+12025557301")
    for texter in (ALEX, JORDAN):
        with cast.run.unit(cast.organization) as unit:
            conversation = cast.texts(texter, "hi").id
            alarm.raise_(unit, "left_alone", conversation)
    assert len(called(cast)) == 2


def test_ringing_anew_keeps_nobody_further_up_the_list_from_being_called(cast: Cast) -> None:
    on_call(cast, "+12025557301", "+12025557302", "+12025557303")
    cast.texts(ALEX, CRISIS)
    for _ in range(8):
        cast.run.clock.move(seconds=40)
        with cast.run.unit(cast.organization) as unit:
            escalate.not_delivered(unit, cast.conversation(ALEX).id, 0)
        watch.crises(cast.run)
    assert len(set(called(cast))) == 3


def test_only_a_hotline_that_was_reviewed_and_is_the_texters_own_is_given(cast: Cast) -> None:
    cast.texts(ALEX, CRISIS)
    number = acknowledged(cast)
    with cast.run.unit(cast.organization) as unit:
        british = next(h for h in hotlines.of_country(unit, "GB") if not h.emergency)
        here = hotlines.of_country(unit, "US")
        emergency = next(h for h in here if h.emergency)
        unreviewed = next(h for h in here if not h.emergency)
        set_up.review_hotline(unit, cast.ada, unreviewed.id, reviewed=False)
    for hotline, says in ((british, "country"), (unreviewed, "reviewed"), (emergency, "emergency")):
        with pytest.raises(Invalid, match=says), cast.run.unit(cast.organization) as unit:
            hand_off.hand_off(unit, cast.ruth, number, hotline.id)


def test_a_crisis_in_two_texts_is_found_though_the_first_ended_a_conversation(cast: Cast) -> None:
    conversation = cast.texts(ALEX, "i just want to")
    with cast.run.unit(cast.organization) as unit:
        close.close(unit, cast.ruth, conversation.id, "no_reply", "")
    assert cast.texts(ALEX, "die").id != conversation.id
    assert escalation(cast).conversation_id == cast.conversation(ALEX).id


def test_a_crisis_in_two_texts_is_found_though_the_first_is_recorded_last(cast: Cast) -> None:
    at = cast.run.clock()
    cast.run.clock.move(seconds=5)
    cast.texts(ALEX, "die")
    record_(cast, Arrived(cast.incoming(ALEX, "i just want to"), at))
    assert escalation(cast).level == Level.CRISIS


def test_an_answer_that_did_not_arrive_is_none(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    with cast.run.unit(cast.organization) as unit:
        reply.reply(unit, cast.maya, conversation.id, "I am here")
    send.send(cast.run, cast.organization, conversation.texter_id)
    answer = cast.thread(conversation)[-1]
    assert cast.now(conversation).unanswered_since is None
    account = cast.run.settings.twilio_account_sid
    send.status(cast.run, answer.id, StatusReport(account, sid_of(cast, answer.id), "undelivered", 30003))
    assert cast.now(conversation).unanswered_since == answer.at


def test_an_answer_that_did_not_arrive_and_was_followed_by_one_that_may_have_is_enough(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    for words in ("I am here", "still here"):
        with cast.run.unit(cast.organization) as unit:
            reply.reply(unit, cast.maya, conversation.id, words)
    send.send(cast.run, cast.organization, conversation.texter_id)
    answer = cast.thread(conversation)[-2]
    account = cast.run.settings.twilio_account_sid
    send.status(cast.run, answer.id, StatusReport(account, sid_of(cast, answer.id), "failed", 30003))
    assert cast.thread(conversation)[-2].delivery == Delivery.FAILED
    assert cast.now(conversation).unanswered_since is None


@pytest.mark.parametrize(
    ("first", "then", "why"),
    [
        ("my friend says she wants to kill herself", CRISIS, "also_self"),
        (CRISIS, "im going to shoot up my school", "also_violence"),
        ("call", CRISIS, "also_self"),
    ],
)
def test_another_danger_alarms_anew(cast: Cast, first: str, then: str, why: str) -> None:
    cast.texts(ALEX, first)
    acknowledged(cast)
    cast.texts(ALEX, then)
    raised = escalation(cast)
    assert (raised.acknowledged_at, raised.rang_for) == (None, why)


def test_somebody_who_spoke_of_a_friend_and_then_of_themself_is_told_where_help_is(cast: Cast) -> None:
    cast.texts(ALEX, "my friend says she wants to kill herself")
    cast.texts(ALEX, CRISIS)
    assert any("pain" in body and "988" in body for body in automatic(cast)), automatic(cast)


def test_seen_to_puts_an_alarm_off_while_the_crisis_lasts(cast: Cast) -> None:
    cast.texts(ALEX, CRISIS)
    acknowledged(cast)
    passes(cast, 5)
    with cast.run.unit(cast.organization) as unit:
        for one in alarms.opened(unit):
            alarm.end(unit, one.id, cast.ruth)
    passes(cast, 10)
    assert "left_alone" not in opened(cast)
    passes(cast, 15)
    assert "left_alone" in opened(cast)


def test_help_that_could_not_be_said_is_said_once_texts_reach_them_again(cast: Cast) -> None:
    for text in ("hi", "STOP", CRISIS):
        cast.texts(ALEX, text)
    assert "unreachable" in opened(cast)
    assert not any("988" in body and "pain" in body for body in automatic(cast))
    cast.texts(ALEX, "START")
    assert any("988" in body and "pain" in body for body in automatic(cast))
    passes(cast, 1)
    assert "unreachable" not in opened(cast)


def test_nobody_acknowledges_what_they_have_not_seen(cast: Cast) -> None:
    cast.texts(ALEX, "im worried my friend wants to kill herself")
    shown = escalation(cast)
    cast.run.clock.move(seconds=5)
    cast.texts(ALEX, "i took 40 pills of tylenol")
    with pytest.raises(Conflict, match="rung anew"), cast.run.unit(cast.organization) as unit:
        escalate.acknowledge(unit, cast.ruth, shown.id, shown.rang)


def test_a_number_that_did_not_arrive_hands_nobody_over(cast: Cast) -> None:
    cast.texts(ALEX, CRISIS)
    number = acknowledged(cast)
    sends_a_number(cast, number)
    sent = cast.thread(cast.conversation(ALEX))[-1]
    with cast.run.unit(cast.organization) as unit:
        escalate.not_delivered(unit, cast.conversation(ALEX).id, sent.id)
    assert cast.conversation(ALEX).state == Owner.SUPERVISOR


def test_pills_where_somebody_reads_along_are_answered_without_naming_them(cast: Cast) -> None:
    cast.texts(ALEX, "my husband is beating me")
    acknowledged(cast)
    cast.texts(ALEX, "i took 40 pills of tylenol")
    assert any("unwell" in body and "911" in body for body in automatic(cast)), automatic(cast)


def test_stop_on_another_line_of_the_organization_is_known_where_the_crisis_is(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        other = lines.add(unit, "The second line", "+12025550199", "US", "en", "America/New_York")
        unit.flush()
        second = other.id
    cast.texts(ALEX, CRISIS)
    acknowledged(cast)
    stop = replace(cast.incoming(ALEX, "STOP"), line="+12025550199")
    with cast.run.unit(cast.organization) as unit:
        record.record(unit, lines.get(unit, second), {"an inbox": [Arrived(stop, cast.run.clock())]})
    raised = escalation(cast)
    assert (raised.acknowledged_at, raised.rang_for) == (None, "opted_out")
    assert opened(cast) == ["unreachable"]


def test_twilio_says_that_somebody_in_a_crisis_has_opted_out(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, CRISIS)
    acknowledged(cast)
    with cast.run.unit(cast.organization) as unit:
        reply.reply(unit, cast.maya, conversation.id, "I am here")
    send.send(cast.run, cast.organization, conversation.texter_id)
    answer = cast.thread(conversation)[-1]
    account = cast.run.settings.twilio_account_sid
    send.status(cast.run, answer.id, StatusReport(account, sid_of(cast, answer.id), "failed", 21610))
    assert escalation(cast).rang_for == "opted_out"
    assert opened(cast) == ["unreachable"]


def test_what_is_recorded_with_a_stop_in_one_go_is_kept(cast: Cast) -> None:
    at = cast.run.clock()
    later = at + timedelta(seconds=3)
    record_(cast, Arrived(cast.incoming(ALEX, CRISIS), at), Arrived(cast.incoming(ALEX, "STOP"), later))
    conversation = cast.conversation(ALEX)
    assert (conversation.last_text_at, conversation.unanswered_since) == (later, at)
    assert escalation(cast).rang_for == "opted_out"
