"""Speak: answer a call to the line's number."""

from textline.carrier import twiml
from textline.errors import NotFound
from textline.flow import automatic
from textline.rules import hotlines as rules
from textline.rules.numbers import country_of
from textline.runtime import Runtime, Unit
from textline.store import hotlines, lines
from textline.store.lines import Line


def greet(runtime: Runtime, called: str, caller: str, gather_url: str) -> str:
    """TwiML: what the line is, and 1 for the hotline where there is one that can be called."""
    line = _line(runtime, called)
    with runtime.unit(line.organization_id) as unit:
        spoken = automatic.voice(unit, line)
        choices = _choices(unit, line, caller)
        danger = spoken.help(None, rules.emergency_number(choices, _country(line, caller)))
        words = spoken.say("voice_greeting", danger=danger)
        found = rules.to_dial(choices, _country(line, caller), line.country)
        if not found:
            return twiml.goodbye(words, line.language)
        words += " " + spoken.say("voice_choice", hotline=found[0][0].name)
        return twiml.greet(words, line.language, gather_url)


def pressed(runtime: Runtime, called: str, caller: str, digits: str) -> str:
    """TwiML: connect to the hotline when 1 was pressed."""
    line = _line(runtime, called)
    with runtime.unit(line.organization_id) as unit:
        spoken = automatic.voice(unit, line)
        found = rules.to_dial(_choices(unit, line, caller), _country(line, caller), line.country)
        if digits.strip() != "1" or not found:
            return twiml.goodbye(spoken.say("voice_goodbye"), line.language)
        chosen, number = found[0]
        return twiml.bridge(number, spoken.say("voice_connecting", hotline=chosen.name), line.language)


def _line(runtime: Runtime, called: str) -> Line:
    with runtime.everywhere() as everywhere:
        line = lines.by_number(everywhere, called)
    if line is None:
        raise NotFound("Somebody called a number that no line has: set the line up.")
    return line


def _country(line: Line, caller: str) -> str:
    return country_of(caller) or line.country


def _choices(unit: Unit, line: Line, caller: str) -> list[rules.Choice]:
    return [hotline.choice for hotline in hotlines.of_country(unit, _country(line, caller))]
