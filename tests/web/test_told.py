"""Whoever is at work is told what they need to know of what others, or the texter, have done."""

from collections.abc import Callable
from datetime import timedelta

from fastapi.testclient import TestClient

from tests.cast import ALEX, Cast
from textline.flow import alarm, close, escalate, record, reply, transfer
from textline.flow.receive import Arrived
from textline.rules.pseudonyms import pseudonym
from textline.store import escalations, lines
from textline.store.people import Person

SignIn = Callable[[Person], TestClient]


def crisis(cast: Cast, text: str = "I want to kill myself") -> int:
    """An escalation's number, acknowledged."""
    cast.texts(ALEX, text)
    with cast.run.unit(cast.organization) as unit:
        number = escalations.unresolved(unit)[0].id
        escalate.acknowledge(unit, cast.ruth, number)
    return number


def test_the_board_and_the_page_say_why_it_rings_anew(cast: Cast, signed_in: SignIn) -> None:
    crisis(cast)
    cast.texts(ALEX, "i just took 40 pills")
    ruth = signed_in(cast.ruth)
    for path in ("/board", f"/conversations/{cast.conversation(ALEX).id}"):
        assert "a body is in danger" in ruth.get(path).text


def test_an_alarm_on_the_board_says_whom_it_is_about(cast: Cast, signed_in: SignIn) -> None:
    conversation = cast.texts(ALEX, "hi")
    with cast.run.unit(cast.organization) as unit:
        alarm.raise_(unit, "unanswered", conversation.id)
        alarm.raise_(unit, "late_texts")
    shown = signed_in(cast.ruth).get("/board").text
    assert f"<b>{pseudonym(conversation.texter_id)}</b></a>: a texter has waited" in shown
    assert "<b>Texts were found" in shown


def test_a_supervisor_reads_why_a_volunteer_escalated(cast: Cast, signed_in: SignIn) -> None:
    cast.comes(cast.maya)
    path = f"/conversations/{cast.texts(ALEX, 'hi').id}"
    signed_in(cast.maya).post(f"{path}/escalation", data={"reason": "She <says> goodbye"})
    assert "Maya: “She &lt;says&gt; goodbye”." in signed_in(cast.ruth).get(path).text


def test_a_volunteer_reads_how_an_escalation_ended(cast: Cast, signed_in: SignIn) -> None:
    cast.comes(cast.maya)
    number = crisis(cast)
    with cast.run.unit(cast.organization) as unit:
        escalate.resolve(unit, cast.ruth, number, "false_alarm", "")
    shown = signed_in(cast.maya).get(f"/conversations/{cast.conversation(ALEX).id}").text
    assert "The escalation was resolved" in shown
    assert "false alarm" in shown


def test_whoever_a_conversation_is_taken_from_learns_who_has_it(cast: Cast, signed_in: SignIn) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi").id
    maya = signed_in(cast.maya)
    with cast.run.unit(cast.organization) as unit:
        transfer.take_over(unit, cast.ruth, conversation)
    left = maya.get(f"/conversations/{conversation}/panel").headers["hx-redirect"]
    assert "Ruth has it now" in maya.get(left).text
    with cast.run.unit(cast.organization) as unit:
        transfer.give_back(unit, cast.ruth, conversation)
    assert "It waits for somebody" in maya.get(left).text


def test_of_another_organizations_conversation_nobody_learns_anything(
    cast: Cast, other: Cast, signed_in: SignIn
) -> None:
    theirs = other.texts(ALEX, "hi").id
    with other.run.unit(other.organization) as unit:
        transfer.take_over(unit, other.ruth, theirs)
    assert "has it now" not in signed_in(cast.maya).get(f"/console?left=moved&of={theirs}").text


def test_what_a_page_has_shown_is_told_by_what_was_recorded_and_not_by_its_time(
    cast: Cast, signed_in: SignIn
) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    with cast.run.unit(cast.organization) as unit:
        reply.reply(unit, cast.maya, conversation.id, "I am here")
    late = Arrived(cast.incoming(ALEX, "are you there?"), cast.run.clock() - timedelta(seconds=2))
    with cast.run.unit(cast.organization) as unit:
        record.record(unit, lines.get(unit, cast.line.id), {"an inbox": [late]})
    thread = cast.thread(conversation)
    assert thread[-1].id < max(text.id for text in thread)
    page = signed_in(cast.ruth).get(f"/conversations/{conversation.id}").text
    assert f'name="seen" value="{max(text.id for text in thread)}"' in page


def test_only_whoever_had_a_conversation_learns_who_has_it(cast: Cast, signed_in: SignIn) -> None:
    conversation = cast.texts(ALEX, "hi").id
    with cast.run.unit(cast.organization) as unit:
        transfer.take_over(unit, cast.ruth, conversation)
    assert "Ruth has it" not in signed_in(cast.sam).get(f"/console?left=moved&of={conversation}").text


def test_of_one_that_was_closed_nobody_is_told_that_it_waits(cast: Cast, signed_in: SignIn) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi").id
    with cast.run.unit(cast.organization) as unit:
        close.close(unit, cast.ruth, conversation, "no_reply", "")
    assert "It has been closed." in signed_in(cast.maya).get(f"/console?left=moved&of={conversation}").text


def test_a_supervisor_says_on_the_page_that_nobody_reads_along(cast: Cast, signed_in: SignIn) -> None:
    number = crisis(cast, "my husband is beating me")
    path = f"/conversations/{cast.conversation(ALEX).id}"
    ruth = signed_in(cast.ruth)
    assert "Somebody who is feared may read the phone" in ruth.get(path).text
    ruth.post(f"/escalations/{number}/nobody-reads-along")
    assert "Somebody who is feared may read the phone" not in ruth.get(path).text
