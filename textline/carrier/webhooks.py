"""Twilio's webhooks: where they go, and whether one is genuine."""

import base64
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urldefrag

from twilio.request_validator import RequestValidator

from textline.carrier.forms import Form, pairs

# Twilio gives a webhook 15 s in all and by default tries again only when it cannot connect
# (twilio.com/docs/usage/webhooks/webhooks-connection-overrides). A text is acknowledged in milliseconds here
# and a doubled one does no harm, so: up to 3 more tries, on every failure, each cut short. At worst 4 x (1 s
# + 2.5 s) = 14 s; with a server that connects and hangs 10 s, which leaves time for the fallback.
OVERRIDES = "#rc=3&rp=all&ct=1000&rt=2500"

MESSAGE_PATH = "/webhooks/twilio/sms"
STATUS_PATH = "/webhooks/twilio/status"
VOICE_PATH = "/webhooks/twilio/voice"
RUNG_PATH = "/webhooks/twilio/rung"  # somebody whom the line has rung picks up, or presses a key
RINGING_PATH = "/webhooks/twilio/ringing"  # how it goes with ringing them


@dataclass(frozen=True)
class Webhooks:
    """The addresses that a number is to call.

    Attributes:
        message: for texts, with Twilio's connection overrides in the fragment.
        status: for the state of our own texts; a query may be added, it carries no fragment.
        voice: for calls, with the overrides.
        fallback: for a text that `message` did not take, or None: then Twilio only logs 11200.
    """

    message: str
    status: str
    voice: str
    fallback: str | None = None


def webhooks_for(public_url: str, fallback_url: str | None = None) -> Webhooks:
    """The webhooks of an installation that is reached at `public_url` (an origin, with no path).

    `fallback_url` should lead to another host: one that is up when this one is not.
    """
    origin = public_url.rstrip("/")
    return Webhooks(
        message=origin + MESSAGE_PATH + OVERRIDES,
        status=origin + STATUS_PATH,
        voice=origin + VOICE_PATH + OVERRIDES,
        fallback=fallback_url or None,
    )


class _Values:
    """A form as Twilio's validator wants it: falsy when empty, its names, all values of one (`getall`)."""

    def __init__(self, form: Form) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs(form):
            self._values.setdefault(name, []).append(value)

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def getall(self, name: str) -> list[str]:
        return self._values[name]


@lru_cache(maxsize=16)
def _validator(auth_token: str) -> RequestValidator:
    return RequestValidator(auth_token)


def genuine(auth_token: str, url: str, params: Form, signature: str | None) -> bool:
    """Whether Twilio signed this request, by its `X-Twilio-Signature`.

    `url` is the public address as configured at Twilio, with its query exactly as received: what a proxy made
    of it does not count. A fragment is dropped: Twilio signs "through the end of the query string"
    (twilio.com/docs/usage/security). `params` is the whole form, with empty values and untrimmed blanks
    (parse it with `keep_blank_values`). `auth_token` is the primary one. Never raises: what cannot be checked
    is not genuine.
    """
    if not signature:
        return False
    signed = urldefrag(url).url
    validator, values = _validator(auth_token), _Values(params)
    try:
        # `validate` also tries the address with and without its port, which takes twice as long and is rarely needed.
        return _same(validator.compute_signature(signed, values), signature) or bool(
            validator.validate(signed, values, signature)
        )
    except UnicodeEncodeError:
        # Bytes that are no UTF-8, which Twilio's validator cannot take: the same sum over the bytes themselves.
        said = signed + "".join(name + value for name, value in sorted(set(pairs(params))))
        whole = said.encode("utf-8", "surrogateescape" if _escaped(said) else "surrogatepass")
        right = base64.b64encode(hmac.digest(auth_token.encode(), whole, "sha1")).decode()
        return _same(right, signature)
    except ValueError:  # A URL that is none.
        return False


def _same(right: str, signature: str) -> bool:
    return hmac.compare_digest(right.encode(), signature.encode("utf-8", "surrogatepass"))


def _escaped(said: str) -> bool:
    """Whether every lone surrogate stands for a byte that could not be decoded."""
    return all("\udc80" <= character <= "\udcff" for character in said if "\ud800" <= character <= "\udfff")
