"""What a worker process has once: its runtime."""

import sys
import threading
from functools import cache

from textline import config, log
from textline import runtime as runtimes
from textline.errors import SettingsError
from textline.runtime import Runtime

stopping = threading.Event()  # set once the process has been told to stop


@cache
def runtime() -> Runtime:
    """The process's runtime, made at its first use."""
    try:
        settings = config.load()
    except SettingsError as error:
        sys.exit(str(error))
    log.start(settings.log_level)
    return runtimes.start(settings)
