"""pg_dump and pg_restore: the right ones of those that are here, run without a password on their command line."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from textline.backup.errors import BackupError
from textline.embedded import binaries

# From this version on pg_restore says things that an older server does not understand.
_SAYS_MORE = 17


@dataclass(frozen=True)
class Program:
    """A program, and PostgreSQL's major version that it came with."""

    path: Path
    major: int


@dataclass(frozen=True)
class Address:
    """Where a database is, as libpq wants it; the password goes through the environment, which others cannot see."""

    conninfo: str
    password: str | None


def to_dump(server: int) -> Program:
    """The pg_dump for a server of this major version: its own, or the next newer one.

    Raises:
        BackupError: there is none.
    """
    fit = [program for program in _found("pg_dump") if program.major >= server]
    return _least(fit, f"PostgreSQL {server}'s pg_dump, or a newer one, is needed", server)


def to_restore(server: int, dumped_by: int) -> Program:
    """The pg_restore for a server, and a dump made by `pg_dump` of a major version.

    Raises:
        BackupError: there is none.
    """
    if dumped_by > server and dumped_by >= _SAYS_MORE:
        raise BackupError(
            f"The backup was made with PostgreSQL {dumped_by}'s pg_dump, and this server is PostgreSQL {server}: "
            f"restore into a server of version {dumped_by} or newer."
        )
    fit = [
        program
        for program in _found("pg_restore")
        if program.major >= max(server, dumped_by) and (server >= _SAYS_MORE or program.major < _SAYS_MORE)
    ]
    return _least(fit, f"PostgreSQL {max(server, dumped_by)}'s pg_restore is needed", max(server, dumped_by))


@contextmanager
def dumping(program: Program, address: Address, snapshot: str, tables: Iterable[str]) -> Iterator[IO[bytes]]:
    """The dump of these tables, as a stream, in PostgreSQL's custom format.

    Raises:
        BackupError: pg_dump failed; known when the block ends, so what was read is worth nothing until then.
    """
    line = [str(program.path), "--format=custom", "--compress=1", "--no-owner", "--no-privileges"]
    line += [f"--snapshot={snapshot}", "--lock-wait-timeout=60s", "--no-password"]
    line += [f"--table={table}" for table in sorted(tables)]
    with _running([*line, f"--dbname={address.conninfo}"], address, stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield process.stdout


@contextmanager
def restoring(program: Program, address: Address) -> Iterator[IO[bytes]]:
    """Takes a dump; it is in the database, as a whole, when the block has ended well.

    Raises:
        BackupError: pg_restore failed, and the database is as before.
    """
    line = [str(program.path), "--format=custom", "--single-transaction", "--exit-on-error", "--no-owner"]
    line += ["--no-privileges", "--no-password", f"--dbname={address.conninfo}"]
    with _running(line, address, stdin=subprocess.PIPE) as process:
        assert process.stdin
        yield process.stdin


@contextmanager
def _running(
    line: list[str], address: Address, stdin: int = subprocess.DEVNULL, stdout: int = subprocess.DEVNULL
) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TEXTLINE_")}
    environment |= {"PGPASSWORD": address.password} if address.password else {}
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(line, stdin=stdin, stdout=stdout, stderr=errors, env=environment)
        try:
            yield process
            if process.stdin:
                process.stdin.close()
            failed = process.wait() != 0
        except BrokenPipeError:  # It ended before it had read all: it says why.
            failed = True
        except BaseException:
            process.kill()  # Before its input ends: an input cut short must not look like a whole one.
            raise
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(BrokenPipeError):
                    if pipe:
                        pipe.close()
        if failed:
            raise BackupError(f"{Path(line[0]).name} failed: {_why(errors)}")


def _why(errors: IO[bytes]) -> str:
    """Its first error, without the details: those quote rows."""
    errors.seek(0)
    lines = errors.read(20_000).decode(errors="replace").splitlines()
    said = [line for line in lines if "error:" in line.lower()]
    return (said or lines or ["it says nothing"])[0][:300]


def _found(name: str) -> list[Program]:
    on_path = shutil.which(name)
    places = [Path(on_path)] if on_path else []
    places += [bin / name for bin in binaries.clients()]
    found = [Program(path, _major(path)) for path in places]
    return [program for program in found if program.major]


def _major(path: Path) -> int:
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return 0
    number = re.search(r"\) (\d+)", said.stdout)
    return int(number[1]) if number else 0


def _least(fit: list[Program], wanted: str, version: int) -> Program:
    if not fit:
        raise BackupError(
            f"{wanted}, and is not here: install the client programs of PostgreSQL {version} (the package is often "
            f"called postgresql-client-{version}) and put them on PATH."
        )
    return min(fit, key=lambda program: program.major)
