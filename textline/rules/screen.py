"""The crisis screen: what in a text shows a danger, how grave, whose, and by which rule.

Rules are data (`textline/lexicon`). A text is looked at twice, as written and with disguises undone, and the gravest
counts. A figure of speech lowers only what it covers; a negation or a distant past lowers a
finding to a concern, and never silences it; a time, a place or a means at hand makes a crisis imminent.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from itertools import accumulate
from typing import NamedTuple, TypeVar

from textline.lexicon.load import ROUTES, Figure, Lexicon, LexiconError, Modifier, Rule
from textline.rules import patterns, tense
from textline.rules.disguise import Keys, views
from textline.rules.levels import Level
from textline.rules.search import Patterns
from textline.rules.tense import Stretches, Tenses

_REMEMBERED = 1024
# A sentence with its subject in it is denied after these alone; in Spanish by none of a single word.
_DENIED_WHOLE = frozenset({"like", "saying", "say", "think", "feel", "feeling", "that", "mean"})
_BEFORE = 200  # characters before a finding in which the words that lower it stand
_Entry = TypeVar("_Entry", Rule, Figure, Modifier)
_WHO = ("person", "abuser", "persona", "agresor")  # slots of those who do something
SELF, THIRD_PARTY, ABUSE, MEDICAL = "self", "third_party", "abuse", "medical"
# What a modifier says of the texter, or of somebody's past, says nothing about an attack or a body.
_LOWERED_BY = {
    "negated": ROUTES,
    "past": (SELF, THIRD_PARTY),
    "other": (SELF,),
    "asked": (SELF, THIRD_PARTY, "violence"),
}


class Finding(NamedTuple):
    """What the screen found in a text: the rule, the texter's words that it found (folded), and what they mean.

    `feared`: it tells of somebody whom the texter has to fear, and who may read the phone.
    """

    phrase: str
    level: Level
    rule: str = ""
    route: str = SELF
    feared: bool = False


@dataclass(frozen=True)
class Seen:
    """What a text, or several read as one, shows."""

    level: Level
    route: str
    findings: tuple[Finding, ...]

    @property
    def routes(self) -> list[str]:
        """The dangers for which it escalates, each once, the gravest first."""
        found = {one.route for one in self.findings if one.level.escalates}
        return sorted(found, key=ROUTES.index)

    @property
    def discreet(self) -> bool:
        """Whether others may read the phone: whatever else is found, somebody hurts or threatens the texter."""
        return any(one.feared for one in self.findings)


NOTHING = Seen(Level.NONE, SELF, ())


class _Found(NamedTuple):
    """A finding with its place in the folded text."""

    start: int
    end: int
    rule: Rule
    level: Level
    route: str
    beside: str = ""  # the words that made it imminent
    meant: bool = True  # no figure of speech covers it, and nothing denies it

    def covers(self, other: "_Found") -> bool:
        return (
            self.start <= other.start
            and other.end <= self.end
            and self.end - self.start > other.end - other.start
        )


class Screen:
    """Lexicons made ready.

    Raises:
        LexiconError: a pattern is not written as patterns are; says where.
    """

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self._rules, rules = _expressions((lexicon, lexicon.rule) for lexicon in lexicons)
        _, figures = _expressions((lexicon, lexicon.figure) for lexicon in lexicons)
        self._modifiers, changing = _expressions((lexicon, lexicon.modifier) for lexicon in lexicons)
        raising = [_expression(lexicon, says) for lexicon in lexicons for says in lexicon.raises.says]
        self._found, self._figures = Patterns(rules), Patterns(figures)
        asking = [_expression(lexicon, says) for lexicon in lexicons for says in lexicon.asks.says]
        self._asks = Patterns(asking)
        earnest = [_expression(lexicon, says) for lexicon in lexicons for says in lexicon.earnest.says]
        self._earnest = Patterns(earnest)
        self._changes, self._raises = Patterns(changing, endings=True), Patterns(raising)
        # A texter's last texts are looked at again with each new one.
        self._views = lru_cache(_REMEMBERED)(lambda text: views(text, self._keys))
        self._first_person = frozenset().union(*(lexicon.first_person.words for lexicon in lexicons))
        who = [word for lexicon in lexicons for slot in _WHO for word in lexicon.words.get(slot, ())]
        self._subjects = frozenset(word.split(maxsplit=1)[0] for word in who)
        self._tenses = Tenses([lexicon.tense for lexicon in lexicons], self._first_person)
        self._keys = Keys(
            (word for lexicon in lexicons for word in lexicon.disguised.words),
            frozenset().union(*(lexicon.disguised.everyday for lexicon in lexicons)),
            (word for lexicon in lexicons for word in lexicon.disguised.small),
            _clipped(lexicons)
            | {short: long for lexicon in reversed(lexicons) for short, long in lexicon.short.items()},
        )

    def with_more(self, lexicons: Sequence[Lexicon]) -> "Screen":
        """This with more rules and figures of speech, at little cost.

        Raises:
            LexiconError: as at its making.
        """
        more = copy(self)
        rules, found = _expressions((lexicon, lexicon.rule) for lexicon in lexicons)
        more._rules, more._found = [*self._rules, *rules], self._found.with_more(found)
        _, figures = _expressions((lexicon, lexicon.figure) for lexicon in lexicons)
        more._figures = self._figures.with_more(figures)
        return more

    def look(self, text: str) -> Seen:
        """What a text shows."""
        return gravest([self._look(view) for view in dict.fromkeys(self._views(text))])

    def look_together(self, texts: Sequence[str]) -> Seen:
        """What successive texts show that are read as one: where one ends, no sentence does."""
        views = [self._views(text) for text in texts]
        joined = {
            " ".join(["", *filter(None, (view[which].strip(" .") for view in views)), ""]) for which in (0, 1)
        }
        return gravest([self._look(view) for view in joined])

    def asks_for_a_call(self, text: str) -> bool:
        """Whether somebody would rather talk than text."""
        return any(self._asks.which(view) for view in self._views(text))

    def undisguised(self, text: str) -> str:
        """The text folded, with disguised words brought back."""
        return self._views(text)[1]

    def _look(self, folded: str) -> Seen:
        which = self._found.which(folded)
        if not which:
            return NOTHING
        found = [
            _Found(start, end, rule, level, rule.route)
            for rule, level, places in self._places(which, folded)
            for start, end in places
        ]
        found = self._with_figures(folded, found)
        found = self._changed(folded, found)
        return _seen(folded, self._raised(folded, self._unexplained(folded, found)))

    def _places(
        self, which: Iterable[int], folded: str
    ) -> Iterator[tuple[Rule, Level, list[tuple[int, int]]]]:
        for number in which:
            rule = self._rules[number]
            yield rule, Level[rule.level.upper()], self._found.places(number, folded)

    def _unexplained(self, folded: str, found: list[_Found]) -> list[_Found]:
        """Without those that a longer finding says better: each is compared only with those that reach over it."""
        explained, open_ = set[int](), list[_Found]()
        for place in sorted(range(len(found)), key=lambda place: (found[place].start, -found[place].end)):
            one = found[place]
            if open_:
                open_ = [other for other in open_ if other.end > one.start]
                if any(other.end >= one.end and self._explains(folded, other, one) for other in open_):
                    explained.add(place)
            if one.rule.explains:
                open_.append(one)
        return [one for place, one in enumerate(found) if place not in explained]

    def _explains(self, folded: str, longer: _Found, one: _Found) -> bool:
        """Whether a longer finding says better what the words mean; never that somebody's own danger is less."""
        if not longer.covers(one) or (longer.route == "violence" and one.route == SELF):
            return False
        return longer.level >= one.level or (
            longer.rule.route != SELF and not self._in_first_person(folded, one)
        )

    def _in_first_person(self, folded: str, one: _Found) -> bool:
        return not self._first_person.isdisjoint(folded[one.start : one.end].split())

    def _with_figures(self, folded: str, found: list[_Found]) -> list[_Found]:
        """What a figure of speech covers is a concern at most: it is listed, and alarms nobody."""
        spans = self._all_places(self._figures, folded)
        earnest = self._all_places(self._earnest, folded) if spans else []
        if earnest:
            sentences = tense.sentences(folded)
            meant = {sentences.number(start) for start, _ in earnest}
            spans = [span for span in spans if sentences.number(span[0]) not in meant]
        starts = [start for start, _ in spans]
        reach = list(accumulate((end for _, end in spans), max))  # how far those that begin by then go

        def covered(one: _Found) -> bool:
            begun = bisect_right(starts, one.start)
            return begun > 0 and reach[begun - 1] >= one.end

        return [one._replace(level=Level.CONCERN, meant=False) if covered(one) else one for one in found]

    @staticmethod
    def _all_places(patterns: Patterns, folded: str) -> list[tuple[int, int]]:
        return sorted(span for number in patterns.which(folded) for span in patterns.places(number, folded))

    def _changed(self, folded: str, found: list[_Found]) -> list[_Found]:
        changing = self._changes.which(folded) if found else []
        if not changing:
            return found
        sentences, parts = tense.sentences(folded), self._tenses.parts(folded)
        for number in changing:
            modifier, reaches = self._modifiers[number], self._reach(number, folded, sentences, parts)
            found = [
                _change(modifier, one) if self._may_change(modifier, one, folded) and reaches(one) else one
                for one in found
            ]
        return found

    def _reach(
        self, number: int, folded: str, sentences: Stretches, parts: Stretches
    ) -> Callable[[_Found], bool]:
        """Tells which findings a modifier that stands in this text reaches. A text may have hundreds of both: what is
        the same for several is looked for once."""
        modifier = self._modifiers[number]
        if modifier.place == "before":
            stands = cache(partial(self._changes.ends, number))
            return lambda one: stands(folded[max(0, one.start - _BEFORE) : one.start + 1])
        places = [start for start, _ in self._changes.places(number, folded)]
        reached = parts if modifier.place == "part" else sentences
        within = {reached.number(start) for start in places}
        if modifier.effect != "past":
            return lambda one: reached.number(one.start) in within
        beside, recent = {parts.number(start) for start in places}, self._tenses.recent(folded, parts)
        return lambda one: (
            reached.number(one.start) in within
            and parts.number(one.start) not in recent
            and self._tenses.is_over(folded, one.start, one.end, beside=parts.number(one.start) in beside)
        )

    def _raised(self, folded: str, found: list[_Found]) -> list[_Found]:
        """A time, a place or a means makes a crisis of the texter's own imminent."""
        raising = self._raises.which(folded) if any(map(_is_ones_own_crisis, found)) else []
        if not raising:
            return found
        start, end = min(self._raises.place(number, folded) for number in raising)
        beside = folded[start:end].strip()
        return [
            one._replace(level=Level.IMMINENT, beside=beside) if _is_ones_own_crisis(one) else one
            for one in found
        ]

    def _may_change(self, modifier: Modifier, one: _Found, folded: str) -> bool:
        if one.rule.keeps or one.route not in _LOWERED_BY[modifier.effect]:
            return False
        if modifier.effect == "negated" and self._follows_an_answer(one, folded):
            return False
        if modifier.effect == "asked":
            return one.level < Level.IMMINENT and not self._said_of_oneself(folded, one)
        return not (modifier.effect == "other" and self._in_first_person(folded, one))

    def _follows_an_answer(self, one: _Found, folded: str) -> bool:
        """ "No he beats me" answers what was asked, and denies nothing; "i dont feel like i want to die" does."""
        if folded[one.start : one.end].split(maxsplit=1)[0] not in self._subjects:
            return False
        return _DENIED_WHOLE.isdisjoint(tense.shortly_before(folded, one.start)[-1:])

    def _said_of_oneself(self, folded: str, one: _Found) -> bool:
        """In the first person, or with that shortly before it."""
        before = tense.shortly_before(folded, one.start)
        return self._in_first_person(folded, one) or not self._first_person.isdisjoint(before)


