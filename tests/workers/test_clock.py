"""The clock has all that a text needs before the first one comes."""

import subprocess
import sys

_BEGIN = """
from textline.flow import lanes
from workers import clock

clock.run = lambda *_: print(lanes.screen.cache_info().currsize)
clock.main()
"""


def test_no_text_waits_for_the_screen_to_be_made(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BEGIN], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout == "1\n", done.stderr
