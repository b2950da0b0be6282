"""Escalations: routes, the on-call list one by one, silences, safety questions, a number shown in an emergency."""

from datetime import timedelta

import pytest

from tests.cast import ALEX, PASSWORD, Cast
from tests.flow.crisis import CRISIS, automatic, called, escalation, opened
from textline.errors import Conflict, Invalid, NotAllowed, NotFound
from textline.flow import ask_safety, escalate, receive, reply, reveal, set_up_calls, watch
from textline.flow.drain import drain
from textline.rules.levels import Level
from textline.rules.safety import QUESTIONS
from textline.store import calls, escalations, events, hotlines, outcomes, reveals, texters
from textline.store.escalations import Escalation
from textline.store.outcomes import Tally

NO = dict.fromkeys(QUESTIONS, "no")


@pytest.mark.parametrize(
    ("text", "route", "says"),
    [
        (CRISIS, "self", "988"),
        ("my friend says he is going to kill himself", "third_party", "care about them"),
        ("i took 40 tylenol", "medical", "911"),
        ("my dad just choked me and hes still here", "abuse", "we have your message"),
    ],
)
def test_each_route_has_words_of_its_own(cast: Cast, text: str, route: str, says: str) -> None:
    cast.texts(ALEX, text)
    assert escalation(cast).route == route
    assert any(says in body for body in automatic(cast)), automatic(cast)


def test_whoever_reads_along_learns_of_no_danger(cast: Cast) -> None:
    cast.texts(ALEX, "my husband is beating me, he says he will kill me")
    for body in automatic(cast):
        for word in ("crisis", "danger", "suicide", "abuse", "violence", "hurt", "pain"):
            assert word not in body.lower().replace("crisis:", ""), body


def test_where_others_may_read_the_phone_they_still_may_when_it_gets_worse(cast: Cast) -> None:
    cast.texts(ALEX, "my dad just choked me and hes still here")
    cast.texts(ALEX, "i want to kill myself tonight")
    raised = escalation(cast)
    assert (raised.level, raised.discreet) == (Level.IMMINENT, True)
    assert not any("pain" in body for body in automatic(cast))


def test_that_others_may_read_the_phone_is_known_from_the_text_that_says_so(cast: Cast) -> None:
    cast.texts(ALEX, "i am going to kill myself tonight")
    cast.texts(ALEX, "my boyfriend is beating me, he will kill me")
    assert escalation(cast).discreet


def test_a_person_who_escalates_changes_nothing_of_whose_danger_it_is(cast: Cast) -> None:
    conversation = cast.texts(ALEX, "my dad just choked me and hes still here")
    with cast.run.unit(cast.organization) as unit:
        escalate.by_person(unit, cast.ruth, conversation.id)
    assert escalation(cast).route == "abuse"


def test_two_texts_that_are_a_crisis_together_escalate(cast: Cast) -> None:
    cast.texts(ALEX, "i just want to")
    with cast.run.unit(cast.organization) as unit:
        assert not escalations.unresolved(unit)
    cast.texts(ALEX, "die")
    assert escalation(cast).level == Level.CRISIS


def test_after_ten_minutes_a_text_stands_alone(cast: Cast) -> None:
    cast.texts(ALEX, "i just want to")
    cast.run.clock.move(minutes=11)
    cast.texts(ALEX, "die")
    with cast.run.unit(cast.organization) as unit:
        assert not escalations.unresolved(unit)


def test_two_texts_that_waited_an_hour_to_be_recorded_are_read_together(cast: Cast) -> None:
    cast.texts(ALEX, "i just want to")
    last = cast.arrives(ALEX, "die")
    cast.run.clock.move(minutes=60)
    drain(cast.run, receive.inbox_of(cast.run.seal, last))
    assert escalation(cast).level == Level.CRISIS


def test_a_resolved_alarm_is_not_raised_again_by_the_same_words(cast: Cast) -> None:
    cast.texts(ALEX, CRISIS)
    with cast.run.unit(cast.organization) as unit:
        escalate.acknowledge(unit, cast.ruth, escalations.unresolved(unit)[0].id)
        escalate.resolve(
            unit, cast.ruth, escalations.unresolved(unit)[0].id, "false_alarm", "a line of a song"
        )
    cast.texts(ALEX, "it was only a song")
    with cast.run.unit(cast.organization) as unit:
        assert not escalations.unresolved(unit)


def test_somebody_who_writes_spanish_is_answered_in_spanish(cast: Cast) -> None:
    cast.texts(ALEX, "ya no quiero vivir, me quiero morir")
    assert any("Parece que sufres mucho" in body for body in automatic(cast))


def test_another_language_is_looked_at_by_a_person(cast: Cast) -> None:
    assert cast.texts(ALEX, "je ne veux plus vivre, aidez moi").level == Level.CONCERN


def test_somebody_in_a_crisis_who_cannot_be_texted_is_an_alarm_of_its_own(cast: Cast) -> None:
    cast.texts(ALEX, "STOP")
    cast.texts(ALEX, CRISIS)
    assert "unreachable" in opened(cast)


