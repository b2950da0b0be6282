"""The wording of automatic texts: which sentence is put where, and whether an organization's own wording is sound."""

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from textline.errors import Invalid
from textline.rules.hotlines import Choice
from textline.rules.segments import segments
from textline.texts.load import EDITABLE, LANGUAGES, text

MOST_SEGMENTS = 4
# Values as long as they usually become, to measure a wording by: it leaves with them filled in.
_FILLED = {
    "organization": "x" * 40,
    "help": "x" * 100,
    "opens": "x" * 30,
    "hotline": "x" * 45,
    "reach": "x" * 50,
    "emergency": "x" * 27,
    "to": "x" * 40,
    "summary": "x" * 300,
}


@dataclass(frozen=True)
class Voice:
    """Whose automatic texts these are, and in which language; `own` holds an organization's wordings by name."""

    organization: str
    language: str
    own: Mapping[str, str] = field(default_factory=dict)

    def say(self, name: str, **values: str) -> str:
        """The text `name`, filled in."""
        body = self.own.get(name) or text(name, self.language).body
        return body.format_map({"organization": self.organization, **values})

    def reach(self, hotline: Choice) -> str:
        """How to reach a hotline: "call 988 or text 988"."""
        call, send, keyword, between = text("words", self.language).body.split("|")
        ways = []
        if hotline.voice:
            ways.append(call.format(voice=hotline.voice))
        if hotline.text:
            way = keyword if hotline.text_keyword else send
            ways.append(way.format(text=hotline.text, keyword=hotline.text_keyword))
        return between.join(ways)

    def help(self, hotline: Choice | None, emergency: str | None) -> str:
        """Where help is: the hotline, else the emergency number, else words without a number."""
        if hotline:
            return self.say("help_hotline", reach=self.reach(hotline), hotline=hotline.name)
        if emergency:
            return self.say("help_emergency", emergency=emergency)
        return self.say("help_unknown")

    def helping(self, hotline: Choice | None, emergency: str | None) -> dict[str, str]:
        """The values {help}, {reach} (without the hotline's name) and {emergency}."""
        number = emergency or text("emergency_unknown", self.language).body
        reach = self.reach(hotline) if hotline else self.say("reach_emergency", emergency=number)
        return {"help": self.help(hotline, emergency), "reach": reach, "emergency": number}

    def opens(self, opens_next: datetime | None) -> str:
        """The end of "we are closed": until when, in the line's own time."""
        if opens_next is None:
            return ""
        day = text("days", self.language).body.split("|")[opens_next.weekday()]
        return self.say("opens", day=day, time=opens_next.strftime("%H:%M"))


def check_wording(name: str, language: str, body: str) -> str:
    """An organization's own wording of an automatic text, trimmed.

    Raises:
        Invalid: it lacks a value that the shipped wording holds, names one that we cannot fill, or is too long.
    """
    if name not in EDITABLE or language not in LANGUAGES:
        raise Invalid(f"There is no automatic text {name!r} in {language!r}.")
    shipped = text(name, language)
    body = body.strip()
    try:
        fields = [field for field in string.Formatter().parse(body) if field[1] is not None]
    except ValueError:
        raise Invalid("A brace is open or empty: write values as {help}.") from None
    used = {str(value) for _, value, _, _ in fields}
    if any(form or conversion for _, _, form, conversion in fields):
        raise Invalid("Write values plainly, as {help}.")  # a width could make a text of any length
    missing = shipped.values - {"organization", "opens"} - used
    if missing:
        raise Invalid("The text must keep " + " and ".join(f"{{{value}}}" for value in sorted(missing)) + ".")
    unknown = used - shipped.values - {"organization"}
    if unknown:
        raise Invalid("We cannot fill in " + " or ".join(f"{{{value}}}" for value in sorted(unknown)) + ".")
    takes = segments(body.format_map(_FILLED))
    if takes > MOST_SEGMENTS:
        raise Invalid(f"The text takes {takes} segments: at most {MOST_SEGMENTS}, so that it arrives whole.")
    return body
