"""Inboxes: who drains them, and who has to be woken."""

import time

from textline.live.inbox import Item
from textline.runtime import Runtime


def item(n: int, inbox: str = "one", lane: str = "texts") -> Item:
    return Item(inbox, f"SM{n}", f"sealed {n}", 100.0 + n, lane)


def test_the_first_text_wakes_a_drainer_and_the_next_rings_its_bell(run: Runtime) -> None:
    inbox = run.live.inbox
    assert inbox.put(item(1))
    assert not inbox.put(item(2))
    began = time.monotonic()
    inbox.listen("texts", 10)
    assert time.monotonic() - began < 5, "nobody rang"


def test_a_drainer_who_stays_is_not_joined_by_another_and_a_passer_by_wakes_nobody_up(run: Runtime) -> None:
    inbox = run.live.inbox
    inbox.take("texts", 200.0, 10, before=150.0)  # a sweep
    assert inbox.put(item(1))
    inbox.rest("texts")
    inbox.take("texts", 200.0, 10)
    assert not inbox.put(item(2))


def test_whoever_goes_to_rest_as_a_text_comes_goes_on_instead(run: Runtime) -> None:
    inbox = run.live.inbox
    inbox.put(item(1))
    inbox.put(item(2))
    assert not inbox.rest("texts")
    assert inbox.rest("texts")
    assert inbox.put(item(3))


def test_what_one_has_taken_another_does_not_take_until_the_lease_ends(run: Runtime) -> None:
    inbox = run.live.inbox
    for n, name in enumerate("abc"):
        inbox.put(item(n, name))
    assert [taken.inbox for taken in inbox.take("texts", 200.0, 2)] == ["a", "b"]
    assert [taken.inbox for taken in inbox.take("texts", 200.0, 2)] == ["c"]
    assert [taken.inbox for taken in inbox.take("texts", 206.0, 5)] == ["a", "b", "c"]


def test_an_inbox_is_left_on_the_list_while_something_is_in_it(run: Runtime) -> None:
    inbox = run.live.inbox
    for n in (1, 2):
        inbox.put(item(n))
    inbox.forget({"one": ["SM1"]})
    assert inbox.oldest() == 101.0
    assert [taken.items for taken in inbox.take("texts", 200.0, 5)] == [{"SM2": "sealed 2"}]
    inbox.forget({"one": ["SM2"]})
    assert inbox.oldest() is None


def test_a_crisis_takes_its_texters_earlier_texts_along(run: Runtime) -> None:
    inbox = run.live.inbox
    inbox.put(item(1))
    inbox.put(item(2, lane="urgent"))
    taken = inbox.take("urgent", 200.0, 5)
    assert [sorted(one.items) for one in taken] == [["SM1", "SM2"]]
    inbox.forget({"one": ["SM1", "SM2"]})
    assert inbox.take("texts", 200.0, 5) == []


def test_listening_to_silence_is_no_fault_of_the_server(run: Runtime) -> None:
    for _ in range(3):
        run.live.inbox.listen("texts", 5.0)
    assert run.live.inbox.put(item(1))


def test_several_are_kept_in_one_go_and_who_must_be_woken_is_told(run: Runtime) -> None:
    inbox = run.live.inbox
    assert inbox.put(item(1), item(2, "two"), item(3, lane="urgent")) == {"texts", "urgent"}
    assert inbox.put(item(4)) == set()
    assert inbox.holds([("one", "SM1"), ("two", "SM2"), ("one", "SM9"), ("nobody", "SM1")]) == {"SM1", "SM2"}
