"""Sealing: what may not be read in a dump is encrypted here, and found again through a keyed hash.

Fernet (AES-128-CBC with HMAC-SHA-256) from `cryptography`. The first key seals, all open, so keys rotate by
putting a new one in front. The lookup key never changes, since every texter is found through it.
"""

import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from textline.config import Settings
from textline.errors import TextlineError


class SealBroken(TextlineError):
    """A sealed value cannot be opened: its key has been removed from TEXTLINE_SECRET_KEYS. Put it back."""


class Seal:
    """Seals and opens short texts, and hashes what has to be found."""

    def __init__(self, keys: Sequence[str], lookup_key: str) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._lookup_key = lookup_key.encode()

    @classmethod
    def from_settings(cls, settings: Settings) -> "Seal":
        """The seal of an installation."""
        keys = [key.get_secret_value() for key in settings.secret_keys]
        return cls(keys, settings.lookup_key.get_secret_value())

    def close(self, text: str) -> str:
        """Encrypt."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Decrypt.

        Raises:
            SealBroken: no key fits.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SealBroken(
                "a sealed value has no key: put the old key back into TEXTLINE_SECRET_KEYS"
            ) from None

    def hash(self, *parts: str) -> str:
        """A keyed hash (HMAC-SHA-256, 64 hex digits) by which a sealed value is found."""
        return hmac.new(self._lookup_key, "\x1f".join(parts).encode(), "sha256").hexdigest()
