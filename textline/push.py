"""Web push: tell a browser that has agreed to it, also while no page is open (RFC 8030, 8291 and 8292).

The push service in between is the browser maker's: it learns that something was said, and when, but not what.
"""

import base64
import json
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from textline.errors import Unavailable
from textline.outside import ask
from textline.rules.devices import Subscription, decoded

_LASTS_S = 30 * 60  # an alarm that comes later helps nobody
_SIGNED_FOR_S = 12 * 60 * 60
_NOBODY = "mailto:operator@textline.invalid"  # for a server without an address of its own


class Gone(Exception):
    """The browser does not take messages any more, or never could."""


def new_key() -> str:
    """A private key for signing messages, as base64url."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return _encoded(number.to_bytes(32, "big"))


def public_key(private: str) -> str:
    """What browsers are given, so that they take messages from us alone; as base64url."""
    public = Vapid02.from_raw(private.encode()).public_key
    return _encoded(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def send(subscription: Subscription, private: str, contact: str, said: Mapping[str, str]) -> None:
    """Tell a browser something. `contact`: this server's address, for the push service's people.

    Raises:
        Gone: it takes no messages any more.
        Unavailable: its push service does not answer in time, or not with a success.
    """
    parts = urlsplit(subscription.endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + _SIGNED_FOR_S,
        "sub": _contact(contact),
    }
    headers = {
        **Vapid02.from_raw(private.encode()).sign(claims),
        "Content-Encoding": "aes128gcm",
        "TTL": str(_LASTS_S),
        "Urgency": "high",
    }
    message = _encrypted(subscription, json.dumps(said).encode())
    status = ask("POST", subscription.endpoint, content=message, headers=headers)
    if status in (404, 410):
        raise Gone("the browser takes no messages any more")
    if not 200 <= status < 300:
        raise Unavailable(f"the push service answers {status}")


def _contact(address: str) -> str:
    """Our host as push services take it: https, a name with a dot in it, and no port."""
    parts = urlsplit(address)
    named = parts.scheme == "https" and "." in (parts.hostname or "")
    return f"https://{parts.hostname}" if named else _NOBODY


def _encrypted(subscription: Subscription, message: bytes) -> bytes:
    try:
        body: bytes = http_ece.encrypt(
            message,
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=decoded(subscription.p256dh),
            auth_secret=decoded(subscription.auth),
            version="aes128gcm",
        )
    except ValueError:  # a point that is not on the curve
        raise Gone("its keys cannot be used") from None
    return body


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
