"""The embedded PostgreSQL."""

import io
import shutil
import signal
import subprocess
from pathlib import Path

from textline.embedded import binaries, process
from textline.embedded.account import unprivileged
from textline.embedded.errors import EmbeddedError
from textline.embedded.server import Server, spawn

USER = DATABASE = "textline"
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and values stay out of the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}


class Postgres(Server):
    """A cluster of our own, reached through its socket only; whoever reaches that is trusted."""

    program = "postgres"
    ending = signal.SIGINT  # a fast shutdown: sessions are cut off, everything committed is kept

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@/{DATABASE}?host={self.sockets}"

    def prepare(self) -> None:
        marker = self.directory / "PG_VERSION"
        self._bin = binaries.postgres(marker.read_text().strip() if marker.exists() else None)
        self.account = unprivileged(
            self.directory.parent, [self._bin, self.directory.parent, self.sockets.parent]
        )
        if not marker.exists():
            self._initialize()
        self.account.give(self.directory)
        self.account.give(self.sockets)
        # Nobody is running here: that was made sure of. PostgreSQL itself would only look whether the number in
        # this file is in use by anybody, and refuse.
        (self.directory / "postmaster.pid").unlink(missing_ok=True)

    def command(self) -> list[str]:
        settings = {**_SETTINGS, "unix_socket_directories": str(self.sockets)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self._bin / "postgres"), "-D", str(self.directory), *options]

    def answers(self) -> bool:
        import psycopg

        try:
            with psycopg.connect(
                dbname="postgres", user=USER, host=str(self.sockets), connect_timeout=5, autocommit=True
            ) as connection:
                found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount
                if not found:
                    connection.execute(f'CREATE DATABASE "{DATABASE}"')
        except psycopg.OperationalError:
            return False
        return True

    def ending_of(self, pid: int) -> signal.Signals:
        # A backend that has lost its postmaster takes SIGINT for something else; SIGQUIT ends it.
        return signal.SIGQUIT if process.has_title(pid, "postgres: ") else self.ending

    def _initialize(self) -> None:
        # Under another name first: a cluster half made by a start that was cut off is never taken for a whole one.
        fresh = self.directory.with_name(self.directory.name + ".new")
        self._clear(fresh)
        fresh.mkdir(mode=0o700)
        self.account.give(fresh)
        command = [str(self._bin / "initdb"), "-D", str(fresh), "-U", USER, "--encoding=UTF8"]
        command += ["--auth-local=trust", "--auth-host=reject", "--locale=C"]
        if "builtin-locale" in _help(self._bin / "initdb"):
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        with self.log.open("a+b") as log:
            start = log.seek(0, io.SEEK_END)
            child = spawn(command, self.account, fresh, log)
            self._guard.watch(child.pid, signal.SIGTERM)
            if child.wait():
                log.seek(start)
                said = log.read().decode(errors="replace")
                raise EmbeddedError(f"The embedded PostgreSQL cannot make its files in {fresh}:\n{said}")
        fresh.rename(self.directory)

    def _clear(self, fresh: Path) -> None:
        if self.directory.is_dir() and any(self.directory.iterdir()):
            raise EmbeddedError(
                f"{self.directory} is no PostgreSQL cluster, and is not empty: restore it from a backup, or move it "
                "out of the way to begin anew."
            )
        for program in ("initdb", self.program):
            for pid in process.sitting_in(fresh, program):
                process.send(pid, signal.SIGKILL)
        shutil.rmtree(fresh, ignore_errors=True)


def _help(program: Path) -> str:
    return subprocess.run([program, "--help"], capture_output=True, text=True, check=False).stdout
