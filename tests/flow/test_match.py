"""Promise 5: each conversation has one owner; whoever is gone has none."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.cast import ALEX, JORDAN, SASHA, Cast
from textline.errors import Conflict
from textline.flow import close, presence, sweep, transfer
from textline.flow.match import match
from textline.rules.ownership import Owner
from textline.store import conversations, events, people


def test_fewest_open_first_then_longest_since_the_last(cast: Cast) -> None:
    cast.comes(cast.maya, cast.sam)
    owners = [cast.texts(f"+120255501{n}", "hi").owner_id for n in range(60, 64)]
    assert owners == [cast.maya.id, cast.sam.id, cast.maya.id, cast.sam.id]


def test_nobody_gets_more_than_their_capacity(cast: Cast) -> None:
    cast.comes(cast.maya)
    for n in range(60, 65):
        cast.texts(f"+120255501{n}", "hi")
    with cast.run.unit(cast.organization) as unit:
        assert conversations.open_counts(unit) == {cast.maya.id: 3}
        assert len(conversations.waiting(unit, 10)) == 2


def test_whoever_waits_is_matched_when_somebody_frees_up(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        people.get(unit, cast.maya.id).capacity = 1
    cast.comes(cast.maya)
    first, second = cast.texts(ALEX, "one"), cast.texts(JORDAN, "two")
    assert second.state == Owner.WAITING
    with cast.run.unit(cast.organization) as unit:
        close.close(unit, cast.maya, first.id, "supported", "")
    assert sweep.matches(cast.run) == 1
    assert cast.now(second).owner_id == cast.maya.id


def test_only_who_is_present_and_available_is_matched(cast: Cast) -> None:
    presence.beat(cast.run, cast.sam)  # there, but not available
    with cast.run.unit(cast.organization) as unit:
        people.get(unit, cast.maya.id).available = True  # available, but not there
    assert cast.texts(ALEX, "hi").state == Owner.WAITING


def test_many_matches_at_once_give_each_conversation_one_owner(cast: Cast) -> None:
    for n in range(60, 66):
        cast.texts(f"+120255501{n}", "hi")
    cast.comes(cast.maya, cast.sam)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: match(cast.run, cast.organization), range(16)))
    with cast.run.unit(cast.organization) as unit:
        assert conversations.open_counts(unit) == {cast.maya.id: 3, cast.sam.id: 3}
        matched = [event for event in events.latest(unit) if event.action == "conversation:matched"]
    assert len({event.conversation_id for event in matched}) == len(matched) == 6


def test_whoever_is_gone_loses_their_conversations_to_the_queue(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    cast.silence(15)
    assert sweep.absences(cast.run) == 0  # within the grace
    cast.silence(10)
    assert sweep.absences(cast.run) == 1
    assert cast.now(conversation).state == Owner.WAITING
    with cast.run.unit(cast.organization) as unit:
        last = events.of_conversation(unit, conversation.id)[-1]
    assert (last.action, last.details["before"]) == ("conversation:owner_gone", cast.maya.id)


def test_the_only_volunteer_has_it_again_as_soon_as_they_are_back(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    cast.silence(25)
    assert sweep.absences(cast.run) == 1
    assert match(cast.run, cast.organization) == 0
    cast.comes(cast.maya)
    match(cast.run, cast.organization)
    assert cast.now(conversation).owner_id == cast.maya.id
    cast.silence(25)
    assert sweep.absences(cast.run) == 1
    cast.comes(cast.maya)  # their page comes and goes
    assert match(cast.run, cast.organization) == 0
    cast.run.clock.move(minutes=2)
    cast.comes(cast.maya)
    match(cast.run, cast.organization)
    assert cast.now(conversation).owner_id == cast.maya.id


def test_a_wiped_redis_makes_nobody_gone(cast: Cast) -> None:
    cast.comes(cast.maya)
    cast.texts(ALEX, "hi")
    cast.silence(15)
    cast.run.live._redis.flushall()
    assert sweep.absences(cast.run) == 0
    cast.silence(15)
    assert sweep.absences(cast.run) == 0
    presence.beat(cast.run, cast.maya)
    cast.silence(15)
    assert sweep.absences(cast.run) == 0


def test_after_a_wiped_redis_whoever_stays_silent_is_gone_in_the_end(cast: Cast) -> None:
    cast.comes(cast.maya)
    cast.texts(ALEX, "hi")
    cast.run.live._redis.flushall()
    cast.silence(25)
    assert sweep.absences(cast.run) == 1


def test_signing_out_gives_back_at_once(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    presence.leave(cast.run, cast.maya)
    assert cast.now(conversation).state == Owner.WAITING


def test_what_is_given_back_rests_before_it_returns_to_the_same_person(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    with cast.run.unit(cast.organization) as unit:
        transfer.give_back(unit, cast.maya, conversation.id)
    assert match(cast.run, cast.organization) == 0
    cast.comes(cast.sam)
    assert cast.now(conversation).owner_id == cast.sam.id


def test_a_supervisor_takes_over_and_gives_to_a_volunteer(cast: Cast) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    with cast.run.unit(cast.organization) as unit:
        transfer.take_over(unit, cast.ruth, conversation.id)
    assert cast.now(conversation).state == Owner.SUPERVISOR
    with pytest.raises(Conflict), cast.run.unit(cast.organization) as unit:
        transfer.take_over(unit, cast.ruth, conversation.id)
    with cast.run.unit(cast.organization) as unit:
        transfer.assign(unit, cast.ruth, conversation.id, cast.sam.id)
    now = cast.now(conversation)
    assert (now.state, now.owner_id) == (Owner.VOLUNTEER, cast.sam.id)


def test_two_who_take_at_once_do_not_both_have_it(cast: Cast) -> None:
    conversation = cast.texts(SASHA, "hi")

    def take(person: people.Person) -> bool:
        with cast.run.unit(cast.organization) as unit:
            transfer.take_over(unit, person, conversation.id)
        return True

    with ThreadPoolExecutor(2) as pool:
        assert all(pool.map(take, [cast.ruth, cast.ada]))  # in turn: a supervisor may take from a supervisor
    with cast.run.unit(cast.organization) as unit:
        taken = [
            e for e in events.of_conversation(unit, conversation.id) if e.action == "conversation:taken_over"
        ]
        assert conversations.get(unit, conversation.id).owner_id == taken[-1].by


def test_a_text_to_a_closed_conversation_opens_another(cast: Cast) -> None:
    cast.comes(cast.maya)
    first = cast.texts(ALEX, "hi")
    with cast.run.unit(cast.organization) as unit:
        close.close(unit, cast.maya, first.id, "supported", "")
    again = cast.texts(ALEX, "thanks")
    assert again.id != first.id
    assert again.owner_id == cast.maya.id
    assert cast.bodies(again) == ["thanks"]  # no second welcome so soon
