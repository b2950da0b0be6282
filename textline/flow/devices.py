"""Devices that ring while no page is open: put on, tried out and taken off."""

from textline import push
from textline.errors import Invalid
from textline.rules.devices import Subscription, is_usable
from textline.runtime import Runtime, Unit
from textline.store import calls, devices, events
from textline.store.calls import Called
from textline.store.people import Person


def key(runtime: Runtime) -> str:
    """What a browser is given, so that it takes messages from this installation alone."""
    with runtime.everywhere() as everywhere:
        return push.public_key(devices.our_key(everywhere, push.new_key))


def subscription(endpoint: str, p256dh: str, auth: str) -> Subscription:
    """What a browser says of itself.

    Raises:
        Invalid: it cannot be used.
    """
    said = Subscription(endpoint, p256dh, auth)
    if not is_usable(said):
        raise Invalid("This browser cannot be told anything: try another one.")
    return said


def put_on(unit: Unit, person: Person, subscription: Subscription, *, tell: bool) -> None:
    """A browser of this person's rings from now on. With `tell` it is told so at once, as a test."""
    number = devices.add(unit, person.id, subscription)
    if not tell:
        return
    events.note(unit, "device:added", by=person.id, device=number)
    calls.call(unit, f"device:{number}:{unit.now.timestamp():.0f}", "test", [Called(device_id=number)])


def take_off_all(unit: Unit, person: Person, whose: int) -> None:
    """No browser of this person rings any more: an admin's remedy for a lost one."""
    devices.remove_all(unit, whose)
    events.note(unit, "device:removed", by=person.id, person=whose)


def take_off(unit: Unit, person: Person, endpoint: str) -> None:
    """A browser of this person's rings no more."""
    devices.remove(unit, person.id, endpoint)
    events.note(unit, "device:removed", by=person.id)
