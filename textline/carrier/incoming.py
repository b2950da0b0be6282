"""Reads what Twilio posts: a text that came in, or the state of one of ours. Never raises, whatever it is."""

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from textline.carrier.forms import Form, pairs

# All of C0 and C1 but tab, newline and carriage return. NUL first of all: PostgreSQL's text cannot hold it.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CHANNEL = re.compile(r"([a-z][a-z0-9_.-]*):", re.IGNORECASE)
_NUMBER = re.compile(r"\+[0-9][0-9 ().-]{4,24}")
_MEDIA = re.compile(r"MediaUrl([0-9]{1,4})")
_LONGEST_SID = 64  # Twilio's have 34 characters
_DIGITS = re.compile(r"[0-9]{1,9}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_OPT_OUT = re.compile(r"STOP|START|HELP")

# What stands for a withheld number: the keypad spelling of ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and
# UNAVAILABLE (help.twilio.com, "Why am I getting calls from these strange numbers?"). Some look like numbers
# abroad.
_WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})


@dataclass(frozen=True)
class Media:
    """A picture or file that came with a text; fetching `url` asks for the account's credentials."""

    url: str
    content_type: str


@dataclass(frozen=True)
class Incoming:
    """A text that came in.

    Attributes:
        account_sid: the account that received it.
        sid: Twilio's identifier: with the account, what makes it the same text.
        sender: who sent it, in E.164 where that could be told; None when no sender was given.
        line: the number that received it, in E.164 where that could be told.
        messaging_service_sid: the service that the number belongs to, if any.
        body: the words, with no control characters but tab and newline; may be empty.
        media: all pictures and files, in order.
        segments: how many SMS it took, when given.
        opt_out_type: STOP, START or HELP when Twilio's Advanced Opt-Out acted on it: it has been answered
            already.
        country: of the sender, two letters, when given.
        answerable: whether `sender` can be texted. Short codes, names and withheld numbers cannot.
    """

    account_sid: str
    sid: str
    sender: str | None
    line: str
    messaging_service_sid: str | None = None
    body: str = ""
    media: tuple[Media, ...] = ()
    segments: int | None = None
    opt_out_type: str | None = None
    country: str | None = None
    answerable: bool = True


@dataclass(frozen=True)
class StatusReport:
    """What became of one of our texts: `status` as Twilio names it, and why when it failed."""

    account_sid: str
    sid: str
    status: str
    error_code: int | None = None


@dataclass(frozen=True)
class Refusal:
    """Why a form cannot be used (a constant phrase, fit for a log), and its SID when it had one."""

    reason: str
    sid: str | None = None


def parse(params: Form) -> Incoming | Refusal:
    """Read an incoming text from a form whose signature was found genuine. Unknown parameters are ignored."""
    form = _first_values(params)
    sid = _first(form, "MessageSid", "SmsMessageSid", "SmsSid")
    if not sid:
        return Refusal("the form has no message SID")
    if len(sid) > _LONGEST_SID:
        return Refusal("the form's message SID is none")
    account, sent_to, sent_by = form.get("AccountSid", "").strip(), form.get("To", ""), form.get("From", "")
    if not account or len(account) > _LONGEST_SID:
        return Refusal("the form has no account SID", sid)
    if _CHANNEL.match(sent_to.strip()) or _CHANNEL.match(sent_by.strip()):
        return Refusal(
            "the text came by another channel than SMS: connect only phone numbers to this webhook", sid
        )
    line, _ = normalise(sent_to)
    if not line:
        return Refusal("the form does not say which line was texted", sid)
    sender, answerable = normalise(sent_by)
    return Incoming(
        account_sid=account,
        sid=sid,
        sender=sender,
        line=line,
        messaging_service_sid=_first(form, "MessagingServiceSid"),
        body=form.get("Body", ""),
        media=_media(form),
        segments=_whole(form.get("NumSegments")),
        opt_out_type=_only(_OPT_OUT, form.get("OptOutType")),
        country=_only(_COUNTRY, form.get("FromCountry")),
        answerable=answerable,
    )


def status(params: Form) -> StatusReport | Refusal:
    """Read a status webhook from a form whose signature was found genuine."""
    form = _first_values(params)
    sid = _first(form, "MessageSid", "SmsSid")
    if not sid:
        return Refusal("the form has no message SID")
    state = (_first(form, "MessageStatus", "SmsStatus") or "").lower()
    if not state:
        return Refusal("the form has no message status", sid)
    account = form.get("AccountSid", "").strip()
    if not account:
        return Refusal("the form has no account SID", sid)
    return StatusReport(account, sid, state, _whole(form.get("ErrorCode")) or None)


def normalise(address: str) -> tuple[str | None, bool]:
    """An address as E.164 where it is a phone number, and whether it can be texted.

    Possible rather than valid numbers count: the lists of ranges in use are always behind, and a real person
    must not be taken for unreachable. What is no number comes back as it was; nothing comes back as None.
    """
    value = clean(address).strip()
    if not value:
        return None, False
    if value in _WITHHELD or not _NUMBER.fullmatch(value):
        return value, False
    return _e164(value)


@lru_cache(maxsize=1024)  # of the lines above all, which are in every text
def _e164(value: str) -> tuple[str, bool]:
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return value, False
    if not phonenumbers.is_possible_number(number):
        return value, False
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), True


def clean(text: str) -> str:
    """What PostgreSQL and UTF-8 can hold: no control characters but tab and newline, no lone surrogates."""
    if text.isascii() and text.isprintable():
        return text  # as nearly all are
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", lines))


def _first_values(params: Form) -> dict[str, str]:
    """Each name with its first value, cleaned: nothing that a later pair says can replace it."""
    form: dict[str, str] = {}
    for name, value in pairs(params):
        form.setdefault(name, clean(value))
    return form


def _first(form: dict[str, str], *names: str) -> str | None:
    found = (form.get(name, "").strip() for name in names)
    return next((value for value in found if value), None)


def _whole(value: str | None) -> int | None:
    text = (value or "").strip()
    return int(text) if _DIGITS.fullmatch(text) else None


def _only(pattern: re.Pattern[str], value: str | None) -> str | None:
    text = (value or "").strip().upper()
    return text if pattern.fullmatch(text) else None


def _media(form: dict[str, str]) -> tuple[Media, ...]:
    """By the URLs themselves, not by NumMedia: a picture must not be lost to a wrong count."""
    urls = [name for name in form if name.startswith("MediaUrl")]  # most forms have none
    found = [match for match in map(_MEDIA.fullmatch, urls) if match and form[match[0]].strip()]
    found.sort(key=lambda match: int(match[1]))
    return tuple(
        Media(form[match[0]].strip(), form.get(f"MediaContentType{match[1]}", "").strip()) for match in found
    )
