"""What a worker process has once: its runtime."""

import os
import sys
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path

from textline import config, log
from textline import runtime as runtimes
from textline.errors import SettingsError
from textline.runtime import Runtime

_STEPS_BACK = 10
stopping = threading.Event()  # set once the process has been told to stop


def step_back() -> None:
    """Leave the processor to whoever acknowledges texts or works on a crisis, when there is not enough for all."""
    with suppress(OSError):
        os.nice(_STEPS_BACK)
        # Linux weighs sessions before it weighs their processes, where nobody has switched that off.
        Path("/proc/self/autogroup").write_text(str(_STEPS_BACK))


@cache
def runtime() -> Runtime:
    """The process's runtime, made at its first use."""
    try:
        settings = config.load()
    except SettingsError as error:
        sys.exit(str(error))
    log.start(settings.log_level)
    return runtimes.start(settings)
