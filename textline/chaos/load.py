"""The texters: they follow their script through the carrier's phones, whatever is broken."""

import threading
import time

from textline.chaos.carrier import Control
from textline.chaos.script import Line


def run(script: list[Line], control: Control, line: str, ended: threading.Event) -> None:
    """Text a line by the script, from now on; ends with it, or when told."""
    began = time.monotonic()
    for text in script:
        if ended.wait(max(0.0, began + text.at - time.monotonic())):
            return
        control.text(text.number, line, text.body)
