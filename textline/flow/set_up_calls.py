"""Set up who is called when nobody looks at the board."""

from urllib.parse import urlsplit

from textline.errors import Invalid
from textline.flow import alarm
from textline.flow.sign_in import checked_name
from textline.rules import numbers
from textline.runtime import Unit
from textline.store import calls, events, lines, organizations
from textline.store.people import Person


def add_contact(unit: Unit, person: Person, name: str, number: str) -> None:
    """Put somebody on the on-call list.

    Raises:
        Invalid: the number is none, or a line's own.
    """
    first = next(iter(lines.every(unit)), None)
    entered = numbers.e164(number, first.country if first else None)
    if entered is None:
        raise Invalid("Enter the number with its country, such as +1 202 555 0141.")
    if lines.by_number(unit, entered):
        raise Invalid("This is a line’s own number: enter the phone of a person.")
    calls.add_contact(unit, checked_name(name), entered, person.id)
    events.note(unit, "on_call:added", by=person.id)


def remove_contact(unit: Unit, person: Person, contact_id: int) -> None:
    """Take somebody off the list."""
    calls.remove_contact(unit, contact_id)
    events.note(unit, "on_call:removed", by=person.id)


def change(unit: Unit, person: Person, minutes: float, url: str, *, forget: bool) -> None:
    """Set how soon a texter is to be answered, and where alarms are posted; an empty address keeps the one there.

    Raises:
        Invalid: not between half a minute and a day; or no web address.
    """
    if not 0.5 <= minutes <= 24 * 60:
        raise Invalid("The limit goes from half a minute to 1,440 minutes.")
    own = organizations.own(unit)
    own.answer_within_s = round(minutes * 60)
    if forget:
        own.alarm_url_sealed = None
    elif url.strip():
        own.alarm_url_sealed = unit.seal.close(_address(url.strip()))
    events.note(unit, "on_call:changed", by=person.id, seconds=own.answer_within_s)


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        well = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        well = False
    if not well:
        raise Invalid("The webhook is an address that begins with https://.")
    return url


def try_out(unit: Unit, person: Person) -> None:
    """Pass a test on to everybody on the list and to the webhook."""
    alarm.call_out(unit, f"test:{int(unit.now.timestamp()) // 60}", "test", texts=True)  # once a minute
    events.note(unit, "on_call:tried", by=person.id)
