"""What Twilio is told and tells, as plain values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Outgoing:
    """A text to send.

    Attributes:
        sender: the line's number; may be empty when a Messaging Service chooses it.
        to: the recipient, in E.164.
        body: up to 1600 characters.
        status_url: where its status is to be posted; our own identifier rides in the query.
        media_urls: up to ten pictures or files, at addresses that Twilio can fetch.
        validity_seconds: 1 to 36,000: after that Twilio drops it unsent (30036). None: 10 hours.
        messaging_service_sid: the service to send it through, if any.
    """

    sender: str
    to: str
    body: str
    status_url: str
    media_urls: tuple[str, ...] = ()
    validity_seconds: int | None = None
    messaging_service_sid: str | None = None


@dataclass(frozen=True)
class Sent:
    """What Twilio took: its SID, its status (`queued`, or `accepted` by a service), its parts when known."""

    sid: str
    status: str
    segments: int | None


@dataclass(frozen=True)
class Ringing:
    """A telephone to ring: from a line's number, which asks `url` what to say once somebody picks up.

    `status_url` is told how it goes; `patience_s` is how long it rings.
    """

    sender: str
    to: str
    url: str
    status_url: str
    patience_s: int


@dataclass(frozen=True)
class Logged:
    """A text in Twilio's log. Times are in UTC; `date_sent` is None until it is sent."""

    sid: str
    sender: str
    to: str
    body: str
    status: str
    error_code: int | None
    direction: str
    date_created: datetime
    date_sent: datetime | None
    messaging_service_sid: str | None
    media: int


@dataclass(frozen=True)
class Number:
    """A number of the account and its webhooks, or a Messaging Service (its SID is then the `number` too).

    `application` is set when a TwiML application's webhooks stand above the number's own.
    """

    sid: str
    number: str
    friendly_name: str
    sms_url: str
    sms_method: str
    sms_fallback_url: str
    status_callback: str
    voice_url: str = ""
    voice_fallback_url: str = ""
    application: str = ""


@dataclass(frozen=True)
class Account:
    """The account that the credentials open: `status` is `active`, `suspended` or `closed`."""

    sid: str
    friendly_name: str
    status: str
    kind: str
