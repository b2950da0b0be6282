"""The simulated account: its credentials, and what it owns out of the box."""

import hashlib
import os
from dataclasses import dataclass
from typing import Self

from textline.errors import SettingsError

# Numbers kept for fiction: nanpa.com (555-0100 to 555-0199) and Ofcom's "numbers for drama" (07700
# 900000-900999).
NUMBERS = ("+12025550100", "+12025550101", "+12025550102", "+12025550103", "+447700900100")
POOLED = "+12025550104"  # This one belongs to the Messaging Service.


@dataclass(frozen=True)
class Keys:
    """The credentials that are let in. An API key may do all but read the account, as a standard one at Twilio."""

    account_sid: str
    auth_token: str
    api_key: str | None = None
    api_secret: str | None = None

    @classmethod
    def from_environment(cls) -> Self:
        """The keys that Textline itself is given.

        Raises:
            SettingsError: without an account SID or auth token.
        """
        given = {
            name: os.environ.get(f"TEXTLINE_TWILIO_{name.upper()}")
            for name in ("account_sid", "auth_token", "api_key", "api_secret")
        }
        account, token = given["account_sid"], given["auth_token"]
        if not account or not token:
            raise SettingsError(
                "TEXTLINE_TWILIO_ACCOUNT_SID and TEXTLINE_TWILIO_AUTH_TOKEN are missing: give the simulated carrier "
                "the same ones as Textline (any will do: AC and 32 hexadecimal digits, and any token)"
            )
        return cls(account, token, given["api_key"], given["api_secret"])

    def owner(self, user: str, password: str) -> bool:
        """Whether these are the account's own SID and token."""
        return (user, password) == (self.account_sid, self.auth_token)

    def admit(self, user: str, password: str) -> bool:
        """Whether these may use the API."""
        return self.owner(user, password) or (
            self.api_key is not None and (user, password) == (self.api_key, self.api_secret)
        )


def fixed_sid(prefix: str, name: str) -> str:
    """A SID that is the same each time, for what the account has from the start."""
    return prefix + hashlib.sha256(name.encode()).hexdigest()[:32]
