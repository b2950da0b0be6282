"""Sends texts and looks things up at Twilio, with plain values in and out. Safe to share among threads."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from twilio.base import values
from twilio.rest import Client

from textline.carrier.alerts import Alert
from textline.carrier.alerts import read as _alert
from textline.carrier.faults import Refused, Unreached, Unsure
from textline.carrier.told import Account, Logged, Number, Outgoing, Ringing, Sent
from textline.carrier.transport import Transport, asking, sending
from textline.carrier.webhooks import Webhooks
from textline.config import Settings
from textline.errors import NotFound

__all__ = [
    "Account",
    "Alert",
    "Carrier",
    "Logged",
    "Number",
    "Outgoing",
    "Refused",
    "Ringing",
    "Sent",
    "Unreached",
    "Unsure",
]

_PAGE = 100
_LARGE_PAGE = 1000  # Twilio's largest
_PAUSES_S = (0.2, 0.5)
_MOST_ALERTS = 1000
LONGEST_CALL_S = 3 * 3600
_ALERTS_KEPT = timedelta(days=29)  # Twilio answers no question about alerts older than 30 days.
_HOST = "https://api.twilio.com"  # where media are fetched, as their webhooks name them
_SERVICE = "MG"  # How a Messaging Service's SID begins.


class Carrier:
    """Twilio, or the simulated carrier when `api_url` is set.

    `timeout` is (to connect, to wait for the answer), in seconds. With an API key, texts are sent and looked
    up with it; the auth token is still needed, since webhooks are signed with it.

    Every method raises Refused when Twilio says no, and Unreached when it cannot be asked. Only `send` raises
    Unsure.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        api_key: str | None = None,
        api_secret: str | None = None,
        api_url: str | None = None,
        timeout: tuple[float, float] = (3.05, 10.0),
    ) -> None:
        self.account_sid = account_sid
        transport = Transport(timeout, api_url)
        user, password = (api_key, api_secret) if api_key and api_secret else (account_sid, auth_token)
        # An explicit environment: TWILIO_REGION and TWILIO_EDGE of the process must not move requests
        # elsewhere.
        nothing = {"TEXTLINE": "1"}
        self._client = Client(user, password, account_sid, http_client=transport, environment=nothing)
        self._owner = Client(account_sid, auth_token, http_client=transport, environment=nothing)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The carrier that the settings name."""
        secret = settings.twilio_api_secret
        return cls(
            settings.twilio_account_sid,
            settings.twilio_auth_token.get_secret_value(),
            api_key=settings.twilio_api_key,
            api_secret=secret.get_secret_value() if secret else None,
            api_url=settings.twilio_api_url,
        )

    def send(self, text: Outgoing) -> Sent:
        """Hand one text over. Twilio has no idempotency key: called twice, it is sent twice.

        Raises:
            Refused: certainly not sent; `permanent` tells whether it ever can be.
            Unreached: certainly not sent; it may be tried again.
            Unsure: nobody knows; its status webhook or `sent_to` will tell.
        """
        with sending():
            taken = self._client.messages.create(
                to=text.to,
                from_=text.sender or values.unset,
                body=text.body,
                status_callback=text.status_url,
                media_url=list(text.media_urls) or values.unset,
                validity_period=_or_unset(text.validity_seconds),
                messaging_service_sid=_or_unset(text.messaging_service_sid),
            )
            if not taken.sid:
                raise ValueError("the answer has no SID")
            return Sent(taken.sid, str(taken.status), _segments(taken.num_segments))

    def ring(self, call: Ringing) -> str:
        """Ring a telephone; gives the call's SID. Twilio has no idempotency key: asked twice, it rings twice.

        Raises:
            Refused: certainly not rung.
            Unreached: certainly not rung; it may be tried again.
            Unsure: nobody knows; if it rings, `url` and `status_url` will be asked and told.
        """
        with sending():
            taken = self._client.calls.create(
                to=call.to,
                from_=call.sender,
                url=call.url,
                status_callback=call.status_url,
                status_callback_event=["ringing", "answered", "completed"],
                timeout=call.patience_s,
                time_limit=LONGEST_CALL_S,
            )
            if not taken.sid:
                raise ValueError("the answer has no SID")
            return str(taken.sid)

    def call_status(self, sid: str) -> str:
        """How a call stands, as Twilio names it."""
        with asking():
            return str(self._client.calls(sid).fetch().status)

    def turn(self, sid: str, twiml: str) -> None:
        """Have whoever is in a call hear something else; Refused (21220) when they have hung up."""
        with asking():
            self._client.calls(sid).update(twiml=twiml)

    def hang_up(self, sid: str) -> None:
        """End a call, or stop its ringing; Refused (21220) when it has ended."""
        with asking():
            self._client.calls(sid).update(status="completed")

    def sent_to(self, sender: str, to: str, since: datetime) -> list[Logged]:
        """Our texts from `sender` (a number or a Messaging Service's SID) to `to` since then, newest first.

        Asked without dates, since a text that is still queued has no date sent yet to be found by.
        """
        service = sender.startswith(_SERVICE)
        rows = self._log(since, _PAGE, to=to, from_=values.unset if service else sender)
        return [
            row
            for row in rows
            if row.direction.startswith("outbound") and (not service or row.messaging_service_sid == sender)
        ]

    def received_by(self, number: str, since: datetime) -> list[Logged]:
        """Texts that came in for a line since then, newest first. One that was redacted has an empty body."""
        # Twilio compares whole days, and its clock is not ours: a day more is asked for, and then cut.
        day = since.astimezone(UTC) - timedelta(days=1)
        rows = self._log(since, _LARGE_PAGE, to=number, date_sent_after=day)
        return [row for row in rows if row.direction == "inbound"]

    def _log(self, since: datetime, page_size: int, **asked: Any) -> list[Logged]:
        """Rows of the message log made since then, newest first. A page that does not come is asked for again."""
        found: list[Logged] = []
        page = _patiently(lambda: self._client.messages.page(page_size=page_size, **asked))
        while page is not None:
            rows = list(map(_logged, page))
            found += rows
            # The newest come first, if not to the second: a page of older ones is the end.
            if not rows or all(row.date_created < since.replace(microsecond=0) for row in rows):
                break
            page = _patiently(page.next_page)
        return [row for row in found if row.date_created >= since.replace(microsecond=0)]

    def alerts(self, since: datetime) -> list[Alert]:
        """What Twilio has noted as gone wrong since then, newest first: 1000 at most, and 29 days back at most.

        An alert may be written down a while after it happened: ask again for a time asked for before, and
        know those already seen by their SIDs.
        """
        start = max(since.astimezone(UTC), datetime.now(UTC) - _ALERTS_KEPT).replace(microsecond=0)
        with asking():
            rows = self._client.monitor.v1.alerts.stream(
                start_date=start, limit=_MOST_ALERTS, page_size=_PAGE
            )
            return [_alert(row) for row in rows]

    def media(self, sid: str) -> tuple[tuple[str, str], ...]:
        """Address and content type of each picture or file of a text."""
        with asking():
            rows = self._client.messages(sid).media.list()
            return tuple((f"{_HOST}{row.uri.removesuffix('.json')}", row.content_type or "") for row in rows)

    def fetch(self, sid: str) -> Logged:
        """One text from the log; Refused (20404) when there is none."""
        with asking():
            return _logged(self._client.messages(sid).fetch())

    def redact(self, sid: str) -> None:
        """Empty a text's body in Twilio's log, for good."""
        with asking():
            self._client.messages(sid).update(body="")

    def numbers(self) -> list[Number]:
        """Every number of the account."""
        with asking():
            return [_number(row) for row in self._client.incoming_phone_numbers.list(page_size=_PAGE)]

    def connect(self, number: str, urls: Webhooks) -> tuple[Number, Number]:
        """Point a number (E.164) or a Messaging Service (its SID) at our webhooks; returns before and after.

        A TwiML application on the number is taken off, since it would stand above them. The number's own
        `status_callback` is left alone: it is for calls; each text names its own.

        Raises:
            NotFound: the account does not own it.
        """
        if number.startswith(_SERVICE):
            return self._connect_service(number, urls)
        with asking():
            found = self._client.incoming_phone_numbers.list(phone_number=number, limit=1)
            if not found or found[0].phone_number != number:
                raise NotFound(
                    f"the Twilio account {self.account_sid} does not own this number: buy or move it there, "
                    "or set TEXTLINE_TWILIO_ACCOUNT_SID to the account that does"
                )
            changed = self._client.incoming_phone_numbers(found[0].sid).update(
                sms_url=urls.message,
                sms_method="POST",
                sms_fallback_url=_or_unset(urls.fallback),  # what is there stays, unless another is given
                sms_fallback_method="GET",  # a static host answers nothing else
                sms_application_sid="",
                voice_url=urls.voice,
                voice_method="POST",
                voice_application_sid="",
            )
            return _number(found[0]), _number(changed)

    def _connect_service(self, sid: str, urls: Webhooks) -> tuple[Number, Number]:
        services = self._client.messaging.v1.services
        try:
            with asking():
                before = _service(services(sid).fetch())
                changed = services(sid).update(
                    inbound_request_url=urls.message,
                    inbound_method="POST",
                    fallback_url=_or_unset(urls.fallback),
                    fallback_method="GET",
                    status_callback=urls.status,
                    use_inbound_webhook_on_number=False,
                )
                return before, _service(changed)
        except Refused as refusal:
            if refusal.status != 404:
                raise
            raise NotFound(f"the Twilio account {self.account_sid} has no Messaging Service {sid}") from None

    def check(self) -> Account:
        """Try the credentials: the auth token by reading the account, an API key by reading the message log.

        Raises:
            Refused: with code 20003, one of them is wrong.
        """
        with asking():
            account = self._owner.api.v2010.accounts(self.account_sid).fetch()
            self._client.messages.list(limit=1, page_size=1)
            return Account(account.sid, account.friendly_name or "", str(account.status), str(account.type))


def _patiently(ask: Callable[[], Any]) -> Any:
    """What a question is answered that does no harm twice.

    Raises:
        Refused, Unreached: as the last of some tries was.
    """
    for pause in _PAUSES_S:
        with suppress(Unreached), asking():
            return ask()
        time.sleep(pause)
    with asking():
        return ask()


def _or_unset(value: object) -> Any:
    return values.unset if value is None else value


def _segments(value: str | None) -> int | None:
    return int(value) if value and value.isdecimal() and value != "0" else None


def _logged(row: Any) -> Logged:
    return Logged(
        sid=row.sid,
        sender=row.from_ or "",
        to=row.to or "",
        body=row.body or "",
        status=str(row.status),
        error_code=row.error_code if isinstance(row.error_code, int) else None,
        direction=str(row.direction),
        date_created=row.date_created or row.date_sent or datetime.now(UTC),
        date_sent=row.date_sent,
        messaging_service_sid=row.messaging_service_sid,
        media=_segments(row.num_media) or 0,
    )


def _number(row: Any) -> Number:
    return Number(
        sid=row.sid,
        number=row.phone_number or "",
        friendly_name=row.friendly_name or "",
        sms_url=row.sms_url or "",
        sms_method=row.sms_method or "",
        sms_fallback_url=row.sms_fallback_url or "",
        status_callback=row.status_callback or "",
        voice_url=row.voice_url or "",
        voice_fallback_url=row.voice_fallback_url or "",
        application=row.sms_application_sid or "",
    )


def _service(row: Any) -> Number:
    return Number(
        sid=row.sid,
        number=row.sid,
        friendly_name=row.friendly_name or "",
        sms_url=row.inbound_request_url or "",
        sms_method=row.inbound_method or "",
        sms_fallback_url=row.fallback_url or "",
        status_callback=row.status_callback or "",
    )