def test_the_on_call_list_is_called_one_by_one_and_then_the_texter_is_told_again(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        for number in ("+12025557301", "+12025557302"):
            set_up_calls.add_contact(unit, cast.ada, "Robin", number)
        first, second = calls.contact_ids(unit)
    cast.texts(ALEX, CRISIS)
    watch.crises(cast.run)
    assert called(cast) == [first]  # nobody is at a board
    cast.run.clock.move(seconds=61)
    watch.crises(cast.run)
    assert second in called(cast)
    assert not any("Please do not wait for us" in body for body in automatic(cast))
    cast.run.clock.move(seconds=61)
    watch.crises(cast.run)
    watch.crises(cast.run)
    assert sum("Please do not wait for us" in body for body in automatic(cast)) == 1
    with cast.run.unit(cast.organization) as unit:
        steps = [event.action for event in events.of_conversation(unit, cast.conversation(ALEX).id)]
    assert steps.count("escalation:called_on_call") == 2
    assert "escalation:told_again" in steps


def test_whoever_is_being_talked_to_is_not_told_that_nobody_has_come(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, CRISIS)
    with cast.run.unit(cast.organization) as unit:
        reply.reply(unit, cast.maya, conversation.id, "I am here with you")
    cast.run.clock.move(minutes=10)
    watch.crises(cast.run)
    assert not any("nobody has come" in body for body in automatic(cast))


def test_whenever_a_crisis_text_does_not_arrive_somebody_is_called_anew(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        set_up_calls.add_contact(unit, cast.ada, "Robin", "+12025557301")
    cast.texts(ALEX, CRISIS)
    watch.crises(cast.run)
    assert len(called(cast)) == 1
    for failures in (1, 2):
        cast.run.clock.move(minutes=2)  # calls that nobody has confirmed are made again besides
        with cast.run.unit(cast.organization) as unit:
            escalate.not_delivered(unit, cast.conversation(ALEX).id, 0)
        watch.crises(cast.run)
        assert len(called(cast)) == 1 + failures


def test_whoever_acknowledges_ends_the_calls(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        set_up_calls.add_contact(unit, cast.ada, "Robin", "+12025557301")
    cast.texts(ALEX, CRISIS)
    with cast.run.unit(cast.organization) as unit:
        escalate.acknowledge(unit, cast.ruth, escalations.unresolved(unit)[0].id)
    cast.run.clock.move(minutes=30)
    watch.crises(cast.run)
    assert called(cast) == []
    assert not any("Please do not wait for us" in body for body in automatic(cast))


def test_a_texter_who_has_gone_quiet_is_noticed_until_they_write(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, CRISIS)
    with cast.run.unit(cast.organization) as unit:
        reply.reply(unit, cast.maya, conversation.id, "I am here")
    cast.run.clock.move(minutes=9)
    watch.silences(cast.run)
    assert opened(cast) == []
    cast.run.clock.move(minutes=2)
    watch.silences(cast.run)
    assert opened(cast) == ["quiet"]
    cast.texts(ALEX, "sorry, I am still here")
    watch.silences(cast.run)
    assert opened(cast) == []


def test_a_crisis_left_without_an_answer_is_noticed_sooner_than_others(cast: Cast) -> None:
    cast.comes(cast.maya)
    cast.texts(ALEX, CRISIS)
    cast.run.clock.move(minutes=3)
    watch.silences(cast.run)
    assert opened(cast) == ["left_alone"]


def acknowledged(cast: Cast) -> Escalation:
    cast.comes(cast.maya)
    cast.texts(ALEX, CRISIS)
    with cast.run.unit(cast.organization) as unit:
        escalate.acknowledge(unit, cast.ruth, escalations.unresolved(unit)[0].id)
    return escalation(cast)


def test_it_cannot_be_resolved_before_the_safety_questions_are_answered(cast: Cast) -> None:
    raised = acknowledged(cast)
    with pytest.raises(Conflict, match="safety questions"), cast.run.unit(cast.organization) as unit:
        escalate.resolve(unit, cast.ruth, raised.id, "safe", "")
    with cast.run.unit(cast.organization) as unit:
        ask_safety.answer(unit, cast.maya, raised.id, {**NO, "plan": "not_asked"}, "they left")
        escalate.resolve(unit, cast.ruth, raised.id, "safe", "")


def test_answers_that_mean_a_danger_now_raise_the_alarm_anew(cast: Cast) -> None:
    raised = acknowledged(cast)
    with cast.run.unit(cast.organization) as unit:
        ask_safety.answer(unit, cast.maya, raised.id, {**NO, "harmed": "yes"}, "")
    assert (escalation(cast).level, escalation(cast).acknowledged_at) == (Level.IMMINENT, None)


def test_another_volunteer_answers_nothing(cast: Cast) -> None:
    raised = acknowledged(cast)
    with pytest.raises(NotAllowed), cast.run.unit(cast.organization) as unit:
        ask_safety.answer(unit, cast.sam, raised.id, NO, "")


REASON = "Says they have taken pills, alone"


def test_a_number_is_shown_with_a_reason_and_a_password_and_its_outcome_is_written_down(cast: Cast) -> None:
    raised = acknowledged(cast)
    shown = reveal.reveal(cast.run, cast.ruth, raised.id, REASON, PASSWORD, "here")
    assert "".join(filter(str.isdigit, shown.number)).endswith(ALEX.removeprefix("+1"))
    assert shown.emergency == "911"
    with cast.run.unit(cast.organization) as unit:
        ask_safety.answer(unit, cast.ruth, raised.id, NO, "")
    with pytest.raises(Conflict, match="write down"), cast.run.unit(cast.organization) as unit:
        escalate.resolve(unit, cast.ruth, raised.id, "emergency", "")
    with pytest.raises(NotFound):
        reveal.tell_outcome(cast.run, cast.ruth, raised.id + 1, shown.reveal_id, "911")
    with pytest.raises(Invalid):
        reveal.tell_outcome(cast.run, cast.ruth, raised.id, shown.reveal_id, " ")
    reveal.tell_outcome(cast.run, cast.ruth, raised.id, shown.reveal_id, "911, an ambulance is on its way")
    with pytest.raises(Conflict, match="already"):
        reveal.tell_outcome(cast.run, cast.ruth, raised.id, shown.reveal_id, "something else")
    with cast.run.unit(cast.organization) as unit:
        (kept,) = reveals.of_escalation(unit, raised.id)
        assert unit.seal.open(kept.reason_sealed) == REASON
        actions = [event.action for event in events.of_conversation(unit, cast.conversation(ALEX).id)]
        assert {"number:revealed", "number:outcome_told"} <= set(actions)
        assert "person:signed_in" not in [event.action for event in events.latest(unit)]
        escalate.resolve(unit, cast.ruth, raised.id, "emergency", "")


@pytest.mark.parametrize(
    ("reason", "password", "error"),
    [("", PASSWORD, Invalid), ("because", PASSWORD, Invalid), (REASON, "wrong", NotAllowed)],
)
def test_without_reason_or_password_no_number_is_shown_and_nothing_is_kept(
    cast: Cast, reason: str, password: str, error: type[Exception]
) -> None:
    raised = acknowledged(cast)
    with pytest.raises(error):
        reveal.reveal(cast.run, cast.ruth, raised.id, reason, password, "here")
    with cast.run.unit(cast.organization) as unit:
        assert reveals.of_escalation(unit, raised.id) == []


def test_another_organizations_number_does_not_exist(cast: Cast, other: Cast) -> None:
    raised = acknowledged(other)
    with pytest.raises(NotFound):
        reveal.reveal(cast.run, cast.ruth, raised.id, REASON, PASSWORD, "here")


def test_false_alarms_are_counted_for_each_rule(cast: Cast) -> None:
    cast.texts(ALEX, CRISIS)
    with cast.run.unit(cast.organization) as unit:
        escalate.acknowledge(unit, cast.ruth, escalations.unresolved(unit)[0].id)
        escalate.resolve(unit, cast.ruth, escalations.unresolved(unit)[0].id, "false_alarm", "")
    cast.run.clock.move(minutes=1)
    cast.texts(ALEX, CRISIS)
    with cast.run.unit(cast.organization) as unit:
        found = {tally.rule: tally for tally in outcomes.of_rules(unit, timedelta(days=1))}
    assert found["killing oneself"] == Tally("killing oneself", 2, 1, 0)


def test_another_organizations_outcomes_are_not_counted(cast: Cast, other: Cast) -> None:
    other.texts(ALEX, CRISIS)
    with cast.run.unit(cast.organization) as unit:
        assert outcomes.of_rules(unit, timedelta(days=1)) == []


def test_the_on_call_list_is_called_also_when_no_key_opens_the_texters_number(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        set_up_calls.add_contact(unit, cast.ada, "Night", "+12025550177")
    conversation = cast.texts(ALEX, CRISIS)
    with cast.run.unit(cast.organization) as unit:
        texters.get(unit, conversation.texter_id).number_sealed = "of a key that is gone"
    again = cast.texts(ALEX, "CALL")
    assert again.id == conversation.id  # recorded
    cast.run.clock.move(minutes=5)
    watch.crises(cast.run)
    with cast.run.everywhere() as everywhere:
        assert calls.waiting(everywhere) == 1


def test_call_from_somebody_whose_phone_others_read_names_no_danger(cast: Cast) -> None:
    cast.texts(ALEX, "my husband is beating me, he says he will kill me")
    with cast.run.unit(cast.organization) as unit:
        for hotline in hotlines.of_country(unit, "US"):
            hotline.voice = None  # nobody can be rung
    before = len(automatic(cast))
    cast.texts(ALEX, "call")
    assert "In crisis" not in automatic(cast)[before]
