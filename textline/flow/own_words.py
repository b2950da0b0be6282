"""An organization's own words for the screen: used, tried out on what is known, put into use and taken out of it."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from textline import log
from textline.errors import Busy, Invalid, Unavailable
from textline.flow import lanes
from textline.lexicon.shipped import cases as shipped
from textline.rules.levels import Level
from textline.rules.own_words import Effect, OwnWords, fault, with_own_words
from textline.rules.preview import Case, Change, Kind, Notices, preview, reaches
from textline.rules.screen import Screen
from textline.runtime import Runtime, Unit
from textline.store import events, outcomes, own_words
from textline.store.people import Person

_log = log.get(__name__)
LATELY = timedelta(days=90)
# Words that would alarm at more of the harmless cases than this say nothing about a danger.
_TOO_OFTEN = 0.05


@dataclass(frozen=True)
class Preview:
    """What a change would do, and why it cannot be made, if so. `words`: what is added or, else, taken out."""

    words: OwnWords
    changes: list[Change]
    refusal: str | None = None


def screen_of(unit: Unit) -> Screen:
    """The organization's screen: the shipped lexicon with its own words; without them, when they cannot be read.

    Raises:
        Busy, Unavailable: all of the transaction is to be tried again.
    """
    try:
        words = unit.once("own words", lambda: _in_use_or_undone(unit))
        return _screen(words) if words else lanes.screen()
    except (Busy, Unavailable):
        raise
    except Exception:  # sealed with a key that is gone, or of a later version: no text waits for that
        _log.exception("an organization's own words cannot be read: the shipped lexicon is used")
        return lanes.screen()


def _in_use_or_undone(unit: Unit) -> tuple[OwnWords, ...]:
    with unit.apart():
        return _in_use(unit)


def _in_use(unit: Unit) -> tuple[OwnWords, ...]:
    return tuple(kept.words for kept in own_words.every(unit))


@lru_cache(256)
def _screen(words: tuple[OwnWords, ...]) -> Screen:
    for one in words:
        if fault(one):  # of another version, in which a slot had this name
            _log.error(
                "an organization's own words cannot be used any more: a supervisor sees them on /screen"
            )
    return with_own_words(lanes.screen(), words)


def preview_of(runtime: Runtime, person: Person, words: OwnWords) -> Preview:
    """What putting these words into use would do. Takes some seconds.

    Raises:
        Invalid: they cannot be used; says why.
    """
    if reason := fault(words):
        raise Invalid(reason)
    with runtime.unit(person.organization_id) as unit:
        now, cases = _in_use(unit), outcomes.cases(unit, LATELY)
    changes = _changes(now, (*now, words), words.level, cases)
    return Preview(words, changes, _refusal(words, changes))


def preview_without(runtime: Runtime, person: Person, words_id: int) -> Preview:
    """What taking words out of use would do.

    Raises:
        NotFound: they are not in use.
    """
    with runtime.unit(person.organization_id) as unit:
        gone = own_words.get(unit, words_id).words
        now, cases = _in_use(unit), outcomes.cases(unit, LATELY)
    rest = list(now)
    rest.remove(gone)
    return Preview(gone, _changes(now, tuple(rest), gone.level, cases))


def add(runtime: Runtime, person: Person, words: OwnWords) -> None:
    """Put words into use.

    Raises:
        Invalid: they cannot be used, or would do harm; says why.
    """
    refusal = preview_of(runtime, person, words).refusal
    if refusal:
        raise Invalid(refusal)
    with runtime.unit(person.organization_id) as unit:
        number = own_words.add(unit, words, person.id)
        events.note(unit, "own_words:added", by=person.id, words=number, effect=words.effect)


def remove(runtime: Runtime, person: Person, words_id: int) -> None:
    """Take words out of use.

    Raises:
        NotFound: they are not in use.
    """
    with runtime.unit(person.organization_id) as unit:
        own_words.remove(unit, words_id)
        events.note(unit, "own_words:removed", by=person.id, words=words_id)


_one_at_a_time = threading.Lock()  # each takes a core for some seconds, beside texts that come in


def _changes(
    now: tuple[OwnWords, ...], then: tuple[OwnWords, ...], level: Level, cases: Iterable[Case]
) -> list[Change]:
    with _one_at_a_time:
        return preview(_notices(now, level), _notices(then, level), [*_shipped(), *cases])


def _notices(words: tuple[OwnWords, ...], level: Level) -> Notices:
    """Tells whether a case is noticed with these words in use. Texters' words are not remembered for it."""
    shipped_ones, screen = _noticed_of_shipped(words, level), _screen(words)
    return lambda case: case in shipped_ones if case.conversation_id is None else reaches(screen, level, case)


@lru_cache(8)  # what was previewed is looked at again when it is put into use
def _noticed_of_shipped(words: tuple[OwnWords, ...], level: Level) -> frozenset[Case]:
    screen = _screen(words)
    return frozenset(case for case in _shipped() if reaches(screen, level, case))


def _shipped() -> Iterable[Case]:
    for case in shipped():
        if Level[case.least.upper()].escalates:
            yield Case(Kind.GRAVE, case.said)
        elif not Level[case.most.upper()].escalates:
            yield Case(Kind.HARMLESS, case.said)


def _refusal(words: OwnWords, changes: Iterable[Change]) -> str | None:
    by = {change.kind: change for change in changes}
    if words.effect == Effect.FIGURE:
        missed = [*by[Kind.GRAVE].fewer, *by[Kind.REAL].fewer]
        if missed:
            return (
                f"With these words a crisis would be missed: “{' / '.join(missed[0].texts)}”. Write more words, "
                "so that only the figure of speech is meant."
            )
    elif len(by[Kind.HARMLESS].more) > _TOO_OFTEN * by[Kind.HARMLESS].of:
        return "These words stand in too many harmless texts. Write more words, so that only the danger is meant."
    return None
