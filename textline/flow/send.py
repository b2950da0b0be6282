"""Send: what is in a texter's outbox, one at a time, to Twilio; and take in what became of it."""

import random
from datetime import timedelta

from textline import log
from textline.carrier.client import Outgoing, Refused, Unreached, Unsure
from textline.carrier.codes import Kind
from textline.carrier.incoming import StatusReport
from textline.carrier.webhooks import STATUS_PATH
from textline.flow import notify
from textline.rules.backoff import backoff
from textline.rules.delivery import Delivery, reported
from textline.runtime import Runtime, Unit
from textline.store import conversations, events, outbox, texters
from textline.store.outbox import Parcel

_log = log.get(__name__)

# A reply that has not left within four hours would come out of nowhere: Twilio drops it, and we are told.
VALID_FOR_S = 4 * 3600
TOO_LATE = 30036  # Twilio's own code for a validity period that has ended
# Twilio's log shows a text within seconds. What is not there after this long has not been sent.
GIVE_UP_AFTER = timedelta(minutes=5)


def send(runtime: Runtime, organization_id: int, texter_id: int) -> int:
    """Send all that is due for a texter. Returns how many texts Twilio took."""
    taken = 0
    while True:
        with runtime.unit(organization_id) as unit:
            parcel = outbox.claim(unit, texter_id)
        if parcel is None:
            return taken
        taken += _send_one(runtime, organization_id, parcel)


def _send_one(runtime: Runtime, organization_id: int, parcel: Parcel) -> bool:
    """The claim is committed: if we die from here on, the text is unknown, and is not sent again blindly."""
    left = VALID_FOR_S - int((runtime.clock() - parcel.decided_at).total_seconds())
    if left <= 0:
        return _settle(runtime, organization_id, parcel, Delivery.FAILED, TOO_LATE)
    text = Outgoing(
        sender=parcel.sender,
        to=parcel.to,
        body=parcel.body,
        status_url=f"{runtime.settings.public_url}{STATUS_PATH}?message={parcel.message_id}",
        validity_seconds=left,
    )
    try:
        sent = runtime.carrier.send(text)
    except Unsure:
        return _settle(runtime, organization_id, parcel, Delivery.UNKNOWN)
    except Unreached:
        return _postpone(runtime, organization_id, parcel)
    except Refused as refused:
        return _refused(runtime, organization_id, parcel, refused)
    with runtime.unit(organization_id) as unit:
        delivery = reported(sent.status) or Delivery.QUEUED
        outbox.took(unit, parcel.message_id, runtime.carrier.account_sid, sent.sid, delivery)
        _spoke(unit, parcel.conversation_id)
    return True


def _refused(runtime: Runtime, organization_id: int, parcel: Parcel, refused: Refused) -> bool:
    _log.warning("twilio refused a text", message=parcel.message_id, code=refused.code, status=refused.status)
    if not refused.permanent:
        return _postpone(runtime, organization_id, parcel)
    if refused.explained.kind == Kind.OPTED_OUT:
        _opted_out(runtime, organization_id, parcel)
    return _settle(runtime, organization_id, parcel, Delivery.FAILED, refused.code)


def _opted_out(runtime: Runtime, organization_id: int, parcel: Parcel) -> None:
    with runtime.unit(organization_id) as unit:
        texter_id = conversations.get(unit, parcel.conversation_id).texter_id
        texter = texters.get(unit, texter_id, lock=True)
        texter.opted_out_at = texter.opted_out_at or unit.now


def _settle(
    runtime: Runtime, organization_id: int, parcel: Parcel, delivery: Delivery, code: int | None = None
) -> bool:
    with runtime.unit(organization_id) as unit:
        outbox.settle(unit, parcel.message_id, delivery, code)
        events.note(
            unit,
            f"message:{delivery}",
            conversation=parcel.conversation_id,
            message=parcel.message_id,
            code=code,
        )
        _spoke(unit, parcel.conversation_id)
    return False


def _postpone(runtime: Runtime, organization_id: int, parcel: Parcel) -> bool:
    wait = backoff(parcel.attempts, random.random())  # noqa: S311 (a spread, not a secret)
    with runtime.unit(organization_id) as unit:
        outbox.postpone(unit, parcel.message_id, unit.now + wait)
        _spoke(unit, parcel.conversation_id)
    return False


def status(runtime: Runtime, message_id: int, report: StatusReport) -> bool:
    """Take in a status callback. Unordered, repeated and early ones do no harm. Says whether it changed anything."""
    delivery = reported(report.status)
    if delivery is None:
        return False
    with runtime.everywhere() as everywhere:
        whose = outbox.whose(everywhere, message_id)
    if whose is None:
        return False
    organization_id, conversation_id = whose
    with runtime.unit(organization_id) as unit:
        changed = outbox.report(unit, message_id, report.account_sid, report.sid, delivery, report.error_code)
        if changed and delivery in (Delivery.FAILED, Delivery.UNDELIVERED):
            events.note(
                unit,
                f"message:{delivery}",
                conversation=conversation_id,
                message=message_id,
                code=report.error_code,
            )
        if changed:
            _spoke(unit, conversation_id)
    return changed


def find_out(runtime: Runtime, organization_id: int, message_id: int) -> bool:
    """Resolve a text whose fate nobody knows, from Twilio's log. Returns whether it is resolved.

    The log shows no callback URL, so recipient and body decide, among texts that are not another of ours.
    """
    with runtime.unit(organization_id) as unit:
        parcel, since = outbox.parcel(unit, message_id)
    logged = runtime.carrier.sent_to(parcel.sender, parcel.to, since - timedelta(seconds=60))
    with runtime.unit(organization_id) as unit:
        taken = outbox.claimed_sids(unit, runtime.carrier.account_sid, [row.sid for row in logged])
        found = [row for row in logged if row.body == parcel.body and row.sid not in taken]
        if found:
            row = found[-1]  # the oldest: an identical later text is another one's
            delivery = reported(row.status) or Delivery.QUEUED
            outbox.took(unit, message_id, runtime.carrier.account_sid, row.sid, delivery)
        elif unit.now > since + GIVE_UP_AFTER:
            outbox.settle(unit, message_id, Delivery.FAILED)
            events.note(unit, "message:failed", conversation=parcel.conversation_id, message=message_id)
        else:
            return False
        _spoke(unit, parcel.conversation_id)
    return True


def _spoke(unit: Unit, conversation_id: int) -> None:
    notify.spoke(unit, conversations.get(unit, conversation_id))
