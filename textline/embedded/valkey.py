"""The embedded Valkey."""

import signal
import socket

from textline.embedded import binaries
from textline.embedded.server import Server


class Valkey(Server):
    """A Valkey that has every write on disk before it answers, and never throws anything away."""

    program = "valkey-server"
    ending = signal.SIGTERM  # the same as SHUTDOWN

    @property
    def url(self) -> str:
        return f"unix://{self.sockets / 'valkey.sock'}?db=0"

    def prepare(self) -> None:
        self._binary = binaries.valkey()
        self.directory.mkdir(mode=0o700, exist_ok=True)
        (self.sockets / "valkey.sock").unlink(missing_ok=True)

    def command(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.sockets / "valkey.sock"),
            "unixsocketperm": "700",
            "dir": str(self.directory),
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "maxmemory-policy": "noeviction",
            "set-proc-title": "no",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return [str(self._binary), *options]

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            try:
                connection.connect(str(self.sockets / "valkey.sock"))
                connection.sendall(b"PING\r\n")
                # While it reads its file it answers -LOADING.
                return connection.recv(64).startswith(b"+PONG")
            except OSError:
                return False
