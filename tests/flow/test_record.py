"""Promises 1 to 3: kept, once, in order."""

import threading
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import pytest

from tests.cast import ALEX, JORDAN, Cast
from textline.errors import Unavailable
from textline.flow import receive, sweep
from textline.flow.batch import UNKNOWN_LINE
from textline.flow.drain import drain, drain_some
from textline.live import Live
from textline.rules.ownership import Owner
from textline.runtime import Runtime
from textline.store import spool, texters
from textline.store.messages import Author


def without_redis(run: Runtime) -> Runtime:
    """The same runtime while Redis cannot be reached."""
    return Runtime(run.settings, run.store, Live("unix:///nowhere/valkey.sock"), run.carrier, run.clock)


def spooling(cast: Cast) -> Cast:
    """The same people, whose texts come in while Redis cannot be reached."""
    return Cast(**{**vars(cast), "run": without_redis(cast.run)})


def texters_words(cast: Cast, sender: str) -> list[str]:
    thread = cast.thread(cast.conversation(sender))
    return [text.body for text in thread if text.author == Author.TEXTER]


def test_a_text_is_recorded_with_its_words_and_waits(cast: Cast) -> None:
    conversation = cast.texts(ALEX, "Hi, is anybody there? 💛")
    assert conversation.state == Owner.WAITING
    assert texters_words(cast, ALEX) == ["Hi, is anybody there? 💛"]


def test_a_redelivered_text_changes_nothing(cast: Cast) -> None:
    cast.texts(ALEX, "once", sid="SM1")
    cast.texts(ALEX, "once", sid="SM1")
    assert texters_words(cast, ALEX) == ["once"]


def test_texts_are_recorded_in_the_order_received_whatever_their_sids(cast: Cast) -> None:
    last = [cast.arrives(ALEX, str(n), sid=f"SM{9 - n}") for n in range(9)][-1]
    drain(cast.run, receive.inbox_of(cast.run.seal, last))
    assert texters_words(cast, ALEX) == [str(n) for n in range(9)]


def test_what_the_spool_and_redis_hold_is_merged_in_order(cast: Cast) -> None:
    away = spooling(cast)
    cast.arrives(ALEX, "one")
    away.arrives(ALEX, "two")
    last = cast.arrives(ALEX, "three")
    drain(cast.run, receive.inbox_of(cast.run.seal, last))
    assert texters_words(cast, ALEX) == ["one", "two", "three"]


def test_a_second_webhook_that_redis_takes_does_not_cost_a_spooled_text_its_place(cast: Cast) -> None:
    away = spooling(cast)
    away.arrives(ALEX, "one", sid="SM1")
    cast.run.clock.move(seconds=1)
    cast.arrives(ALEX, "two", sid="SM2")
    cast.run.clock.move(seconds=1)
    last = cast.arrives(ALEX, "one", sid="SM1")
    drain(cast.run, receive.inbox_of(cast.run.seal, last))
    assert texters_words(cast, ALEX) == ["one", "two"]


def test_a_second_webhook_of_a_text_that_redis_cannot_give_does_not_cost_it_its_place(cast: Cast) -> None:
    away = spooling(cast)
    cast.arrives(ALEX, "one", sid="SM1")
    cast.run.clock.move(seconds=1)
    cast.arrives(ALEX, "two", sid="SM2")
    cast.run.clock.move(seconds=1)
    last = away.arrives(ALEX, "one", sid="SM1")  # acknowledged already, and brought once more
    assert sweep.spooled(away.run) == 1
    drain(cast.run, receive.inbox_of(cast.run.seal, last))
    assert texters_words(cast, ALEX) == ["one", "two"]


def test_without_redis_the_sweep_records_from_the_spool(cast: Cast) -> None:
    away = without_redis(cast.run)
    Cast(**{**vars(cast), "run": away}).arrives(ALEX, "are you there")
    assert sweep.spooled(away) == 1
    assert texters_words(cast, ALEX) == ["are you there"]
    assert sweep.spooled(away) == 0


