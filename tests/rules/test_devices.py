"""What a browser says of itself, and what of it can be used."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from textline.rules.devices import Subscription, decoded, is_usable


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


POINT = encoded(
    ec.generate_private_key(ec.SECP256R1())
    .public_key()
    .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
)
SECRET = encoded(b"s" * 16)
PLACE = "https://updates.push.services.mozilla.com/wpush/v2/gAAAA"


def test_what_a_browser_gives_can_be_used() -> None:
    assert is_usable(Subscription(PLACE, POINT, SECRET))
    assert decoded(SECRET) == b"s" * 16


@pytest.mark.parametrize(
    "place",
    [
        "http://fcm.googleapis.com/1",
        "https://127.0.0.1/1",
        "https://[::1]/1",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/1",
        "https://db.internal/1",
        "https://printer.local/1",
        "https://127.1/1",
        "https://127.0.0.1.nip.io/1",
        "https://evilfcm.googleapis.com.example.org/1",
        "https://notfcm.googleapis.com/1",
        "https://valkey/1",
        "https://fcm.googleapis.com:6379/1",
        "https://fcm.googleapis.com:99999/1",
        "https://somebody@fcm.googleapis.com/1",
        "file:///etc/passwd",
        "https://fcm.googleapis.com/" + "a" * 1000,
        "",
    ],
)
def test_an_address_that_no_push_service_has_is_refused(place: str) -> None:
    assert not is_usable(Subscription(place, POINT, SECRET))


@pytest.mark.parametrize(
    ("point", "secret"),
    [
        ("", SECRET),
        (POINT[:-4], SECRET),
        ("é" * 87, SECRET),
        (POINT, ""),
        (POINT, encoded(b"s" * 15)),
        (POINT, "!"),
    ],
)
def test_keys_that_nothing_can_be_encrypted_to_are_refused(point: str, secret: str) -> None:
    assert not is_usable(Subscription(PLACE, point, secret))
