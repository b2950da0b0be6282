"""Call out: alarms on their way to the on-call list's phones, supervisors' devices, and the organization's webhook."""

import random

from textline import log, outside, push
from textline.carrier.client import Outgoing
from textline.carrier.webhooks import STATUS_PATH
from textline.errors import Unavailable
from textline.flow.alarm import WORDS
from textline.flow.each import each, within
from textline.rules.backoff import backoff
from textline.runtime import Runtime, Unit
from textline.store import calls, devices, lines, organizations
from textline.store.calls import CallOut

_log = log.get(__name__)
_VALID_S = 30 * 60
_PASS_S = 30.0


def call_out(runtime: Runtime) -> int:
    """Make all calls that are due to phones and webhooks, for a while. Returns how many were made."""
    return _call(runtime, to_devices=False)


def ring_devices(runtime: Runtime) -> int:
    """As `call_out`, to devices: a push service that is slow keeps no phone waiting."""
    return _call(runtime, to_devices=True)


def _call(runtime: Runtime, *, to_devices: bool) -> int:
    def claim() -> CallOut | None:
        with runtime.everywhere() as everywhere:
            return calls.claim(everywhere, to_devices=to_devices)

    return sum(each(_make, runtime, call) for call in within(_PASS_S, iter(claim, None)))


def _make(runtime: Runtime, call: CallOut) -> bool:
    try:
        if call.on_call_id:
            _text(runtime, call)
        elif call.device_id:
            _ring(runtime, call, call.device_id)
        else:
            _post(runtime, call)
    except Exception as error:  # whatever it is, it is tried again, and given up after a while
        _log.warning("an alarm could not be passed on", call=call.id, why=type(error).__name__)
        _again(runtime, call)
        return False
    with runtime.unit(call.organization_id) as unit:
        calls.left(unit, call.id)
    return True


def _again(runtime: Runtime, call: CallOut) -> None:
    with runtime.unit(call.organization_id) as unit:
        kept = calls.get(unit, call.id)
        kept.next_try_at = unit.now + backoff(call.attempts, random.random())  # noqa: S311 (a spread)
        if unit.now > call.at + calls.LASTS:
            kept.gave_up_at = unit.now
            _log.error("an alarm was passed on to nobody here: look at the on-call list", call=call.id)


def _post(runtime: Runtime, call: CallOut) -> None:
    with runtime.unit(call.organization_id) as unit:
        organization = organizations.own(unit)
        url = unit.seal.open(organization.alarm_url_sealed) if organization.alarm_url_sealed else None
    if url:
        said = {"kind": call.kind, "about": call.about, "at": call.at.isoformat(), "words": WORDS[call.kind]}
        outside.post_json(
            url, {"organization": organization.name, "url": runtime.settings.public_url, **said}
        )


def _text(runtime: Runtime, call: CallOut) -> None:
    """A text names neither the texter nor their words: a phone may lie on a table."""
    with runtime.unit(call.organization_id) as unit:
        number = calls.number_of(unit, call.on_call_id or 0)
        sender = _sender(unit)
        name = organizations.own(unit).name
    if number and sender is None:
        raise Unavailable("there is no line to text from: add one under Set up")
    if number and sender:
        body = f"{name}: {WORDS[call.kind]}. {runtime.settings.public_url}/board"
        status_url = f"{runtime.settings.public_url}{STATUS_PATH}?message=0"
        runtime.carrier.send(Outgoing(sender, number, body, status_url, validity_seconds=_VALID_S))


def _ring(runtime: Runtime, call: CallOut, device_id: int) -> None:
    """What a device shows may be read by anybody: it is what a text says, and no more."""
    with runtime.unit(call.organization_id) as unit:
        subscription, name = devices.opened(unit, device_id), organizations.own(unit).name
        key = devices.our_key(unit, push.new_key)
    board = f"{runtime.settings.public_url}/board"
    said = {"title": name, "body": WORDS[call.kind], "tag": call.kind, "url": board}
    try:
        if subscription:
            push.send(subscription, key, runtime.settings.public_url, said)
    except push.Gone:
        _log.info("a device takes no messages any more", device=device_id)
        with runtime.unit(call.organization_id) as unit:
            devices.forget(unit, device_id)


def _sender(unit: Unit) -> str | None:
    found = lines.every(unit)
    connected = [line.number for line in found if line.connected_at]
    return next(iter(connected or [line.number for line in found]), None)