def test_no_transaction_grows_with_what_many_have_written(cast: Cast) -> None:
    numbers = [f"+1202555{n}" for n in range(6400, 6412)]
    came = [cast.arrives(number, f"{n}") for number in numbers for n in range(20)]
    inboxes = {receive.inbox_of(cast.run.seal, text) for text in came}
    assert drain_some(cast.run, "texts") == 60
    with cast.run.unit(cast.organization) as unit:
        first = [len(texters_words(cast, number)) for number in numbers if texters.known(unit, number)]
    assert first == [6] * 10, "six of each, of those who have waited longest"
    assert drain(cast.run, *inboxes) == 12 * 20 - 60
    assert all(texters_words(cast, number) == [f"{n}" for n in range(20)] for number in numbers)


def test_a_crisis_comes_with_what_its_texter_wrote_before(cast: Cast) -> None:
    for number in (numbers := [f"+1202555{n}" for n in range(6400, 6410)]):
        for n in range(5):
            cast.arrives(number, f"{n}")
        cast.arrives(number, "I want to kill myself")
    assert drain_some(cast.run, "urgent") == 10 * 6
    assert all(texters_words(cast, number)[-1] == "I want to kill myself" for number in numbers)


def test_what_the_clock_does_not_come_to_is_recorded_by_whoever_looks(cast: Cast) -> None:
    away = spooling(cast)
    away.arrives(ALEX, "are you there")
    assert sweep.overlooked(cast.run) == 0, "the clock is given its time"
    cast.run.clock.move(seconds=3)
    away.arrives(JORDAN, "me too")
    assert sweep.overlooked(cast.run) == 1
    assert texters_words(cast, ALEX) == ["are you there"]
    cast.run.clock.move(seconds=3)
    cast.arrives(JORDAN, "still there?")
    cast.run.clock.move(seconds=4)
    assert sweep.overlooked(cast.run) == 2, "Redis as well"
    assert texters_words(cast, JORDAN) == ["me too", "still there?"]


def test_a_crisis_is_left_to_whoever_records_crises_with_all_that_its_texter_wrote(cast: Cast) -> None:
    """Among thirty others' texts its texter was held again and again, and the crisis waited."""
    away = spooling(cast)
    for kept in (cast, away):
        kept.arrives(ALEX, "Hi")
        kept.arrives(JORDAN, "Hi")
        kept.arrives(JORDAN, "I want to kill myself")
    cast.run.clock.move(seconds=0.3)
    assert sweep.spooled(cast.run) == 2, "Alex's, in both stores"
    cast.arrives(ALEX, "Are you there?")
    assert drain_some(cast.run, "texts") == 1, "Alex's, in Redis"
    with cast.run.unit(cast.organization) as unit:
        assert not texters.known(unit, JORDAN)
    cast.run.clock.move(seconds=1)
    assert sweep.urgent(cast.run) == 4
    assert texters_words(cast, JORDAN) == ["Hi", "I want to kill myself"] * 2


def test_a_crisis_that_a_fast_clock_has_stamped_keeps_nothing_of_its_texter_waiting(cast: Cast) -> None:
    away = spooling(cast)
    for kept, number in ((away, ALEX), (cast, JORDAN)):
        kept.arrives(number, "Hi")
        cast.run.clock.move(minutes=10)
        kept.arrives(number, "I want to kill myself")
        cast.run.clock.move(minutes=-10)
    assert drain_some(cast.run, "texts") == 2, "Jordan's, in Redis"
    assert sweep.spooled(cast.run) == 2, "Alex's, in the spool"
    for number in (ALEX, JORDAN):
        assert texters_words(cast, number) == ["Hi", "I want to kill myself"]


def test_whoever_has_other_work_records_crises_alone(cast: Cast) -> None:
    """In a trial a web process took ordinary texts too, and crises waited behind its batches."""
    away = spooling(cast)
    for kept in (cast, away):
        kept.arrives(ALEX, "Hi")
        kept.arrives(JORDAN, "I want to kill myself")
    cast.run.clock.move(seconds=10)
    assert sweep.overlooked_crises(cast.run) == 2
    with cast.run.unit(cast.organization) as unit:
        assert texters.known(unit, JORDAN)
        assert not texters.known(unit, ALEX)


