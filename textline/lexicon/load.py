"""Reads the lexicon: folders of TOML files, one folder a language, as values. What a rule means: rules/screen.py."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal, get_args

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

LANGUAGES = ("en", "es")
# The schema: whoever misspells a name, or a section, is told so.
LevelName = Literal["concern", "crisis", "imminent"]
# When several dangers of one level are found, the first of these counts: what is happening to a body, then a life.
Route = Literal["medical", "self", "violence", "abuse", "third_party"]
Effect = Literal["negated", "past", "other", "asked"]
Place = Literal["before", "part", "sentence"]
LEVELS: tuple[LevelName, ...] = get_args(LevelName)
ROUTES: tuple[Route, ...] = get_args(Route)
_QUOTED = re.compile(r'"([^"]*)"')
_STRICT = ConfigDict(extra="forbid")


class LexiconError(ValueError):
    """A lexicon cannot be used; says which file and line, and what is wrong there."""


@dataclass(frozen=True, config=_STRICT)
class Rule:
    """What somebody says, and what it means.

    Attributes:
        keeps: whether a negation or a past before it changes nothing ("I don't want to live" holds its own).
        explains: whether, said at length, it tells better than shorter words within it what is meant ("my friend
            wants to die").
        watched: of abuse that is only a concern, whether it says all the same that somebody may read the phone.
        why: for whoever changes the lexicon.
    """

    name: str
    level: LevelName
    says: tuple[str, ...]
    route: Route = "self"
    keeps: bool = False
    explains: bool = True
    watched: bool = False
    why: str = ""


@dataclass(frozen=True, config=_STRICT)
class Figure:
    """A figure of speech: what it covers is meant otherwise."""

    name: str
    says: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True, config=_STRICT)
class Modifier:
    """What changes a finding: words at a place relative to it, with an effect."""

    name: str
    effect: Effect
    place: Place
    says: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True, config=_STRICT)
class Disguised:
    """The `words` that people disguise, the `everyday` ones that no disguise of them is taken for, and the `small`
    ones that may stand between disguised words."""

    words: tuple[str, ...] = ()
    everyday: tuple[str, ...] = ()
    small: tuple[str, ...] = ()


@dataclass(frozen=True, config=_STRICT)
class Raises:
    """What makes a crisis of the texter's own imminent."""

    says: tuple[str, ...]


@dataclass(frozen=True, config=_STRICT)
class Earnest:
    """What is meant in earnest: with any of it in a sentence, no figure of speech covers anything there."""

    says: tuple[str, ...]


@dataclass(frozen=True, config=_STRICT)
class Asks:
    """What somebody says who would rather talk than text: they are told how to be called."""

    says: tuple[str, ...]


@dataclass(frozen=True, config=_STRICT)
class FirstPerson:
    """Words by which somebody speaks of themself."""

    words: tuple[str, ...]


@dataclass(frozen=True, config=_STRICT)
class Tense:
    """Words that tell whether what somebody says is over: the first of them tells, in the same part of a sentence.

    Attributes:
        past: "wanted", "tried", "was" (going to).
        present: "want", "going", "still".
        parts: with these another part of a sentence begins ("and", "but", "now").
        recent: times that are not long past ("last night", "again"): nothing in the same part is over.
    """

    past: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()


@dataclass(frozen=True, config=_STRICT)
class Lexicon:
    """A language's rules, in one file or several. The names are those of a file's sections.

    Attributes:
        words: what a slot stands for, by its name.
        short: what texters shorten, with what it is written out as.
        places: file and line of each text, for whoever has to be told.
    """

    words: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    disguised: Disguised = Disguised()
    short: Mapping[str, str] = Field(default_factory=dict)
    rule: tuple[Rule, ...] = ()
    figure: tuple[Figure, ...] = ()
    modifier: tuple[Modifier, ...] = ()
    raises: Raises = Raises(())
    earnest: Earnest = Earnest(())
    asks: Asks = Asks(())
    first_person: FirstPerson = FirstPerson(())
    tense: Tense = Tense()
    places: Mapping[str, str] = Field(default_factory=dict)

    def place(self, says: str) -> str:
        """Where a pattern is written."""
        return self.places.get(says, "somewhere")


_schema = TypeAdapter(Lexicon)


@cache
def lexicon(language: str) -> Lexicon:
    """The shipped lexicon of a language.

    Raises:
        LexiconError: a file is not as it should be.
    """
    folder = files(__package__).joinpath(language)
    sources = [entry for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return read(sorted(sources, key=lambda entry: entry.name))


@cache
def emoji() -> dict[str, str]:
    """The words by which rules name emoji."""
    data = tomllib.loads(files(__package__).joinpath("emoji.toml").read_text("utf-8"))
    return {str(sign): str(word) for sign, word in data["emoji"].items()}


def read(sources: Iterable[Traversable]) -> Lexicon:
    """The lexicon in these files.

    Raises:
        LexiconError: one is not as it should be.
    """
    whole: dict[str, Any] = {}
    places: dict[str, str] = {}
    for source in sources:
        written = source.read_text("utf-8")
        try:
            data = tomllib.loads(written)
        except tomllib.TOMLDecodeError as error:
            raise LexiconError(f"{source.name}: {error}") from None
        places |= dict.fromkeys(data, source.name) | _places(source.name, written)
        _add(whole, data)
    try:
        return _schema.validate_python({**whole, "places": places})
    except ValidationError as error:
        raise LexiconError(_explained(whole, places, error)) from None


def _places(name: str, written: str) -> dict[str, str]:
    """Each text between quotes, with its file and line."""
    lines = enumerate(written.splitlines(), 1)
    return {words: f"{name}, line {number}" for number, line in lines for words in _QUOTED.findall(line)}


def _add(whole: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add a file's sections to those of the files before it: lists grow, tables too."""
    for name, value in more.items():
        if isinstance(value, dict):
            _add(whole.setdefault(name, {}), value)
        elif isinstance(value, list):
            whole[name] = [*whole.get(name, ()), *value]
        else:
            whole[name] = value


def _explained(whole: dict[str, Any], places: Mapping[str, str], error: ValidationError) -> str:
    """The first thing that is wrong, with the line of the entry that it is in as far as that can be told."""
    first = error.errors()[0]
    section, *way = first["loc"]
    called = str(section)
    if way and isinstance(way[0], int):
        called = str(whole[called][way.pop(0)].get("name", f"a {section} without a name"))
    place = places.get(called) or places.get(str(section), "lexicon")
    return f"{place}: {called!r}{''.join(f', {part}' for part in way)}: {first['msg']}"
