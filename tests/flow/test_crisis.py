"""A crisis: the hotline at once, an alarm, and each step of the handoff with who and when."""

import pytest

from tests.cast import ALEX, Cast
from textline.errors import Conflict, Invalid, NotAllowed
from textline.flow import block, close, escalate, hand_off, set_up, transfer
from textline.rules.levels import Level
from textline.rules.ownership import Owner
from textline.store import conversations, escalations, events, hotlines
from textline.store.escalations import Escalation
from textline.store.hotlines import Hotline

CRISIS = "I want to kill myself tonight"


def escalation(cast: Cast) -> Escalation:
    with cast.run.unit(cast.organization) as unit:
        return escalations.unresolved(unit)[0]


def lifeline(cast: Cast) -> Hotline:
    with cast.run.unit(cast.organization) as unit:
        return next(h for h in hotlines.of_country(unit, "US") if h.name.startswith("988"))


def steps(cast: Cast, conversation_id: int) -> list[tuple[str, int | None]]:
    with cast.run.unit(cast.organization) as unit:
        return [(event.action, event.by) for event in events.of_conversation(unit, conversation_id)]


def test_a_crisis_gets_the_hotline_at_once_and_an_alarm(cast: Cast) -> None:
    conversation = cast.texts(ALEX, CRISIS)
    raised = escalation(cast)
    assert raised.conversation_id == conversation.id
    assert raised.level == Level.IMMINENT
    assert raised.acknowledged_at is None
    hotline_text = cast.thread(conversation)[1]
    assert "call 988 or text 988" in hotline_text.body


def test_the_hotline_goes_once_a_conversation_and_level(cast: Cast) -> None:
    for body in ("I want to die", "I really want to die", CRISIS, CRISIS):
        conversation = cast.texts(ALEX, body)
    assert sum("988" in body for body in cast.bodies(conversation)) == 2  # at crisis, and at imminent


def test_a_higher_level_alarms_anew_though_acknowledged(cast: Cast) -> None:
    cast.texts(ALEX, "I want to die")
    with cast.run.unit(cast.organization) as unit:
        escalate.acknowledge(unit, cast.ruth, escalations.unresolved(unit)[0].id)
    cast.texts(ALEX, "I want to die")
    assert escalation(cast).acknowledged_at is not None
    cast.texts(ALEX, CRISIS)
    assert escalation(cast).acknowledged_at is None


def test_a_crisis_is_matched_before_whoever_waited_longer(cast: Cast) -> None:
    cast.texts("+12025550150", "hello")
    grave = cast.texts(ALEX, CRISIS)
    with cast.run.unit(cast.organization) as unit:
        from textline.store import people

        people.get(unit, cast.maya.id).capacity = 1
    cast.comes(cast.maya)
    assert cast.now(grave).owner_id == cast.maya.id


def test_the_steps_of_a_handoff_are_recorded_with_who_and_when(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, CRISIS)
    number, hotline = escalation(cast).id, lifeline(cast)
    with cast.run.unit(cast.organization) as unit:
        escalate.acknowledge(unit, cast.ruth, number)
    with cast.run.unit(cast.organization) as unit:
        hand_off.hand_off(unit, cast.ruth, number, hotline.id)
    handed = cast.now(conversation)
    assert (handed.state, handed.owner_id) == (Owner.HANDED_OFF, cast.ruth.id)
    assert "988 Suicide & Crisis Lifeline right now: call 988" in cast.bodies(conversation)[-1]
    cast.asks_safety(number)
    with cast.run.unit(cast.organization) as unit:
        escalate.resolve(unit, cast.ruth, number, "hotline", "she called")
    wanted = [("escalation:raised", None)]
    wanted += [
        (f"escalation:{step}", cast.ruth.id)
        for step in ("acknowledged", "handed_off", "safety_asked", "resolved")
    ]
    assert [step for step in steps(cast, conversation.id) if step[0].startswith("escalation")] == wanted


def test_a_text_after_the_handoff_goes_to_whoever_handed_off(cast: Cast) -> None:
    test_the_steps_of_a_handoff_are_recorded_with_who_and_when(cast)
    back = cast.texts(ALEX, "they did not pick up")
    assert (back.state, back.owner_id) == (Owner.SUPERVISOR, cast.ruth.id)