def test_a_second_webhook_recorded_while_redis_cannot_be_read_leaves_the_first_ones_time(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One webhook hangs in a frozen process, Twilio's second try is kept in Redis, and then the first is spooled."""
    away = spooling(cast)
    first = cast.arrives(ALEX, "first", sid="SM1")
    cast.run.clock.move(seconds=1)
    cast.arrives(ALEX, "second", sid="SM2")
    cast.run.clock.move(seconds=5)
    away.arrives(ALEX, "first", sid="SM1")
    inbox = receive.inbox_of(cast.run.seal, first)
    with monkeypatch.context() as frozen:
        frozen.setattr(cast.run.live.inbox, "read", Mock(side_effect=Unavailable("frozen")))
        assert drain(cast.run, inbox) == 1
    drain(cast.run, inbox)
    assert texters_words(cast, ALEX) == ["first", "second"]
    assert cast.run.live.inbox.read(inbox) == {}


def test_with_neither_store_a_text_is_not_acknowledged(cast: Cast) -> None:
    class Gone:
        def everywhere(self) -> None:
            raise Unavailable("gone")

    away = without_redis(cast.run)
    nowhere = Runtime(
        away.settings, type(away.store)(dead_engine(), away.store.seal), away.live, away.carrier, away.clock
    )
    with pytest.raises(Unavailable):
        Cast(**{**vars(cast), "run": nowhere}).arrives(ALEX, "lost?")


def dead_engine():
    from sqlalchemy import create_engine

    return create_engine(
        "postgresql+psycopg://nobody@/none?host=/nowhere", connect_args={"connect_timeout": 1}
    )


def test_the_sweep_records_what_nobody_was_woken_for(cast: Cast) -> None:
    cast.arrives(ALEX, "hello?")
    assert sweep.inboxes(cast.run) == 0  # its worker may still come
    cast.run.clock.move(seconds=16)
    assert sweep.inboxes(cast.run) == 1
    assert cast.run.live.inbox.oldest() is None


def test_two_hundred_texts_twice_each_at_once_are_two_hundred(cast: Cast) -> None:
    senders = [f"+1202555{n:04d}" for n in range(100, 120)]
    jobs = [(sender, f"SM{sender}{n}") for sender in senders for n in range(10)] * 2
    start = threading.Barrier(8)

    def work(place: int) -> None:
        start.wait()
        for sender, sid in jobs[place::8]:
            text = cast.arrives(sender, sid, sid=sid)
            drain(cast.run, receive.inbox_of(cast.run.seal, text))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    recorded = [body for sender in senders for body in texters_words(cast, sender)]
    assert sorted(recorded) == sorted({sid for _, sid in jobs})
    assert len(recorded) == 200


def test_a_text_to_an_unknown_number_is_held_until_the_line_is_there(cast: Cast) -> None:
    line, cast.line = cast.line, type(cast.line)(number="+12025550103")
    text = cast.arrives(ALEX, "hello early")
    inbox = receive.inbox_of(cast.run.seal, text)
    drain(cast.run, inbox)
    cast.line = line
    from textline.flow import set_up

    with cast.run.unit(cast.organization) as unit:
        assert spool.held(unit) == {UNKNOWN_LINE: 1}
        set_up.add_line(unit, cast.ada, "New", "+12025550103", "en", "UTC")
    assert sweep.spooled(cast.run) == 1
    assert texters_words(cast, ALEX) == ["hello early"]
    with cast.run.unit(cast.organization) as unit:
        assert spool.held(unit) == {}


def test_two_texters_never_share_a_conversation(cast: Cast) -> None:
    first, second = cast.texts(ALEX, "a"), cast.texts(JORDAN, "b")
    assert first.id != second.id
    assert first.texter_id != second.texter_id


def test_an_unanswerable_sender_is_recorded_and_never_texted(cast: Cast) -> None:
    conversation = cast.texts("72345", "Your code is 1", answerable=False)
    assert cast.bodies(conversation) == ["Your code is 1"]


def test_pictures_are_kept_all_of_them(cast: Cast) -> None:
    from textline.carrier.incoming import Media

    media = tuple(Media(f"https://example.org/{n}", "image/jpeg") for n in range(10))
    conversation = cast.texts(ALEX, "", media=media)
    assert cast.thread(conversation)[0].media == 10
