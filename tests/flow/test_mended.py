"""Faults that were found once, and must not come back."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.cast import ALEX, JORDAN, Cast
from tests.flow.test_record import spooling
from textline.errors import Conflict, TextlineError
from textline.flow import block, escalate, hand_off, receive, reply, set_up, sweep
from textline.flow.send import VALID_FOR_S, send
from textline.rules.delivery import Delivery
from textline.rules.ownership import Owner
from textline.store import escalations, hotlines, people
from textline.web.console import views


def test_answers_and_drains_of_one_texter_never_lock_each_other_out(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")

    def answer(n: int) -> None:
        with cast.run.unit(cast.organization) as unit:
            reply.reply(unit, cast.maya, conversation.id, f"answer {n}")

    with ThreadPoolExecutor(6) as pool:
        work = [pool.submit(answer, n) for n in range(30)]
        work += [pool.submit(cast.texts, ALEX, f"text {n}") for n in range(30)]
        for each in work:
            each.result()  # a deadlock would be raised here
    bodies = cast.bodies(conversation)
    assert sum(body.startswith("answer") for body in bodies) == 30
    assert sum(body.startswith("text ") for body in bodies) == 30


def test_a_blocked_texter_who_sends_call_gets_the_hotline_and_a_person(cast: Cast) -> None:
    conversation = cast.texts(ALEX, "rude words")
    with cast.run.unit(cast.organization) as unit:
        block.block(unit, cast.ruth, conversation.id, 24, "abuse")
    asked = cast.texts(ALEX, "CALL")
    assert asked.state == Owner.WAITING
    assert "988" in cast.bodies(asked)[1]
    with cast.run.unit(cast.organization) as unit:
        assert escalations.unresolved(unit)[0].conversation_id == asked.id


def test_call_sent_again_and_again_is_answered_once(cast: Cast) -> None:
    for _ in range(3):
        conversation = cast.texts(ALEX, "CALL")
    assert sum("988" in body for body in cast.bodies(conversation)) == 1


def test_there_is_no_welcome_in_the_middle_of_a_crisis(cast: Cast) -> None:
    cast.texts(ALEX, "I want to die")
    conversation = cast.texts(ALEX, "I am so alone")
    assert not any("hi. A peer" in body for body in cast.bodies(conversation))


def test_a_hotline_that_is_used_no_more_stays_readable_where_it_was_given(cast: Cast) -> None:
    conversation = cast.texts(ALEX, "I want to die")
    with cast.run.unit(cast.organization) as unit:
        number = escalations.unresolved(unit)[0].id
        hotline = next(h for h in hotlines.of_country(unit, "US") if not h.emergency)
        escalate.acknowledge(unit, cast.ruth, number)
        hand_off.hand_off(unit, cast.ruth, number, hotline.id)
        set_up.remove_hotline(unit, cast.ada, hotline.id)
    with cast.run.unit(cast.organization) as unit:
        panel = views.panel(unit, views.readable(unit, cast.ruth, conversation.id))
    assert [handed.to for handed in panel.handoffs] == [hotline.name]


def test_supervisors_read_what_was_noted(cast: Cast) -> None:
    conversation = cast.texts(ALEX, "rude words")
    with cast.run.unit(cast.organization) as unit:
        block.block(unit, cast.ruth, conversation.id, 24, "third time this week")
    with cast.run.unit(cast.organization) as unit:
        panel = views.panel(unit, views.readable(unit, cast.ruth, conversation.id))
    assert panel.notes == [("Why blocked", "third time this week")]


def test_an_answer_that_could_not_leave_for_hours_is_not_sent_any_more(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    cast.run.clock.move(seconds=VALID_FOR_S + 1)
    assert send(cast.run, cast.organization, conversation.texter_id) == 0
    welcome = cast.thread(conversation)[-1]
    assert (welcome.delivery, welcome.error_code) == (Delivery.FAILED, 30036)


def test_one_that_fails_does_not_keep_the_others_waiting(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    away = spooling(cast)
    away.arrives(ALEX, "first")
    away.arrives(JORDAN, "second")
    done: list[str] = []
    failing = receive.inbox_of(cast.run.seal, away.arrives(ALEX, "first, again"))

    def drain(_run: object, *inboxes: str) -> int:
        if failing in inboxes:
            raise RuntimeError
        done.extend(inboxes)
        return len(inboxes)

    monkeypatch.setattr(sweep, "drain", drain)
    assert sweep.spooled(cast.run) == 1
    assert len(done) == 1


def test_a_busy_streams_page_is_still_asked_whether_it_is_there(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    from textline.web.console import stream

    monkeypatch.setattr(stream, "BEAT_S", 0.05)
    monkeypatch.setattr(stream, "_may_listen", lambda *_: True)

    async def listen() -> list[str]:
        told: list[str] = []
        events = stream._events(None, cast.run, cast.maya, {"board"})  # type: ignore[arg-type]
        async for event in events:
            told.append(str(event.event))
            cast.run.live.broadcast._deal(cast.organization, ["board"])
            await asyncio.sleep(0.01)
            if len(told) > 40:
                return told
        return told

    told = asyncio.run(listen())
    assert told.count("beat") >= 4
    assert told.count("board") > 20


def test_nobody_takes_away_their_own_role(cast: Cast) -> None:
    with pytest.raises(TextlineError), cast.run.unit(cast.organization) as unit:
        set_up.change_person(unit, cast.ada, cast.ada.id, "volunteer", 3)
    with pytest.raises(TextlineError), cast.run.unit(cast.organization) as unit:
        set_up.disable(unit, cast.ada, cast.ada.id)
    with cast.run.unit(cast.organization) as unit:
        set_up.disable(unit, cast.ada, cast.sam.id)
    with pytest.raises(Conflict), cast.run.unit(cast.organization) as unit:
        set_up.disable(unit, cast.ada, cast.sam.id)
    with cast.run.unit(cast.organization) as unit:
        assert people.get(unit, cast.ada.id).disabled_at is None
