"""Set up: what an admin decides about lines, hotlines and people."""

import re
import secrets
from datetime import date, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from textline.errors import Conflict, Invalid, NotAllowed
from textline.flow import transfer
from textline.flow.batch import UNKNOWN_LINE
from textline.flow.sign_in import checked_name, hash_token
from textline.hotlines.load import published
from textline.rules import numbers
from textline.rules.access import Role
from textline.rules.automatic import check_wording
from textline.rules.hours import Opening
from textline.runtime import Unit
from textline.store import events, hotlines, lines, people, sessions, spool
from textline.store.lines import Line
from textline.store.people import Person
from textline.texts.load import LANGUAGES, text

_A_TIME = re.compile("([01][0-9]|2[0-3]):[0-5][0-9](:00)?")
_A_NUMBER = re.compile(r"[+0-9][0-9 ().-]{1,24}")


def seed_hotlines(unit: Unit) -> None:
    """Give a new organization the published hotlines, unreviewed; an organization that has some keeps them."""
    if not hotlines.countries(unit):
        hotlines.add(unit, published())


def add_line(unit: Unit, person: Person, name: str, number: str, language: str, timezone: str) -> Line:
    """A new line; texts that came to its number before are recorded now.

    Raises:
        Invalid: the number, language or time zone is none.
    """
    entered = numbers.e164(number)
    if entered is None:
        raise Invalid("Enter the number with its country code, such as +1 202 555 0100.")
    country = numbers.country_of(entered)
    if country is None:
        raise Invalid("No country has this number: check it for a slip.")
    if lines.by_number(unit, entered) is not None:
        raise Invalid("There is a line with this number already.")
    line = lines.add(unit, checked_name(name), entered, country, _language(language), _timezone(timezone))
    seed_hotlines(unit)
    spool.release(unit, UNKNOWN_LINE)
    events.note(unit, "line:added", by=person.id, line=line.id)
    unit.tell("board")
    return line


def change_line(unit: Unit, person: Person, line_id: int, name: str, language: str, timezone: str) -> None:
    """Rename a line, or change its language or time zone."""
    line = lines.get(unit, line_id)
    line.name, line.language, line.timezone = checked_name(name), _language(language), _timezone(timezone)
    events.note(unit, "line:changed", by=person.id, line=line.id)


def set_pace(unit: Unit, person: Person, line_id: int, segments_per_second: float) -> None:
    """Say how many segments a second Twilio sends from the line's number.

    Raises:
        Invalid: not between 0.1 and 1,000.
    """
    if not 0.1 <= segments_per_second <= 1000:
        raise Invalid("Segments a second go from 0.1 to 1,000: see what Twilio allows your number.")
    lines.get(unit, line_id).segments_per_second = segments_per_second
    events.note(unit, "line:paced", by=person.id, line=line_id, segments_per_second=segments_per_second)


def _language(language: str) -> str:
    if language not in LANGUAGES:
        raise Invalid(
            "Choose one of the languages that Textline speaks: " + ", ".join(LANGUAGES.values()) + "."
        )
    return language


def _timezone(timezone: str) -> str:
    try:
        return ZoneInfo(timezone).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("Enter a time zone such as America/Chicago or Europe/London.") from None


def set_hours(unit: Unit, person: Person, line_id: int, spans: list[tuple[int, str, str]], days: str) -> None:
    """Replace a line's week and holidays. `spans` are weekday, opening and closing; `days` one date a line.

    Raises:
        Invalid: a time or a date cannot be read.
    """
    line = lines.get(unit, line_id)
    lines.set_hours(unit, line, [_opening(*span) for span in spans])
    lines.set_holidays(unit, line, [_date(day) for day in days.split()])
    events.note(unit, "line:hours_changed", by=person.id, line=line.id)


def _opening(weekday: int, opens: str, closes: str) -> Opening:
    if not (_A_TIME.fullmatch(opens) and _A_TIME.fullmatch(closes)):
        raise Invalid("Enter both times of a day, such as 09:00 and 17:30, or leave both empty.")
    return Opening(weekday, time.fromisoformat(opens), time.fromisoformat(closes))


