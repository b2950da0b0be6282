"""Own words in use: in the record, in the web's lanes, and in another organization not at all."""

from datetime import timedelta

import pytest
from sqlalchemy import text as sql

from tests.cast import ALEX, JORDAN, Cast, gather
from textline.errors import Invalid, NotFound, Unavailable
from textline.flow import escalate, fallback, own_words
from textline.flow.drain import drain_some
from textline.flow.lanes import is_urgent
from textline.rules.own_words import Effect, OwnWords
from textline.rules.preview import Change, Kind
from textline.store import escalations
from textline.store import own_words as store
from textline.store.messages import Finding

MILL = OwnWords("off the old mill", "en", Effect.CRISIS, why="where people here go")
TEXT = "i will go off the old mill"


def open_escalations(cast: Cast) -> int:
    with cast.run.unit(cast.organization) as unit:
        return len(escalations.unresolved(unit))


def resolved(cast: Cast, sender: str, body: str, outcome: str) -> None:
    conversation = cast.texts(sender, body)
    with cast.run.unit(cast.organization) as unit:
        escalate.by_person(unit, cast.ruth, conversation.id)
        number = escalations.unresolved(unit)[0].id
        escalate.acknowledge(unit, cast.ruth, number)
    if outcome != escalations.FALSE_ALARM:
        cast.asks_safety(number)
    with cast.run.unit(cast.organization) as unit:
        escalate.resolve(unit, cast.ruth, number, outcome, "")


def by_kind(changes: list[Change]) -> dict[Kind, Change]:
    return {change.kind: change for change in changes}


def test_own_words_escalate_as_soon_as_they_are_in_use_and_no_longer_than_that(cast: Cast) -> None:
    cast.texts(ALEX, TEXT)
    assert open_escalations(cast) == 0
    own_words.add(cast.run, cast.ruth, MILL)
    cast.texts(JORDAN, TEXT)
    assert open_escalations(cast) == 1
    with cast.run.unit(cast.organization) as unit:
        assert "mill" not in str(unit.session.execute(Finding.__table__.select()).all())
        number = store.every(unit)[0].id
    own_words.remove(cast.run, cast.ruth, number)
    cast.texts(ALEX, TEXT)
    assert open_escalations(cast) == 1
    with pytest.raises(NotFound):
        own_words.remove(cast.run, cast.ruth, number)


def test_the_web_process_gives_them_the_urgent_lane_once_it_has_learned_them(cast: Cast) -> None:
    own_words.add(cast.run, cast.ruth, MILL)
    assert not is_urgent(TEXT, fallback.screen_for(cast.run, cast.line.number))
    fallback.learn(cast.run)
    assert is_urgent(TEXT, fallback.screen_for(cast.run, cast.line.number))
    assert not is_urgent(TEXT, fallback.screen_for(cast.run, "+12025550000"))
    cast.arrives(ALEX, TEXT)
    assert drain_some(cast.run, "urgent") == 1
    assert open_escalations(cast) == 1


def test_a_server_that_dies_while_they_are_read_is_no_fault_of_the_text(cast: Cast) -> None:
    def read() -> None:
        with cast.run.unit(cast.organization) as unit:
            backend = unit.session.execute(sql("select pg_backend_pid()")).scalar_one()
            with cast.run.everywhere() as another:
                another.session.execute(sql("select pg_terminate_backend(:backend)"), {"backend": backend})
            own_words.screen_of(unit)

    with pytest.raises(Unavailable):
        read()


def test_words_that_somebody_holds_make_no_text_a_crisis(cast: Cast) -> None:
    with cast.run.everywhere() as migration:
        migration.session.execute(sql("lock table own_words in access exclusive mode"))
        cast.arrives(ALEX, "hello there")
        assert drain_some(cast.run, "texts") == 0
    cast.run.clock.move(seconds=5)  # whoever had the inbox has let go of it
    assert drain_some(cast.run, "texts") == 1
    assert open_escalations(cast) == 0


def test_what_is_in_use_is_sealed_and_of_one_organization(cast: Cast) -> None:
    other = gather(cast.run, "Other", "+12025550199")
    own_words.add(cast.run, cast.ruth, MILL)
    with cast.run.unit(other.organization) as unit:
        assert store.every(unit) == []
        with pytest.raises(NotFound):
            store.get(unit, 1)
    with cast.run.unit(cast.organization) as unit:
        rows = unit.session.execute(store.Entry.__table__.select()).all()
        assert "mill" not in str(rows)
        assert [kept.words.says for kept in store.every(unit)] == [MILL.says]


