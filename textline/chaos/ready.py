"""Waiting until the processes of a run answer for the first time."""

import http.client
import time
from collections.abc import Iterable

from textline.chaos.errors import ChaosError
from textline.chaos.place import Place
from textline.embedded.server import tail
from textline.up.plan import Child

_LIMIT_S = 60.0


def await_all(place: Place, children: Iterable[Child]) -> None:
    """Wait for those that say where they answer.

    Raises:
        ChaosError: one takes too long; with the end of its log.
    """
    for child in children:
        if child.ready:
            try:
                await_answer(place, int(child.port), child.ready)
            except ChaosError as error:
                raise ChaosError(f"{error}\n{tail(place.data / 'logs' / f'{child.name}.log')}") from None


def await_answer(place: Place, port: int, path: str) -> None:
    """Wait until a path of a local port is answered 200.

    Raises:
        ChaosError: it is not, or we are asked to stop.
    """
    end = time.monotonic() + _LIMIT_S
    while not _answers(port, path):
        if place.stopping.wait(0.1):
            raise ChaosError("Stopped before the run began.")
        if time.monotonic() > end:
            raise ChaosError(f"Nothing answers {path} at port {port} after {_LIMIT_S:g} s.")


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