def _date(day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise Invalid(f"{day[:20]!r} is no date: write it as 2026-12-25, one a line.") from None


def set_wording(unit: Unit, person: Person, line_id: int, name: str, body: str) -> None:
    """Keep the organization's own wording of an automatic text; an empty one goes back to the shipped wording.

    Raises:
        Invalid: it lacks a value, or is too long.
    """
    line = lines.get(unit, line_id)
    own = check_wording(name, line.language, body) if body.strip() else None
    lines.set_wording(unit, line, name, None if own == text(name, line.language).body else own)
    events.note(unit, "line:wording_changed", by=person.id, line=line.id, text=name)


def review_hotline(
    unit: Unit, person: Person, hotline_id: int, reviewed: bool, seen: str | None = None
) -> None:
    """An admin has checked a hotline against the service's own page, or takes that back.

    `seen` is what the admin's page showed (see `Hotline.shown`).

    Raises:
        Conflict: it has been changed since.
    """
    hotline = hotlines.get(unit, hotline_id)
    if seen is not None and seen != hotline.shown:
        raise Conflict(
            "Somebody has just changed this hotline: look again before you say that you checked it."
        )
    hotline.reviewed_at = unit.now if reviewed else None
    hotline.reviewed_by = person.id if reviewed else None
    events.note(
        unit, "hotline:reviewed" if reviewed else "hotline:unreviewed", by=person.id, hotline=hotline.id
    )


def change_hotline(
    unit: Unit, person: Person, hotline_id: int, name: str, voice: str, text_to: str, keyword: str
) -> None:
    """Correct a hotline; it has to be reviewed again.

    Raises:
        Invalid: no name, no number at all, or something that is none.
    """
    hotline = hotlines.get(unit, hotline_id)
    hotline.voice, hotline.text = _hotline_numbers(voice, text_to)
    hotline.name, hotline.text_keyword, hotline.voice_e164 = checked_name(name), _word(keyword), None
    hotline.reviewed_at = hotline.reviewed_by = None
    events.note(unit, "hotline:changed", by=person.id, hotline=hotline.id)


def add_hotline(
    unit: Unit, person: Person, country: str, name: str, voice: str, text_to: str, keyword: str, source: str
) -> None:
    """A hotline of the organization's own finding, with where it is published.

    Raises:
        Invalid: country, number or source is missing.
    """
    country = country.strip().upper()
    if len(country) != 2 or not (country.isascii() and country.isalpha()):
        raise Invalid("Enter the country as two letters, such as US.")
    calls, texts = _hotline_numbers(voice, text_to)
    if not source.strip():
        raise Invalid("Say where the number is published: a page, or who confirmed it.")
    fact: dict[str, object] = {
        "country": country, "name": checked_name(name), "voice": calls,
        "text": texts, "text_keyword": _word(keyword), "languages": [], "serves": "everyone", "emergency": False,
        "source": source.strip()[:500], "source_date": unit.now.date().isoformat(),
    }  # fmt: skip
    hotlines.add(unit, [fact])
    events.note(unit, "hotline:added", by=person.id, country=country)


def _hotline_numbers(voice: str, text_to: str) -> tuple[str | None, str | None]:
    calls, texts = (" ".join(number.split()) or None for number in (voice, text_to))
    if not (calls or texts):
        raise Invalid("A hotline needs a number to call or to text.")
    if any(number and not _A_NUMBER.fullmatch(number) for number in (calls, texts)):
        raise Invalid("Enter numbers in digits, such as 988 or 1-800-273-8255.")
    return calls, texts


def _word(keyword: str) -> str | None:
    if len(keyword.strip()) > 20:
        raise Invalid("The word to text has at most 20 letters.")
    return keyword.strip() or None


def remove_hotline(unit: Unit, person: Person, hotline_id: int) -> None:
    """Use a hotline no more; the record keeps it."""
    hotlines.get(unit, hotline_id).removed_on = unit.now.date()
    events.note(unit, "hotline:removed", by=person.id, hotline=hotline_id)


def invite(unit: Unit, person: Person, name: str, role: str) -> str:
    """Invite somebody; returns the token of their link, which is shown once and not kept."""
    if role not in Role.__members__.values():
        raise Invalid("Choose a role.")
    token = secrets.token_urlsafe(24)
    people.invite(unit, hash_token(token), checked_name(name), Role(role), person.id, None)
    events.note(unit, "person:invited", by=person.id, role=role)
    return token


def new_password_link(unit: Unit, person: Person, person_id: int) -> str:
    """A link by which somebody who lost their password chooses another; returns its token, shown once.

    Raises:
        NotFound: no such person.
    """
    other = people.get(unit, person_id)
    token = secrets.token_urlsafe(24)
    people.invite(unit, hash_token(token), other.name, other.role, person.id, other.id)
    events.note(unit, "person:password_link_made", by=person.id, person=other.id)
    return token


def change_person(unit: Unit, person: Person, person_id: int, role: str, capacity: int) -> None:
    """Change somebody's role, and how many conversations they take at once.

    Raises:
        Invalid: no such role, or a capacity out of range.
        NotAllowed: nobody changes their own role.
    """
    other = people.get(unit, person_id)
    if role not in Role.__members__.values() or not 1 <= capacity <= 10:
        raise Invalid("Choose a role, and 1 to 10 conversations at once.")
    if other.id == person.id and role != other.role:
        raise NotAllowed("Another admin has to change your role, so that somebody can always undo it.")
    if role != other.role:
        # What they have open was for the other role: they sign in anew, and their conversations go back.
        sessions.end_all(unit, other.id)
        transfer.release_all(unit, other.id, "conversation:owner_changed_role")
    other.role, other.capacity = Role(role), capacity
    events.note(unit, "person:changed", by=person.id, person=other.id, role=role, capacity=capacity)
    unit.tell("board", f"person-{other.id}")


def disable(unit: Unit, person: Person, person_id: int) -> None:
    """Somebody may not sign in any more: their sessions and links end at once, their conversations go back.

    Raises:
        NotAllowed: nobody disables themself.
        Conflict: already done.
    """
    other = people.get(unit, person_id)
    if other.id == person.id:
        raise NotAllowed("Another admin has to disable your account.")
    if other.disabled_at is not None:
        raise Conflict("This account is disabled already.")
    other.disabled_at, other.available = unit.now, False
    people.revoke_links(unit, other.id)
    transfer.release_all(unit, other.id, "conversation:owner_disabled")
    sessions.end_all(unit, other.id)
    events.note(unit, "person:disabled", by=person.id, person=other.id)
    unit.tell("board", f"person-{other.id}")


def enable(unit: Unit, person: Person, person_id: int) -> None:
    """Somebody may sign in again."""
    people.get(unit, person_id).disabled_at = None
    events.note(unit, "person:enabled", by=person.id, person=person_id)
