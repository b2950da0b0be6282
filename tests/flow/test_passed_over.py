"""What a reader of the code found could be passed over: each is found, said and rung."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.cast import ALEX, JORDAN, Cast
from tests.flow.crisis import CRISIS, acknowledged, automatic, called, escalation, opened, passes
from tests.flow.test_while_a_crisis_lasts import on_call, record_, sends_a_number, sid_of
from textline.carrier.client import Logged
from textline.carrier.faults import Unreached, Unsure
from textline.carrier.incoming import StatusReport
from textline.errors import Conflict
from textline.flow import alarm, escalate, fallback, offer, reply, send, sweep, watch
from textline.flow.receive import Arrived
from textline.rules.handoff import Kind, State
from textline.store import conversations, escalations, handoffs, texters
from textline.store.calls import CallOut
from textline.store.handoffs import Handoff
from textline.store.messages import Author, Text

TAKEN = "i want to die tonight. i took them all"


def reports(cast: Cast, message: Text, status: str, code: int | None = None) -> None:
    """Twilio says what became of a text that it took."""
    account = cast.run.settings.twilio_account_sid
    send.status(cast.run, message.id, StatusReport(account, sid_of(cast, message.id), status, code))


def sends(cast: Cast) -> list[Text]:
    """What is due for Alex leaves; gives the thread."""
    conversation = cast.conversation(ALEX)
    send.send(cast.run, cast.organization, conversation.texter_id)
    return cast.thread(conversation)


def handed(cast: Cast) -> Sequence[Handoff]:
    with cast.run.unit(cast.organization) as unit:
        return handoffs.of_conversation(unit, cast.conversation(ALEX).id)


def nobody_reads_along(cast: Cast) -> None:
    """Ruth acknowledges, and knows that nobody who is feared reads the phone."""
    number = acknowledged(cast)
    with cast.run.unit(cast.organization) as unit:
        escalate.nobody_reads_along(unit, cast.ruth, number)


def test_a_body_in_danger_is_answered_though_something_graver_is_said_with_it(cast: Cast) -> None:
    cast.texts(ALEX, TAKEN)
    raised = escalation(cast)
    assert raised.routes == ["medical", "self"]
    assert any("911" in body for body in automatic(cast)), automatic(cast)


def test_whoever_may_hurt_others_and_themself_is_known_for_both(cast: Cast) -> None:
    cast.texts(ALEX, "im going to kill my family and then kill myself tonight")
    assert {"self", "violence"} <= set(escalation(cast).routes)


@pytest.mark.parametrize(
    "text",
    [
        "i want to kill myself, mom is gonna kill me if i failed",
        "my boyfriend doesnt hit me but i want to kill myself",
    ],
)
def test_what_a_figure_of_speech_or_a_denial_covers_makes_nobody_feared(cast: Cast, text: str) -> None:
    cast.texts(ALEX, text)
    assert not escalation(cast).discreet
    assert any("pain" in body for body in automatic(cast)), automatic(cast)


def test_a_supervisor_who_knows_that_nobody_reads_along_says_so(cast: Cast) -> None:
    cast.texts(ALEX, "my husband is beating me")
    nobody_reads_along(cast)
    cast.texts(ALEX, "i took 40 pills of tylenol")
    assert not escalation(cast).discreet
    assert any("took something" in body for body in automatic(cast)), automatic(cast)


def test_where_help_is_goes_out_once_nobody_reads_along(cast: Cast) -> None:
    cast.texts(ALEX, "my husband is beating me and i want to kill myself")
    assert not any("pain" in body for body in automatic(cast))
    nobody_reads_along(cast)
    assert any("pain" in body for body in automatic(cast)), automatic(cast)


def test_what_was_found_before_undoes_no_persons_judgement(cast: Cast) -> None:
    cast.texts(ALEX, "he choked me")
    nobody_reads_along(cast)
    cast.texts(ALEX, "and i want to die")
    assert not escalation(cast).discreet


def test_a_danger_that_only_two_texts_show_together_is_found_beside_one_of_the_same_level(cast: Cast) -> None:
    cast.texts(ALEX, "my husband")
    cast.texts(ALEX, "is beating me, i want to kill myself")
    assert escalation(cast).discreet
    assert "abuse" in escalation(cast).routes


def test_pills_where_somebody_reads_along_are_answered_alone_with_the_emergency_number(cast: Cast) -> None:
    fallback.learn(cast.run)
    said = fallback.answer(
        cast.run, cast.incoming(ALEX, "my husband is beating me and i took 40 pills")
    ).words
    assert "911" in said
    assert "pills" not in said


def test_what_was_answered_alone_is_not_said_again(cast: Cast) -> None:
    text = cast.incoming(ALEX, "my husband is beating me and i took 40 pills")
    name, words = fallback.answer(cast.run, text)
    record_(cast, Arrived(text, cast.run.clock(), answered=words, answered_with=name))
    assert len([body for body in automatic(cast) if "unwell" in body]) == 1


class Timid:
    """A carrier that takes each text, does not say so, and shows in its log that it did not arrive."""

    def __init__(self, carrier: object) -> None:
        self.carrier = carrier

    def send(self, outgoing: object) -> object:
        self.carrier.send(outgoing)  # type: ignore[attr-defined]
        raise Unsure("no answer in time")

    def sent_to(self, *about: object) -> list[Logged]:
        found = self.carrier.sent_to(*about)  # type: ignore[attr-defined]
        return [replace(row, status="undelivered", error_code=30003) for row in found]

    def __getattr__(self, name: str) -> object:
        return getattr(self.carrier, name)


def test_a_crisis_text_that_twilios_log_shows_as_lost_alarms_anew(cast: Cast) -> None:
    conversation = cast.texts(ALEX, CRISIS)
    acknowledged(cast)
    timid = replace(cast.run, carrier=Timid(cast.run.carrier))
    send.send(timid, cast.organization, conversation.texter_id)
    assert escalation(cast).rang_for is None
    cast.run.clock.move(seconds=10)
    sweep.urgent_sends(timid)
    assert (escalation(cast).rang_for, escalation(cast).undelivered) == ("undelivered", True)


def test_what_twilio_says_late_of_a_stop_is_nothing_to_somebody_who_has_sent_start(cast: Cast) -> None:
    cast.texts(ALEX, CRISIS)
    said = next(text for text in sends(cast) if text.author == Author.AUTOMATIC)
    cast.run.clock.move(seconds=5)
    cast.texts(ALEX, "START")
    reports(cast, said, "undelivered", 21610)
    with cast.run.unit(cast.organization) as unit:
        assert texters.get(unit, cast.conversation(ALEX).texter_id).opted_out_at is None
    assert escalation(cast).rang_for == "undelivered"


def test_a_start_in_an_accounts_own_words_counts_as_well(cast: Cast) -> None:
    cast.texts(ALEX, CRISIS)
    said = next(text for text in sends(cast) if text.author == Author.AUTOMATIC)
    cast.run.clock.move(seconds=5)
    cast.texts(ALEX, "back", opt_out_type="START")
    reports(cast, said, "undelivered", 21610)
    assert opened(cast) == []


def test_a_crisis_text_that_a_stop_has_kept_back_rings_for_the_stop(cast: Cast) -> None:
    cast.texts(ALEX, CRISIS)
    acknowledged(cast)
    said = next(text for text in sends(cast) if text.author == Author.AUTOMATIC)
    reports(cast, said, "undelivered", 21610)
    assert escalation(cast).rang_for == "opted_out"
    assert opened(cast) == ["unreachable"]


def test_a_hotlines_number_that_did_not_arrive_can_be_sent_again(cast: Cast) -> None:
    cast.texts(ALEX, CRISIS)
    number = acknowledged(cast)
    sends_a_number(cast, number)
    with pytest.raises(Conflict, match="sent already"):
        sends_a_number(cast, number)
    reports(cast, sends(cast)[-1], "undelivered", 30003)
    acknowledged(cast)
    sends_a_number(cast, number)
    assert [one.state for one in handed(cast)] == [State.UNDER_WAY, State.FAILED]


class Away:
    """A carrier that takes no text."""

    def __init__(self, carrier: object) -> None:
        self.carrier = carrier

    def send(self, outgoing: object) -> object:
        raise Unreached("no connection")

    def __getattr__(self, name: str) -> object:
        return getattr(self.carrier, name)


def test_a_number_that_twilio_does_not_take_yet_is_no_failure_and_rings(cast: Cast) -> None:
    conversation = cast.texts(ALEX, CRISIS)
    sends(cast)
    sends_a_number(cast, acknowledged(cast))
    away = replace(cast.run, carrier=Away(cast.run.carrier))
    rang = []
    for _ in range(3):
        send.send(away, cast.organization, conversation.texter_id)
        rang.append(escalation(cast).rang_for)
        cast.run.clock.move(minutes=5)
    assert rang == [None, None, "not_leaving"]
    assert handed(cast)[0].state == State.UNDER_WAY


def test_whoever_was_not_reached_by_an_offer_was_not_asked_and_can_be_asked_anew(cast: Cast) -> None:
    cast.texts(ALEX, CRISIS)
    number = acknowledged(cast)
    asks = {"kind": Kind.REFERRAL, "to": "Dr Lee", "summary": "wants to talk on Monday"}
    with cast.run.unit(cast.organization) as unit:
        offer.offer(unit, cast.ruth, number, **asks)
    with pytest.raises(Conflict, match="offered already"), cast.run.unit(cast.organization) as unit:
        offer.offer(unit, cast.ruth, number, **asks)
    reports(cast, sends(cast)[-1], "undelivered", 30003)
    (unasked,) = handed(cast)
    assert (unasked.state, unasked.message_id) == (State.OFFERED, None)
    acknowledged(cast)
    with cast.run.unit(cast.organization) as unit:
        offer.offer(unit, cast.ruth, number, **asks)
    (asked,) = handed(cast)
    assert asked.message_id is not None


def test_what_still_stands_about_many_calls_again_as_one(cast: Cast) -> None:
    on_call(cast, "+12025557301")
    about = [cast.texts(texter, "hi").id for texter in (ALEX, JORDAN)]

    def stands() -> int:
        with cast.run.unit(cast.organization) as unit:
            for conversation in about:
                alarm.raise_(unit, "quiet", conversation)
            return unit.session.scalar(select(func.count()).select_from(CallOut)) or 0

    assert stands() == 2
    cast.run.clock.move(minutes=10)
    assert stands() == 2 + 1


def test_a_press_on_a_page_that_does_not_show_the_acknowledgement_yet_is_heard(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, CRISIS)
    acknowledged(cast)
    with cast.run.unit(cast.organization) as unit:
        escalate.by_person(unit, cast.maya, conversation.id, "they have a rope")
    raised = escalation(cast)
    assert (raised.acknowledged_at, raised.rang_for) == (None, "pressed")
    assert raised.reason_by == cast.maya.id


def test_ringing_anew_after_a_whole_round_calls_all_of_the_list(cast: Cast) -> None:
    on_call(cast, "+12025557301", "+12025557302")
    cast.texts(ALEX, CRISIS)
    passes(cast, 16)
    called(cast)
    with cast.run.unit(cast.organization) as unit:
        escalate.not_delivered(unit, cast.conversation(ALEX).id, 0)
    watch.crises(cast.run)
    assert len(set(called(cast))) == 2


def test_an_answer_that_failed_while_somebody_is_handed_off_is_noticed(cast: Cast) -> None:
    cast.texts(ALEX, CRISIS)
    sends_a_number(cast, acknowledged(cast))
    with cast.run.unit(cast.organization) as unit:
        conversations.get(unit, cast.conversation(ALEX).id).unanswered_since = unit.now
    passes(cast, 4)
    assert "left_alone" in opened(cast)


def test_who_waits_since_the_first_of_two_answers_that_did_not_arrive_waits_since_then(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    for words in ("I am here", "still here"):
        with cast.run.unit(cast.organization) as unit:
            reply.reply(unit, cast.maya, conversation.id, words)
        cast.run.clock.move(seconds=30)
    first, second = sends(cast)[-2:]
    reports(cast, first, "undelivered", 30003)
    assert cast.now(conversation).unanswered_since is None
    reports(cast, second, "undelivered", 30003)
    assert cast.now(conversation).unanswered_since == first.at
    assert second.at - first.at >= timedelta(seconds=30)


def test_discretion_of_earlier_escalations_is_forgotten_for_this_texter_only(cast: Cast) -> None:
    for texter in (ALEX, JORDAN):
        cast.texts(texter, "my husband is beating me")
    with cast.run.unit(cast.organization) as unit:
        escalations.forget_discreet(unit, cast.conversation(ALEX).texter_id)
    with cast.run.unit(cast.organization) as unit:
        assert [one.discreet for one in escalations.unresolved(unit)] == [False, True]
