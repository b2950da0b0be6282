"""Send: what is in a texter's outbox, one at a time, to Twilio; and take in what became of it."""

import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial

from textline import log
from textline.carrier.client import Outgoing, Refused, Sent, Unreached, Unsure
from textline.carrier.codes import Kind, explain
from textline.carrier.incoming import StatusReport
from textline.carrier.webhooks import STATUS_PATH
from textline.errors import Busy, NotFound
from textline.flow import escalate, notify, picture
from textline.flow.each import each
from textline.rules.backoff import backoff
from textline.rules.delivery import Delivery, reported
from textline.rules.drill import is_drill
from textline.runtime import Runtime, Unit
from textline.store import conversations, events, messages, outbox, texters
from textline.store.outbox import Parcel

_log = log.get(__name__)
Writes = Callable[[Unit, Parcel], bool]  # says whether Twilio took the text

# A reply that has not left within four hours would come out of nowhere: Twilio drops it, and we are told.
VALID_FOR_S = 4 * 3600
_LONG = 3  # tries after which a crisis's text counts as not leaving
TOO_LATE = 30036  # Twilio's own code for a validity period that has ended
# Twilio's log shows a text within seconds. What is not there so long after its claim has not been sent, and is due
# again; a crisis's own text sooner, since one too many harms less there than one too few.
AGAIN_AFTER = timedelta(seconds=60)
URGENT_AGAIN_AFTER = timedelta(seconds=25)
# Whoever was frozen for so long after a claim must not send any more: others may have found it unknown by then.
CLAIM_HOLDS = timedelta(seconds=15)
_NOT_DELIVERED = (Delivery.FAILED, Delivery.UNDELIVERED)
_PASS_S = 15.0  # of the minute that a job has; one texter's sends may take the client's own time-outs


def send(runtime: Runtime, organization_id: int, texter_id: int) -> int:
    """Send all that is due for a texter. Returns how many texts Twilio took."""
    taken = 0
    with runtime.unit(organization_id) as unit:
        parcel = outbox.claim(unit, texter_id)
    while parcel is not None:
        write = _hand_over(runtime, parcel)
        try:
            with runtime.unit(organization_id) as unit:
                # Held first: whoever was woken for what was decided meanwhile looks either before this, and we see it
                # too, or after, and nothing is on its way any more.
                texters.get(unit, texter_id, lock=True)
                took = write(unit, parcel)
                following = outbox.claim(unit, texter_id)
        except Exception as error:
            # What Twilio said is kept all the same; what may follow is left to a sweep.
            with runtime.unit(organization_id) as unit:
                took, following = write(unit, parcel), None
            if not isinstance(error, Busy):
                raise
        taken, parcel = taken + took, following
    return taken


def send_some(
    runtime: Runtime, organization_id: int, texter_ids: Sequence[int], stopped: Callable[[], bool]
) -> Sequence[int]:
    """Send for several texters, one after another, until told to stop or for a while. Returns those that are left.

    Twilio's slowness so never ends a job between a claim and its answer; and one that fails keeps nobody waiting.
    """
    ends = time.monotonic() + _PASS_S
    for place, texter_id in enumerate(texter_ids):
        if stopped() or time.monotonic() > ends:
            return texter_ids[place:]
        each(_begin, runtime, organization_id, texter_id)
    return ()


def _begin(runtime: Runtime, organization_id: int, texter_id: int) -> int:
    runtime.live.jobs.begun("send", organization_id, texter_id)
    return send(runtime, organization_id, texter_id)


def _hand_over(runtime: Runtime, parcel: Parcel) -> Writes:
    """Have Twilio send a claimed text. Returns how what came of it is written down.

    The claim is committed: if we die from here on, the text is unknown, and is not sent again blindly.
    """
    if is_drill(parcel.to):  # there is no phone: it counts as delivered
        return partial(_settle, delivery=Delivery.DELIVERED)
    left = VALID_FOR_S - int((runtime.clock() - parcel.decided_at).total_seconds())
    if left <= 0:
        return partial(_settle, delivery=Delivery.FAILED, code=TOO_LATE)
    if runtime.clock() > parcel.claimed_at + CLAIM_HOLDS:
        return _postpone
    return _ask(runtime, parcel, left)


def _ask(runtime: Runtime, parcel: Parcel, validity_s: int) -> Writes:
    text = Outgoing(
        sender=parcel.sender,
        to=parcel.to,
        body=parcel.body,
        status_url=f"{runtime.settings.public_url}{STATUS_PATH}?message={parcel.message_id}",
        validity_seconds=validity_s,
        media_urls=tuple(picture.address(runtime, number) for number in parcel.pictures),
    )
    try:
        sent = runtime.carrier.send(text)
    except Unsure:
        return partial(_settle, delivery=Delivery.UNKNOWN)
    except Unreached:
        return _postpone
    except Refused as refused:
        return _refused(parcel, refused)
    return partial(_took, account_sid=runtime.carrier.account_sid, sent=sent)


def _refused(parcel: Parcel, refused: Refused) -> Writes:
    _log.warning("twilio refused a text", message=parcel.message_id, code=refused.code, status=refused.status)
    if not refused.permanent:
        return _postpone
    return partial(_settle, delivery=Delivery.FAILED, code=refused.code)


def _took(unit: Unit, parcel: Parcel, account_sid: str, sent: Sent) -> bool:
    outbox.report(unit, parcel.message_id, account_sid, sent.sid, reported(sent.status) or Delivery.QUEUED)
    notify.delivered(unit, parcel.conversation_id)
    return True


