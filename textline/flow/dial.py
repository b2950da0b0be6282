"""Dial: whom a texter can be connected with by telephone."""

from textline.rules import hotlines as rules
from textline.rules.hotlines import Choice
from textline.runtime import Unit
from textline.store import escalations, hotlines, lines, texters
from textline.store.conversations import Conversation


def hotlines_for(unit: Unit, conversation: Conversation) -> list[tuple[Choice, str]]:
    """Whom the texter can be connected with, the best first."""
    line = lines.get(unit, conversation.line_id)
    country = texters.get(unit, conversation.texter_id).country or line.country
    escalation = escalations.latest(unit, conversation.id)
    choices = [hotline.choice for hotline in hotlines.of_country(unit, country)]
    route = escalation.helped_by if escalation else "self"
    return rules.to_dial(choices, country, line.country, route, conversation.language)
