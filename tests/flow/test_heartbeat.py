"""A heartbeat goes out while the line works, and only then."""

import pytest
from pydantic import SecretStr

from tests.cast import ALEX, Cast
from textline import outside
from textline.errors import Unavailable
from textline.flow import heartbeat, reply
from textline.runtime import Runtime
from textline.store import spool
from workers.clock import TABLE

URL = "https://beats.example/a-secret-in-the-address"


@pytest.fixture
def beats(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that were fetched."""
    fetched: list[str] = []
    monkeypatch.setattr(outside, "get", fetched.append)
    return fetched


@pytest.fixture
def watched(cast: Cast) -> Runtime:
    """The runtime with the setting."""
    run = cast.run
    settings = run.settings.model_copy(update={"heartbeat_url": SecretStr(URL)})
    return Runtime(settings, run.store, run.live, run.carrier, run.clock)


def test_it_beats_every_minute_while_all_is_well(watched: Runtime, beats: list[str]) -> None:
    assert heartbeat.beat(watched)
    assert beats == [URL]
    assert [tick.every_s for tick in TABLE if tick.do is heartbeat.beat] == [60]


def test_without_the_setting_nothing_is_fetched(cast: Cast, beats: list[str]) -> None:
    assert not heartbeat.beat(cast.run)
    assert beats == []


def test_not_while_a_text_waits_in_redis(cast: Cast, watched: Runtime, beats: list[str]) -> None:
    cast.arrives(ALEX, "nobody records this")
    assert heartbeat.beat(watched)
    cast.run.clock.move(seconds=121)  # type: ignore[attr-defined]
    assert not heartbeat.beat(watched)
    assert set(heartbeat.standing_still(watched)) == {"in_redis_s"}
    assert len(beats) == 1


def test_not_while_a_text_waits_in_the_spool(cast: Cast, watched: Runtime, beats: list[str]) -> None:
    seal = cast.run.seal
    with cast.run.everywhere() as everywhere:
        spool.put(everywhere, "an inbox", "SM1", seal.close("a text"), everywhere.now)
        spool.put(everywhere, "an inbox", "SM2", seal.close("one"), everywhere.now, held="unknown line")
    assert heartbeat.beat(watched)
    cast.run.clock.move(seconds=121)  # type: ignore[attr-defined]
    assert set(heartbeat.standing_still(watched)) == {"in_spool_s"}
    with cast.run.everywhere() as everywhere:
        spool.remove(everywhere, ["SM1"])
    assert heartbeat.beat(watched)  # what is held waits for a person: the doctor and the metrics tell of it
    assert len(beats) == 2


def test_not_while_an_answer_does_not_leave(cast: Cast, watched: Runtime, beats: list[str]) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hello")
    with cast.run.unit(cast.organization) as unit:
        reply.reply(unit, cast.maya, conversation.id, "I am here")
    assert heartbeat.beat(watched)
    cast.run.clock.move(minutes=11)  # type: ignore[attr-defined]
    assert heartbeat.standing_still(watched)["texters_unsent"] == 1
    assert not heartbeat.beat(watched)


def test_not_while_redis_or_the_record_is_away(
    watched: Runtime, beats: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise Unavailable("away")

    monkeypatch.setattr(watched.live.inbox, "oldest", away)
    with pytest.raises(Unavailable):
        heartbeat.beat(watched)
    assert beats == []


def test_its_address_is_shown_nowhere(
    watched: Runtime, beats: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    heartbeat.beat(watched)
    assert "a-secret" not in repr(watched.settings)
    shown = capsys.readouterr()
    assert "a-secret" not in shown.out + shown.err