def _settle(unit: Unit, parcel: Parcel, delivery: Delivery, code: int | None = None) -> bool:
    if outbox.settle(unit, parcel, delivery, code):  # else a callback has told more already
        _came_to(unit, parcel.message_id, parcel.conversation_id, delivery, code)
    return False


def _came_to(unit: Unit, message_id: int, conversation_id: int, delivery: Delivery, code: int | None) -> None:
    if delivery in _NOT_DELIVERED:
        opted_out = explain(code).kind == Kind.OPTED_OUT and _opted_out(unit, message_id, conversation_id)
        if outbox.is_urgent(unit, message_id):
            escalate.not_delivered(
                unit, conversation_id, message_id, "opted_out" if opted_out else "undelivered"
            )
        _waits_again(unit, message_id, conversation_id)
    events.note(unit, f"message:{delivery}", conversation=conversation_id, message=message_id, code=code)
    notify.delivered(unit, conversation_id)


def _opted_out(unit: Unit, message_id: int, conversation_id: int) -> bool:
    """Twilio says that the texter had sent STOP; of which we were not told. Whether texts reach them no more.

    It may say so long afterwards: not of somebody who has sent START since.
    """
    conversation = conversations.get(unit, conversation_id)
    texter = texters.get(unit, conversation.texter_id, lock=True)
    if texter.opted_out_at is None:
        if texter.opted_in_at and texter.opted_in_at > outbox.parcel(unit, message_id).claimed_at:
            return False
        texter.opted_out_at = unit.now
        escalate.opted_out(unit, texter)
    notify.changed(unit, conversation)
    return True


def _waits_again(unit: Unit, message_id: int, conversation_id: int) -> None:
    """An answer that did not arrive is none: the texter has waited since it was written."""
    since = messages.unanswered_since(unit, conversation_id, message_id)
    if since is not None:
        conversation = conversations.get(unit, conversation_id, lock=True)
        conversation.unanswered_since = conversation.unanswered_since or since


def _postpone(unit: Unit, parcel: Parcel) -> bool:
    wait = backoff(parcel.attempts, random.random())  # noqa: S311 (a spread, not a secret)
    outbox.postpone(unit, parcel, unit.now + wait)
    if parcel.attempts == _LONG and parcel.urgent:
        escalate.not_leaving(unit, parcel.conversation_id)
    notify.delivered(unit, parcel.conversation_id)
    return False


def status(runtime: Runtime, message_id: int, report: StatusReport) -> bool:
    """Take in a status callback. Unordered, repeated and early ones do no harm. Says whether it changed anything."""
    delivery = reported(report.status)
    if delivery is None:
        return False
    with suppress(NotFound), runtime.unit_of(partial(outbox.whose, message_id=message_id)) as unit:
        if delivery in _NOT_DELIVERED:
            _hold_texter(unit, message_id)
        conversation_id = outbox.report(
            unit, message_id, report.account_sid, report.sid, delivery, report.error_code
        )
        if conversation_id is None:
            return False
        if delivery in _NOT_DELIVERED:
            _came_to(unit, message_id, conversation_id, delivery, report.error_code)
        else:
            notify.delivered(unit, conversation_id)
        return True
    return False


def find_out(runtime: Runtime, organization_id: int, message_id: int) -> bool:
    """Resolve a text whose fate nobody knows, from Twilio's log. Returns whether it is resolved.

    The log shows no callback URL, so recipient and body decide, among texts that are not another of ours.
    """
    with runtime.unit(organization_id) as unit:
        parcel = outbox.parcel(unit, message_id)
    since = parcel.claimed_at
    logged = runtime.carrier.sent_to(parcel.sender, parcel.to, since - timedelta(seconds=60))
    with runtime.unit(organization_id) as unit:
        _hold_texter(unit, message_id)
        taken = messages.known(unit, runtime.carrier.account_sid, [row.sid for row in logged])
        found = [row for row in logged if row.body == parcel.body and row.sid not in taken]
        if found:
            row = found[-1]  # the oldest: an identical later text is another one's
            delivery = reported(row.status) or Delivery.QUEUED
            code = row.error_code
            changed = outbox.report(unit, message_id, runtime.carrier.account_sid, row.sid, delivery, code)
            if (
                changed and delivery in _NOT_DELIVERED
            ):  # its callback, when it comes, changes nothing any more
                _came_to(unit, message_id, parcel.conversation_id, delivery, code)
        elif unit.now > since + (URGENT_AGAIN_AFTER if parcel.urgent else AGAIN_AFTER):
            if outbox.due_again(unit, parcel.message_id):
                events.note(
                    unit, "message:due_again", conversation=parcel.conversation_id, message=parcel.message_id
                )
        else:
            return False
        notify.delivered(unit, parcel.conversation_id)
    return True


def ask_again(runtime: Runtime, message_id: int, sid: str) -> None:
    """Learn a text's state from Twilio, where its status callback seems lost."""
    row = runtime.carrier.fetch(sid)
    account_sid = runtime.carrier.account_sid
    status(runtime, message_id, StatusReport(account_sid, sid, row.status, row.error_code))


def _hold_texter(unit: Unit, message_id: int) -> None:
    """Before the text, as whoever sends does: two who held them in different orders would wait for each other."""
    texters.get(unit, outbox.addressee(unit, message_id), lock=True)