def test_a_preview_looks_at_the_shipped_cases_and_at_what_came_here(cast: Cast) -> None:
    resolved(cast, ALEX, TEXT, "safe")
    resolved(cast, JORDAN, "we went off the old mill road", escalations.FALSE_ALARM)
    cast.texts("+12025550155", "is it nice off the old mill")
    seen = by_kind(own_words.preview_of(cast.run, cast.ruth, MILL).changes)
    assert seen[Kind.GRAVE].of > 1000
    assert seen[Kind.GRAVE].then == seen[Kind.GRAVE].now
    for kind in (Kind.REAL, Kind.FALSE_ALARM, Kind.QUIET):
        assert (seen[kind].of, seen[kind].now, seen[kind].then) == (1, 0, 1), kind
        assert seen[kind].more[0].conversation_id


def test_what_is_long_past_is_not_looked_at(cast: Cast) -> None:
    resolved(cast, ALEX, TEXT, "safe")
    cast.run.clock.move(seconds=(own_words.LATELY + timedelta(days=1)).total_seconds())
    seen = by_kind(own_words.preview_of(cast.run, cast.ruth, MILL).changes)
    assert seen[Kind.REAL].of == 0


def test_a_figure_that_would_silence_somebody_in_danger_is_refused(cast: Cast) -> None:
    silence = OwnWords("{i}? want to die", "en", Effect.FIGURE)
    assert "a crisis would be missed" in (own_words.preview_of(cast.run, cast.ruth, silence).refusal or "")
    with pytest.raises(Invalid, match="a crisis would be missed"):
        own_words.add(cast.run, cast.ruth, silence)
    with cast.run.unit(cast.organization) as unit:
        assert store.every(unit) == []


def test_a_figure_that_would_silence_a_crisis_of_ones_own_is_refused(cast: Cast) -> None:
    text = "bungee jumped off a bridge"
    resolved(cast, ALEX, text, "safe")
    with pytest.raises(Invalid, match="a crisis would be missed"):
        own_words.add(cast.run, cast.ruth, OwnWords(text, "en", Effect.FIGURE))


def test_a_narrow_figure_is_taken_and_lowers_a_false_alarm(cast: Cast) -> None:
    text = "bungee jumped off a bridge"
    own_words.add(cast.run, cast.ruth, OwnWords(text, "en", Effect.FIGURE))
    cast.texts(ALEX, f"i {text} last summer")
    assert open_escalations(cast) == 0


def test_words_that_stand_everywhere_are_refused(cast: Cast) -> None:
    with pytest.raises(Invalid, match="too many harmless texts"):
        own_words.add(cast.run, cast.ruth, OwnWords("my", "en", Effect.CRISIS))


def test_taking_words_out_of_use_is_previewed_too(cast: Cast) -> None:
    resolved(cast, ALEX, TEXT, "safe")
    own_words.add(cast.run, cast.ruth, MILL)
    with cast.run.unit(cast.organization) as unit:
        number = store.every(unit)[0].id
    seen = by_kind(own_words.preview_without(cast.run, cast.ruth, number).changes)
    assert (seen[Kind.REAL].now, seen[Kind.REAL].then) == (1, 0)


def test_words_that_a_new_version_cannot_read_keep_no_text_waiting(cast: Cast) -> None:
    with cast.run.unit(cast.organization) as unit:
        store.add(unit, OwnWords("{gone} words", "en", Effect.CRISIS), cast.ruth.id)
        store.add(unit, MILL, cast.ruth.id)
    cast.texts(ALEX, TEXT)
    assert open_escalations(cast) == 1


def test_words_sealed_with_a_key_that_is_gone_keep_no_text_waiting(cast: Cast) -> None:
    own_words.add(cast.run, cast.ruth, MILL)
    with cast.run.unit(cast.organization) as unit:
        unit.session.execute(store.Entry.__table__.update().values(says_sealed="sealed by nobody"))
    fallback.learn(cast.run)
    cast.texts(ALEX, "I want to kill myself")
    assert open_escalations(cast) == 1


def test_a_crisis_that_nobody_has_resolved_yet_counts_as_real(cast: Cast) -> None:
    text = "bungee jumped off a bridge"
    cast.texts(ALEX, text)
    with pytest.raises(Invalid, match="a crisis would be missed"):
        own_words.add(cast.run, cast.ruth, OwnWords(text, "en", Effect.FIGURE))
