"""Reads the automatic texts."""

import string
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LANGUAGES = {"en": "English", "es": "Español"}
# What an organization may word anew; the rest are parts of these, or spoken.
EDITABLE = (
    "welcome",
    "waiting",
    "off_hours",
    "holding",
    "crisis",
    "crisis_again",
    "crisis_medical",
    "crisis_third_party",
    "discreet",
    "discreet_medical",
    "crisis_alone",
    "call",
    "handoff",
    "call_offer",
    "callback_offer",
    "referral_offer",
    "call_ringing",
    "call_missed",
    "call_failed",
    "call_ended",
)


@dataclass(frozen=True)
class Text:
    """An automatic text: its wording with values in braces, and the segments it may take."""

    name: str
    body: str
    most: int
    why: str

    @property
    def values(self) -> set[str]:
        """The names in braces."""
        return {name for _, name, _, _ in string.Formatter().parse(self.body) if name}


@cache
def text(name: str, language: str) -> Text:
    """The shipped wording; an unknown language is answered in English."""
    return _read(language if language in LANGUAGES else "en")[name]


@cache
def _read(language: str) -> dict[str, Text]:
    data = tomllib.loads(files(__package__).joinpath(f"{language}.toml").read_text("utf-8"))
    why = {name: entry["why"] for name, entry in data.items()} if language == "en" else None
    return {
        name: Text(name, entry["body"], entry["most"], why[name] if why else _read("en")[name].why)
        for name, entry in data.items()
    }


def names() -> list[str]:
    """The names of all automatic texts."""
    return list(_read("en"))
