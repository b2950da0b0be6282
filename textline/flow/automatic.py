"""Automatic texts: what Textline itself says, through the outbox like any other text."""

from datetime import timedelta

from textline.rules import hotlines as hotline_rules
from textline.rules.automatic import Voice
from textline.rules.screen import SELF
from textline.runtime import Unit
from textline.store import conversations, hotlines, lines, messages, organizations
from textline.store.conversations import Conversation
from textline.store.lines import Line
from textline.store.messages import Author, Message
from textline.store.texters import Texter

# Somebody who writes again so soon knows what this is.
STILL_KNOWS = timedelta(hours=24)


def voice(unit: Unit, line: Line, language: str | None = None) -> Voice:
    """The organization's automatic texts, in the texter's language if it is known, else in the line's.

    An organization's own wordings are in the line's language.
    """
    spoken = language or line.language
    return unit.once(
        ("voice", line.id, spoken),
        lambda: Voice(
            organizations.own(unit).name,
            spoken,
            lines.wordings(unit, line) if spoken == line.language else {},
        ),
    )


def help_for(unit: Unit, spoken: Voice, country: str | None, route: str = SELF) -> dict[str, str]:
    """Where help is for somebody in a country, by the kind of danger, as values of the automatic texts."""
    choices = unit.once(
        ("hotlines", country), lambda: [hotline.choice for hotline in hotlines.of_country(unit, country)]
    )
    hotline = hotline_rules.for_country(choices, country, route, spoken.language)
    return spoken.helping(hotline, hotline_rules.emergency_number(choices, country))


def may_be_texted(texter: Texter) -> bool:
    """Whether a text to them can arrive at all."""
    return texter.answerable and texter.opted_out_at is None


def put_in_outbox(
    unit: Unit, conversation: Conversation, body: str, author: Author, author_id: int | None, *, urgent: bool
) -> Message:
    """Decide a text; a worker sends it after the commit. An urgent one goes ahead of the texter's others."""
    message = messages.add_outgoing(
        unit, conversation.id, conversation.texter_id, body, author, author_id, urgent
    )
    queue = "soon" if urgent or conversation.grave.escalates else "sends"
    unit.wake("send", queue, unit.organization_id, conversation.texter_id)
    return message


def say(
    unit: Unit,
    conversation: Conversation,
    texter: Texter,
    name: str,
    *,
    urgent: bool = False,
    route: str = SELF,
) -> bool:
    """Say an automatic text by its name, unless the texter cannot be texted. Returns whether it was said."""
    if not may_be_texted(texter):
        return False
    line = unit.once(("line", conversation.line_id), lambda: lines.get(unit, conversation.line_id))
    spoken = voice(unit, line, conversation.language)
    opens = spoken.opens(lines.hours(unit, line).opens_next(unit.now)) if name == "off_hours" else ""
    values = help_for(unit, spoken, texter.country or line.country, route)
    body = spoken.say(name, opens=opens, **values)
    put_in_outbox(unit, conversation, body, Author.AUTOMATIC, None, urgent=urgent)
    return True


def tell(unit: Unit, conversation: Conversation, name: str, by: int | None, **values: str) -> Message:
    """Say an urgent automatic text with values of its own, on behalf of somebody if `by` is given."""
    spoken = voice(unit, lines.get(unit, conversation.line_id), conversation.language)
    body = spoken.say(name, **values)
    message = put_in_outbox(unit, conversation, body, Author.AUTOMATIC, by, urgent=True)
    unit.flush()
    return message


def say_once(unit: Unit, conversation: Conversation, texter: Texter, name: str) -> None:
    """Say an automatic text once a conversation. What could not be said has not been."""
    if name not in conversation.said and say(unit, conversation, texter, name):
        conversations.note_said(conversation, name)


def greet(unit: Unit, conversation: Conversation, texter: Texter) -> None:
    """Welcome somebody once a conversation, unless they were welcomed a short while ago."""
    if "welcome" in conversation.said:
        return
    known_before = texter.created_at < unit.now
    since = unit.now - STILL_KNOWS
    if not (known_before and conversations.welcomed_since(unit, texter.id, conversation.line_id, since)):
        say_once(unit, conversation, texter, "welcome")


def ask_for_patience(unit: Unit, conversation: Conversation, texter: Texter) -> None:
    """Say once that nobody is free, or once that the line is closed; not to somebody in a crisis."""
    if conversation.grave.escalates:
        return  # they have been told that a person is being called
    line = lines.get(unit, conversation.line_id)
    name = "waiting" if lines.hours(unit, line).is_open(unit.now) else "off_hours"
    say_once(unit, conversation, texter, name)
