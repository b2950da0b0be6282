"""Which ports to listen on."""

import contextlib
import socket
from collections.abc import Iterator

from textline.up.errors import UpError

FIRST = 8100
_TRIED = 200


@contextlib.contextmanager
def port(wanted: int | None, last: object, first: int = FIRST) -> Iterator[int]:
    """Choose a port of the loopback, and keep other starts from choosing it while inside.

    It is the one `wanted`; or the one used `last`, if it is free; or the first free one from `first`.

    Raises:
        UpError: the wanted port is taken, or none is free.
    """
    candidates = [last] if type(last) is int and 0 < last < 65536 else []
    for candidate in [wanted] if wanted else [*candidates, *range(first, first + _TRIED)]:
        token = _claim(candidate)
        if token is None:
            continue
        with token:
            if _free(candidate):
                yield candidate
                return
    if wanted:
        raise UpError(
            f"The port {wanted} is taken: end the program that listens there, or choose with --port."
        )
    raise UpError(f"No port from {first} on is free: choose one with --port.")


def _claim(number: int) -> socket.socket | None:
    # Two starts at once would both find a port free. The UDP port of the same number, which nobody else uses,
    # tells them apart; it falls with its process, and is free again at once.
    token = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        token.bind(("127.0.0.1", number))
    except OSError:
        token.close()
        return None
    return token


def _free(number: int) -> bool:
    # Browsers try both for "localhost".
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with contextlib.suppress(OSError), socket.socket(family) as probe:
            probe.settimeout(1)
            if probe.connect_ex((address, number)) == 0:
                return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
    return True
