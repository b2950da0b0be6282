"""What a worker process has once: its runtime."""

import os
import sys
import threading
from functools import cache

from textline import config, log
from textline import runtime as runtimes
from textline.config import Settings
from textline.errors import SettingsError
from textline.runtime import Runtime

_STEPS = 15  # of Linux's 19
stopping = threading.Event()  # set once the process has been told to stop


def step_back() -> None:
    """Leave the processor to whoever records texts beside this process, when there is not enough for all.

    Linux may weigh sessions before it weighs their processes (autogroup). The weight of this one stays as it is: those
    that record belong to it.
    """
    os.nice(_STEPS)


@cache
def settings() -> Settings:
    """The process's settings; without them it ends, and says why."""
    try:
        found = config.load()
    except SettingsError as error:
        sys.exit(str(error))
    log.start(found.log_level)
    return found


@cache
def runtime() -> Runtime:
    """The process's runtime, made at its first use."""
    return runtimes.start(settings())
