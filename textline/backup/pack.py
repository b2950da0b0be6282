"""The tar inside a backup. The dump is cut into pieces, since its size is not known before it is there."""

import json
import tarfile
from collections.abc import Iterator
from typing import IO

from textline.backup.errors import BackupError

PIECE = 4 << 20  # bytes
MANIFEST, KEYS, WAITING, END = "manifest.json", "keys.env", "waiting.jsonl", "end.json"
DUMP = "record.dump."
_BLOCK = tarfile.BLOCKSIZE


def packed(members: Iterator[tuple[str, bytes]], at: float) -> Iterator[bytes]:
    """Members as a tar; `at` is their time, in seconds since 1970."""
    for name, content in members:
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = len(content), int(at), 0o600
        yield info.tobuf(tarfile.USTAR_FORMAT)
        yield content
        yield bytes(-len(content) % _BLOCK)
    yield bytes(2 * _BLOCK)


def pieces(stream: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """A dump as members."""
    number = 0
    while content := stream.read(PIECE):
        yield f"{DUMP}{number:05d}", content
        number += 1


def ending(pieces: int, dumped: int) -> bytes:
    """The last member: how many pieces the dump has, and bytes in all."""
    return json.dumps({"pieces": pieces, "bytes": dumped}).encode()


def unpacked(stream: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """The members of a tar, one in memory at a time.

    Raises:
        BackupError: it is none.
    """
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                file = archive.extractfile(member)
                yield member.name, file.read() if file else b""
    except tarfile.TarError:
        raise BackupError("This file holds no backup of Textline: name one that it made.") from None