def test_steps_out_of_turn_are_refused(cast: Cast) -> None:
    cast.texts(ALEX, CRISIS)
    number, hotline = escalation(cast).id, lifeline(cast)
    with pytest.raises(Conflict), cast.run.unit(cast.organization) as unit:
        hand_off.hand_off(unit, cast.ruth, number, hotline.id)
    with pytest.raises(Conflict), cast.run.unit(cast.organization) as unit:
        escalate.resolve(unit, cast.ruth, number, "safe", "")
    with cast.run.unit(cast.organization) as unit:
        escalate.acknowledge(unit, cast.ruth, number)
    with pytest.raises(Conflict, match="Somebody else"), cast.run.unit(cast.organization) as unit:
        escalate.acknowledge(unit, cast.ada, number)
    with pytest.raises(Invalid), cast.run.unit(cast.organization) as unit:
        escalate.resolve(unit, cast.ruth, number, "whatever", "")


def test_an_escalated_conversation_cannot_be_closed_or_its_texter_blocked(cast: Cast) -> None:
    conversation = cast.texts(ALEX, CRISIS)
    with pytest.raises(Conflict), cast.run.unit(cast.organization) as unit:
        close.close(unit, cast.ruth, conversation.id, "supported", "")
    with pytest.raises(Conflict), cast.run.unit(cast.organization) as unit:
        block.block(unit, cast.ruth, conversation.id, 24, "abuse")


def test_a_blocked_texters_crisis_still_gets_the_hotline_and_a_person(cast: Cast) -> None:
    conversation = cast.texts(ALEX, "rude words")
    with cast.run.unit(cast.organization) as unit:
        block.block(unit, cast.ruth, conversation.id, 24, "abuse")
    quiet = cast.texts(ALEX, "more rude words")
    assert (quiet.state, quiet.disposition) == (Owner.CLOSED, "blocked")
    assert cast.bodies(quiet) == ["more rude words"]
    grave = cast.texts(ALEX, CRISIS)
    assert grave.state == Owner.WAITING
    assert "988" in cast.bodies(grave)[1]
    assert escalation(cast).conversation_id == grave.id


def test_a_block_ends_by_itself(cast: Cast) -> None:
    conversation = cast.texts(ALEX, "rude words")
    with cast.run.unit(cast.organization) as unit:
        block.block(unit, cast.ruth, conversation.id, 1, "abuse")
    cast.run.clock.move(hours=2)
    assert cast.texts(ALEX, "sorry").state == Owner.WAITING


def test_a_volunteer_escalates_with_one_press_only_what_is_theirs(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "I feel strange")
    with pytest.raises(Conflict), cast.run.unit(cast.organization) as unit:
        escalate.by_person(unit, cast.sam, conversation.id)
    with cast.run.unit(cast.organization) as unit:
        escalate.by_person(unit, cast.maya, conversation.id)
    assert escalation(cast).raised_by == cast.maya.id


def test_an_opted_out_texter_still_raises_the_alarm(cast: Cast) -> None:
    cast.texts(ALEX, "STOP")
    conversation = cast.texts(ALEX, CRISIS)
    assert escalation(cast).conversation_id == conversation.id
    assert len(cast.bodies(conversation)) == 1  # Twilio would refuse any text of ours


def test_where_no_hotline_is_reviewed_the_emergency_number_is_given(cast: Cast) -> None:
    conversation = cast.texts("+447700900123", CRISIS)
    hotline_text = cast.bodies(conversation)[1]
    assert "999" in hotline_text
    assert "988" not in hotline_text
    assert "A person here is being called" in hotline_text


def test_a_taken_back_review_takes_the_number_out_of_the_texts(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        for hotline in hotlines.of_country(unit, "US"):
            set_up.review_hotline(unit, cast.ada, hotline.id, reviewed=False)
    assert "911" in cast.bodies(cast.texts(ALEX, CRISIS))[1]


def test_after_a_resolution_a_new_crisis_is_a_new_one(cast: Cast) -> None:
    conversation = cast.texts(ALEX, CRISIS)
    number = escalation(cast).id
    cast.asks_safety(number)
    with cast.run.unit(cast.organization) as unit:
        escalate.acknowledge(unit, cast.ruth, number)
        escalate.resolve(unit, cast.ruth, number, "safe", "")
    cast.texts(ALEX, CRISIS)
    assert escalation(cast).id != number
    assert sum("988" in body for body in cast.bodies(conversation)) == 2


def test_a_volunteer_may_not_give_back_what_is_not_theirs(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    with pytest.raises(NotAllowed), cast.run.unit(cast.organization) as unit:
        transfer.give_back(unit, cast.sam, conversation.id)
    with cast.run.unit(cast.organization) as unit:
        assert conversations.get(unit, conversation.id).owner_id == cast.maya.id
