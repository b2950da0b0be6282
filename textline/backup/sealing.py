"""Streams into and out of the age format: nothing is held in memory but the piece at hand."""

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import pyrage
from pyrage import x25519

from textline.backup.errors import BackupError


class _Source:
    """Chunks as a file that can be read. Keeps what goes wrong in them: the library passes on words only."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = b""
        self.error: BaseException | None = None

    def read(self, size: int) -> bytes:
        try:
            while not self._left:
                self._left = next(self._chunks)
        except StopIteration:
            return b""
        except BaseException as error:
            self.error = error
            raise
        taken, self._left = self._left[:size], self._left[size:]
        return taken


def seal(chunks: Iterator[bytes], file: IO[bytes], to: Sequence[x25519.Recipient]) -> None:
    """Write chunks into a file, sealed. Raises what the chunks raise, and OSError."""
    source = _Source(chunks)
    try:
        pyrage.encrypt_io(source, file, list(to))
    except Exception as error:
        if source.error:
            raise source.error from None
        raise OSError(str(error)) from None


@contextlib.contextmanager
def opened(path: Path, identities: Sequence[x25519.Identity]) -> Iterator[IO[bytes]]:
    """What a sealed file holds, as a stream; all of it has been proven genuine when the block ends well.

    Raises:
        BackupError: the file is damaged, cut short, or for another key. Then what was read proves nothing.
    """
    reading, writing = os.pipe()
    opening = _Opening(path, identities, writing)
    opening.start()
    try:
        with os.fdopen(reading, "rb") as stream:
            try:
                yield stream
                while stream.read(1 << 16):  # what the reader had no use for has to be proven, too
                    pass
            finally:
                opening.wanted = False
    finally:
        opening.join()
        if opening.error is not None:
            raise _explained(path, opening.error) from None


class _Opening(threading.Thread):
    """Opens a file into a pipe: the library pushes, and who reads a tar pulls."""

    def __init__(self, path: Path, identities: Sequence[x25519.Identity], pipe: int) -> None:
        super().__init__(name="opening a backup")
        self._path = path
        self._identities = list(identities)
        self._pipe = pipe
        self.wanted = True
        self.error: Exception | None = None

    def run(self) -> None:
        """Never raises: what goes wrong while somebody still reads is kept."""
        with contextlib.suppress(BrokenPipeError), os.fdopen(self._pipe, "wb") as pipe:
            try:
                with self._path.open("rb") as file:
                    pyrage.decrypt_io(file, pipe, self._identities)
            except Exception as error:
                if (
                    self.wanted
                ):  # Kept before the pipe ends: whoever reads must not take that for the file's end.
                    self.error = error


def _explained(path: Path, error: Exception) -> BackupError:
    if "No matching keys" in str(error):
        return BackupError(
            f"{path} is not sealed to this key: name the file of the private key that belongs to the --recipient it "
            "was made with"
        )
    if isinstance(error, OSError) and error.strerror and error.errno:
        return BackupError(f"{path} cannot be read ({error.strerror})")
    if isinstance(error, pyrage.DecryptError):
        return BackupError(f"{path} is no backup, or is damaged or cut short: take another copy of it")
    return BackupError(f"{path} is damaged or cut short: take another copy of it, or an earlier backup")
