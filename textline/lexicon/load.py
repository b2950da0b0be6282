"""Reads the lexicon: folders of TOML files, one folder a language, as values. What a rule means: rules/screen.py."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

LANGUAGES = ("en", "es")
LEVELS = ("concern", "crisis", "imminent")
# When several dangers of one level are found, the first of these counts: what is happening to a body, then a life.
ROUTES = ("medical", "self", "violence", "abuse", "third_party")
EFFECTS = ("negated", "past", "other", "asked")
_QUOTED = re.compile(r'"([^"]*)"')
PLACES = ("before", "sentence", "text")


class LexiconError(ValueError):
    """A lexicon cannot be used; says which file and line, and what is wrong there."""


@dataclass(frozen=True)
class Rule:
    """What somebody says, and what it means.

    Attributes:
        keeps: whether a negation or a past before it changes nothing ("I don't want to live" holds its own).
    """

    name: str
    level: str
    route: str
    says: tuple[str, ...]
    keeps: bool = False


@dataclass(frozen=True)
class Figure:
    """A figure of speech: what it covers is meant otherwise."""

    name: str
    says: tuple[str, ...]


@dataclass(frozen=True)
class Modifier:
    """What changes a finding: words at a place relative to it, with an effect."""

    name: str
    effect: str
    place: str
    says: tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """A language's rules. `figures` are figures of speech; `raises` what makes a crisis imminent.
    `first_person` are words by which somebody speaks of themself, `disguised` those that people disguise, and
    `everyday` those that a disguise of them must not be taken for. `small` may stand between disguised
    words, `short` are written out. `places` says where each pattern is written."""

    language: str
    words: Mapping[str, tuple[str, ...]]
    disguised: tuple[str, ...]
    rules: tuple[Rule, ...]
    figures: tuple[Figure, ...] = ()
    modifiers: tuple[Modifier, ...] = ()
    raises: tuple[str, ...] = ()
    first_person: frozenset[str] = frozenset()
    everyday: frozenset[str] = frozenset()
    small: tuple[str, ...] = ()
    short: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


@cache
def lexicon(language: str) -> Lexicon:
    """The shipped lexicon of a language.

    Raises:
        LexiconError: a file is not as it should be.
    """
    folder = files(__package__).joinpath(language)
    sources = [entry for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return read(language, sorted(sources, key=lambda entry: entry.name))


@cache
def emoji() -> dict[str, str]:
    """The words by which rules name emoji."""
    data = tomllib.loads(files(__package__).joinpath("emoji.toml").read_text("utf-8"))
    return {str(sign): str(word) for sign, word in data["emoji"].items()}


def read(language: str, sources: list[Traversable]) -> Lexicon:
    """The lexicon in these files.

    Raises:
        LexiconError: one is not as it should be.
    """
    words: dict[str, tuple[str, ...]] = {}
    disguised: list[str] = []
    rules: list[Rule] = []
    figures: list[Figure] = []
    modifiers: list[Modifier] = []
    raises: list[str] = []
    first_person: set[str] = set()
    everyday: set[str] = set()
    places: dict[str, str] = {}
    small: list[str] = []
    short: dict[str, str] = {}
    for source in sources:
        data = _parsed(source)
        places |= _places(source)
        words |= {name: tuple(some) for name, some in data.get("words", {}).items()}
        disguised += data.get("disguised", {}).get("words", [])
        small += data.get("disguised", {}).get("small", [])
        short |= data.get("short", {})
        everyday |= set(data.get("disguised", {}).get("everyday", []))
        rules += [_rule(source, entry) for entry in data.get("rule", [])]
        figures += [_figure(source, entry) for entry in data.get("figure", [])]
        modifiers += [_modifier(source, entry) for entry in data.get("modifier", [])]
        raises += data.get("raises", {}).get("says", [])
        first_person |= set(data.get("first_person", {}).get("words", []))
    return Lexicon(
        language,
        words,
        tuple(disguised),
        tuple(rules),
        tuple(figures),
        tuple(modifiers),
        tuple(raises),
        frozenset(first_person),
        frozenset(everyday),
        tuple(small),
        short,
        places,
    )


def _parsed(source: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(source.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"{source.name}: {error}") from None


def _rule(source: Traversable, entry: dict[str, Any]) -> Rule:
    _check(source, entry, {"name", "level", "says"}, {"route", "keeps", "why"})
    _one_of(source, entry, "level", LEVELS)
    _one_of(source, entry, "route", ROUTES, "self")
    return Rule(
        entry["name"],
        entry["level"],
        entry.get("route", "self"),
        tuple(entry["says"]),
        entry.get("keeps", False),
    )


def _figure(source: Traversable, entry: dict[str, Any]) -> Figure:
    _check(source, entry, {"name", "says"}, {"why"})
    return Figure(entry["name"], tuple(entry["says"]))


def _modifier(source: Traversable, entry: dict[str, Any]) -> Modifier:
    _check(source, entry, {"name", "effect", "place", "says"}, {"why"})
    _one_of(source, entry, "effect", EFFECTS)
    _one_of(source, entry, "place", PLACES)
    return Modifier(entry["name"], entry["effect"], entry["place"], tuple(entry["says"]))


def _check(source: Traversable, entry: dict[str, Any], needed: set[str], may: set[str]) -> None:
    name = entry.get("name", "an entry without a name")
    if missing := needed - entry.keys():
        raise LexiconError(f"{_place(source, entry)}: {name!r} lacks {', '.join(sorted(missing))}")
    if unknown := entry.keys() - needed - may:
        raise LexiconError(
            f"{_place(source, entry)}: {name!r} has {', '.join(sorted(unknown))}, which means nothing here"
        )
    if not isinstance(entry["says"], list) or not all(isinstance(one, str) for one in entry["says"]):
        raise LexiconError(f"{_place(source, entry)}: says of {name!r} is a list of texts")


def _one_of(
    source: Traversable, entry: dict[str, Any], key: str, allowed: tuple[str, ...], usual: str = ""
) -> None:
    if entry.get(key, usual) not in allowed:
        raise LexiconError(
            f"{_place(source, entry)}: {key} of {entry['name']!r} is one of {', '.join(allowed)}"
        )


def _places(source: Traversable) -> dict[str, str]:
    """Each text between quotes, with its file and line."""
    lines = enumerate(source.read_text("utf-8").splitlines(), 1)
    return {
        words: f"{source.name}, line {number}" for number, line in lines for words in _QUOTED.findall(line)
    }


def _place(source: Traversable, entry: dict[str, Any]) -> str:
    """Where an entry is named: the file, and the line as far as it can be told."""
    return _places(source).get(str(entry.get("name")), source.name)