_GERUND = re.compile(r"\b[a-z]{3,}ing\b")


def _clipped(lexicons: Sequence[Lexicon]) -> dict[str, str]:
    """Words that are said without their last letter ("thinkin", "givin"), each with the word of the lexicon it is."""
    says = (
        says
        for lexicon in lexicons
        for entries in (
            lexicon.rule,
            lexicon.figure,
            lexicon.modifier,
            (lexicon.raises, lexicon.asks, lexicon.earnest),
        )
        for entry in entries
        for says in entry.says
    )
    words = (word for lexicon in lexicons for many in lexicon.words.values() for word in many)
    return {word[:-1]: word for text in (*says, *words) for word in _GERUND.findall(text)}


def _is_ones_own_crisis(one: _Found) -> bool:
    return one.level == Level.CRISIS and one.route == SELF


def _change(modifier: Modifier, one: _Found) -> _Found:
    route = THIRD_PARTY if modifier.effect == "other" and one.route == SELF else one.route
    meant = one.meant and modifier.effect not in ("negated", "asked")
    return one._replace(level=min(one.level, Level.CONCERN), route=route, meant=meant)


def _expressions(of: Iterable[tuple[Lexicon, Iterable[_Entry]]]) -> tuple[list[_Entry], list[str]]:
    """Every pattern of these entries as an expression, and beside each the entry that it is of."""
    each = [
        (entry, _expression(lexicon, says))
        for lexicon, entries in of
        for entry in entries
        for says in entry.says
    ]
    return [entry for entry, _ in each], [made for _, made in each]


