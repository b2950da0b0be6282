"""The shipped cases: texts of our own writing with what the screen's answer to each has to lie between."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from json import loads

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass


@dataclass(frozen=True, config=ConfigDict(extra="ignore"))
class Case:
    """A text, or successive texts of one texter (`texts`).

    Attributes:
        lang: `en` or `es`.
        route: as a rule's, or `none`: harmless.
        least: the level that has to be reached; `none` too.
        most: the level that must not be passed.
        kind: how it was made: `attack`, by somebody who knew the rules and looked for what they miss.
    """

    lang: str
    route: str
    least: str
    most: str
    text: str = ""
    texts: tuple[str, ...] = ()
    kind: str = ""

    @property
    def said(self) -> tuple[str, ...]:
        """The texts, in their order."""
        return self.texts or (self.text,)


_schema = TypeAdapter(Case)


@cache
def cases() -> tuple[Case, ...]:
    """All of them."""
    return tuple(_read())


def _read() -> Iterator[Case]:
    folder = files(__package__).joinpath("cases")
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".jsonl"):
            for line in file.read_text("utf-8").splitlines():
                yield _schema.validate_python(loads(line))
