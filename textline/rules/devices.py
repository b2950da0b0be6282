"""Browsers that ring while no page is open (web push), and which of what they say of themselves can be used."""

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import urlsplit

# The push services of Chrome (and what is made of it), Firefox, Safari and Edge. We post to them: another address could
# lead into the network that the server stands in, or answer so slowly that other devices wait.
_SERVICES = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
)
_LONGEST = 1000
_POINT, _SECRET = 65, 16  # bytes: an uncompressed point of P-256, and a secret (RFC 8291)


@dataclass(frozen=True)
class Subscription:
    """Where a browser's push service takes messages for it, and the keys that they are encrypted to (base64url)."""

    endpoint: str
    p256dh: str
    auth: str


def is_usable(subscription: Subscription) -> bool:
    """Whether messages can be encrypted to it, and whether its address is a push service's."""
    point = decoded(subscription.p256dh)
    return (
        len(point) == _POINT
        and point[0] == 4
        and len(decoded(subscription.auth)) == _SECRET
        and _is_a_push_services(subscription.endpoint)
    )


def decoded(text: str) -> bytes:
    """Base64url without its padding, as browsers give it; empty when it is none."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _is_a_push_services(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, plain = parts.hostname or "", parts.port in (None, 443) and not parts.username
    except ValueError:
        return False
    known = any(host == one or host.endswith(f".{one}") for one in _SERVICES)
    return parts.scheme == "https" and plain and known and len(address) <= _LONGEST
