"""The clock has all that a text needs before the first one comes."""

import os
import subprocess
import sys

from textline.config import Settings

_BEGIN = """
from textline.flow import lanes
from workers import clock

clock.run = lambda *_: print(lanes.screen.cache_info().currsize)
clock.main()
"""


def test_no_text_waits_for_the_screen_to_be_made(settings: Settings) -> None:
    given = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_token.get_secret_value(),
        "PUBLIC_URL": settings.public_url,
        "SECRET_KEYS": ",".join(key.get_secret_value() for key in settings.secret_keys),
        "LOOKUP_KEY": settings.lookup_key.get_secret_value(),
    }
    environment = os.environ | {f"TEXTLINE_{name}": value for name, value in given.items()}
    done = subprocess.run(
        [sys.executable, "-c", _BEGIN], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout == "1\n", done.stderr
