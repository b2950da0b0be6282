"""Serves the web: `python -m textline.serve --port 8000`. SIGHUP puts a new version into service.

The socket takes connections from the first moment, and they wait in it: for the import, for a successor of a process
that was killed, for a new version. Only the processes that answer are many; what they read is in memory once.
"""

import argparse
import os
import signal
import socket
import sys
import time

from textline.processes import Family, Member, Work
from textline.succession import Succession, handed_on

_WAITING = 2048  # connections that nobody has taken yet; Linux may allow fewer (net.core.somaxconn)
_PORT_S = 5.0  # for the port to become free
_LEAVE_S = 5  # to answer what is being asked, when told to end


def main() -> None:
    """Serve until told to stop."""
    asked = _arguments()
    if asked.check:
        _ready()
        return
    # A new version that is announced while this one is still being read has its turn afterwards.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
    left = handed_on()
    listening = socket.socket(fileno=left[0]) if left else _listen(asked.host, asked.port)
    listening.set_inheritable(False)
    work = _ready(listening)
    family = Family(
        [f"web {n + 1}" for n in range(asked.processes)], work, beating=True, end_limit_s=2 * _LEAVE_S
    )
    succession = Succession(["-m", "textline.serve", *sys.argv[1:]], listening, left[1] if left else ())
    try:
        status = family.keep(succession.turn, succession.leave)
    finally:
        succession.end()
    sys.exit(status)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m textline.serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--processes", type=_some, default=os.environ.get("WEB_CONCURRENCY") or "2")
    parser.add_argument("--check", action="store_true", help="only see whether it would start")
    return parser.parse_args()


def _some(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError
    return number


def _listen(host: str, port: int) -> socket.socket:
    """The socket, once whoever had it before has let go of it: who was killed has children that do, in a moment."""
    tries_end = time.monotonic() + _PORT_S
    while True:
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            return socket.create_server((host, port), family=family, backlog=_WAITING)
        except OSError as error:
            if time.monotonic() > tries_end:
                sys.exit(
                    f"Port {port} of {host}: {error.strerror}. End whoever has it, or name another with --port."
                )
        time.sleep(0.1)


def _ready(listening: socket.socket | None = None) -> Work:
    """Read all that is needed, before anything is forked; what a process then does."""
    import uvicorn

    from textline import config, errors, log, runtime
    from textline.app import assemble
    from textline.flow import lanes
    from textline.web.protocol import Patient

    try:
        settings = config.load()
    except errors.SettingsError as error:
        sys.exit(str(error))
    log.start(settings.log_level)
    lanes.screen()
    app = assemble(settings)
    runtime.start(settings).close()  # it can be made

    def serve(member: Member) -> None:
        app.state.runtime, app.state.beat = runtime.start(settings), member.beat
        options = uvicorn.Config(
            app, http=Patient, access_log=False, log_config=None, timeout_graceful_shutdown=_LEAVE_S
        )
        uvicorn.Server(options).run([listening] if listening else None)

    return serve


if __name__ == "__main__":
    main()
