"""A drill: all that a crisis sets going, and nobody texted, rung or woken."""

from functools import partial

import pytest

from tests.cast import ALEX, Cast
from textline import cli_drill
from textline.carrier.phone import Phone
from textline.errors import Conflict, Invalid
from textline.flow import drain, drill, escalate, offer, receive, ring, send, set_up_calls, watch
from textline.flow.drill import BY_A_PERSON, BY_ITSELF, Drill
from textline.rules.handoff import Kind
from textline.rules.ownership import Owner
from textline.store import calls, escalations, outcomes, texters


def begun(cast: Cast) -> Drill:
    """The drill's text has been recorded, and what is to be sent has been."""
    made = drill.begin(cast.run)
    drain.drain(cast.run, cast.run.seal.hash("inbox", cast.line.number, made.sender))
    send.send(cast.run, cast.organization, texter(cast, made))
    return made


def texter(cast: Cast, made: Drill) -> int:
    with cast.run.unit(cast.organization) as unit:
        found = texters.known(unit, made.sender)
        assert found
        return found.id


def test_a_drill_goes_from_its_text_to_its_end(cast: Cast) -> None:
    made = begun(cast)
    assert drill.reached(cast.run, made) == set(BY_ITSELF)
    ruth = drill.supervisor(cast.run, made, "ruth@harbor.example")
    assert tuple(drill.play(cast.run, made, ruth)) == BY_A_PERSON
    assert drill.reached(cast.run, made) == {*BY_ITSELF, *BY_A_PERSON}
    with cast.run.unit(cast.organization) as unit:
        assert not escalations.unresolved(unit)
        assert outcomes.of_rules(unit, watch.UNTOLD) == []  # it says nothing about the rules
        assert drill._conversation(unit, made).state == Owner.CLOSED


def test_a_drill_stands_below_people_on_the_board(cast: Cast) -> None:
    begun(cast)
    real = cast.texts(ALEX, "i want to die")
    with cast.run.unit(cast.organization) as unit:
        drilled_last = escalations.unresolved(unit)
    assert [one.level for one in drilled_last] == sorted(one.level for one in drilled_last)
    assert [one.conversation_id == real.id for one in drilled_last] == [True, False]


def test_a_drill_texts_rings_and_wakes_nobody(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        set_up_calls.add_contact(unit, cast.ada, "Night", "+12025550177")
    made = begun(cast)
    cast.run.clock.move(minutes=20)
    watch.crises(cast.run)
    watch.silences(cast.run)
    with cast.run.everywhere() as everywhere:
        assert calls.waiting(everywhere) == 0
    with cast.run.unit(cast.organization) as unit:
        escalation = escalations.unresolved(unit)[0]
        escalate.acknowledge(unit, cast.ruth, escalation.id)
        with pytest.raises(Conflict, match="This is a drill"):
            offer.offer(unit, cast.ruth, escalation.id, Kind.CALLBACK)
    assert ring.ring_due(cast.run) == 0
    phone = Phone(cast.run.settings.twilio_api_url or "")
    assert phone.messages(made.sender) == phone.messages("+12025550177") == []


def test_a_drill_that_is_resolved_without_a_handoff_is_over(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    made = begun(cast)
    with cast.run.unit(cast.organization) as unit:
        number = escalations.unresolved(unit)[0].id
        escalate.acknowledge(unit, cast.ruth, number)
        escalate.resolve(unit, cast.ruth, number, "false_alarm", "")
    hour = 3600.0
    look = partial(drill.reached, cast.run, made)
    assert not cli_drill.follow(look, BY_A_PERSON, 0.0, hour)
    assert "not handed off: it was resolved without" in capsys.readouterr().err


def test_steps_that_come_together_are_shown_in_the_order_they_happened(
    capsys: pytest.CaptureFixture[str],
) -> None:
    looks = iter([set[str](), set(BY_ITSELF)])
    assert cli_drill.follow(lambda: next(looks), BY_ITSELF, 0.0, 60.0)
    shown = [line.split(" s  ")[1] for line in capsys.readouterr().out.splitlines()]
    assert shown == list(BY_ITSELF)


def test_no_phone_can_pretend_to_be_a_drill(cast: Cast) -> None:
    text = cast.arrives("drill-abc", "hi", answerable=False)
    drain.drain(cast.run, receive.inbox_of(cast.run.seal, text))
    with cast.run.unit(cast.organization) as unit:
        found = texters.known(unit, "drill-abc")
        assert found
        assert not found.answerable
        assert not found.drill


def test_whoever_is_no_supervisor_here_plays_none(cast: Cast, other: Cast) -> None:
    made = Drill(cast.organization, "drill-x")
    for email in ("maya@harbor.example", "ruth@lighthouse.example", "nobody@harbor.example"):
        with pytest.raises(Invalid):
            drill.supervisor(cast.run, made, email)
    with pytest.raises(Invalid, match="Say which line"):
        drill.begin(cast.run)
    with pytest.raises(Invalid, match="none yet"):
        drill.begin(cast.run, ALEX)