def _expression(lexicon: Lexicon, says: str) -> str:
    try:
        return patterns.expression(says, lexicon.words)
    except patterns.PatternError as error:
        raise LexiconError(f"{lexicon.place(says)}: {error}") from None


def _seen(folded: str, found: list[_Found]) -> Seen:
    # Each once: a text that repeats itself has hundreds of the same.
    once = {
        (id(one.rule), one.level, one.route, one.beside, one.meant, folded[one.start : one.end]): one
        for one in found
    }
    return of_findings(
        dict.fromkeys(
            Finding(_words(folded, one), one.level, one.rule.name, one.route, _is_feared(one))
            for one in once.values()
        )
    )


def _is_feared(one: _Found) -> bool:
    """Also of a time that is past: whoever has hit once may be there still."""
    return one.meant and one.rule.route == ABUSE and (one.rule.watched or one.rule.level != "concern")


def _words(folded: str, one: _Found) -> str:
    words = folded[one.start : one.end].strip()
    return f"{words} … {one.beside}" if one.beside and one.beside not in words else words


def gravest(several: Iterable[Seen]) -> Seen:
    """What several looks at the same words show together."""
    return of_findings(dict.fromkeys(finding for seen in several for finding in seen.findings))


def of_findings(findings: Iterable[Finding]) -> Seen:
    """What these findings come to, gravest first."""
    ordered = sorted(findings, key=lambda finding: (-finding.level, ROUTES.index(finding.route)))
    return Seen(ordered[0].level, ordered[0].route, tuple(ordered)) if ordered else NOTHING


def level_of(findings: Iterable[Finding]) -> Level:
    """The gravest level among findings."""
    return max((finding.level for finding in findings), default=Level.NONE)
