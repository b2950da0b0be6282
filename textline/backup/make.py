"""Make a backup: one instant of the record, the keys, and what still waits, sealed into one file."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from pyrage import x25519

from textline import __version__
from textline.backup import keyring, pack, programs, sealing
from textline.backup.errors import BackupError
from textline.backup.manifest import FORMAT, Manifest
from textline.config import Settings
from textline.embedded import places
from textline.store import whole
from textline.store.whole import Snapshot


@dataclass(frozen=True)
class Made:
    """A backup that was made: rows by table, texts that still waited, the file's bytes, and seconds taken."""

    counts: dict[str, int]
    waiting: int
    size: int
    seconds: float


def back_up(
    settings: Settings,
    target: Path,
    recipients: Sequence[x25519.Recipient],
    waiting: Sequence[str] = (),
    *,
    force: bool = False,
) -> Made:
    """Write a backup of the installation into `target`, readable by us alone, as a whole or not at all.

    `waiting` are acknowledged texts not yet recorded, as JSON. Read them before this begins: a text recorded
    between the two is then in both, where the other way round it could be in neither.

    Raises:
        BackupError: it could not be made, or there is such a file and no `force`.
        Unavailable: PostgreSQL cannot be reached.
    """
    if target.exists() and not force:
        raise BackupError(f"{target} is there already: choose another name, or overwrite it with --force")
    begun = time.monotonic()
    engine = whole.connected(settings.database_url)
    try:
        with whole.snapshot(engine) as snapshot, _written(target) as file:
            program = programs.to_dump(snapshot.server)
            manifest = _manifest(settings, snapshot, program.major)
            address = programs.Address(*whole.address(engine))
            with programs.dumping(program, address, snapshot.name, snapshot.tables) as dump:
                members = _members(manifest, settings, waiting, dump)
                sealing.seal(pack.packed(members, time.time()), file, recipients)
    except OSError as error:
        raise BackupError(
            f"{target} cannot be written ({error.strerror or error}): nothing was kept"
        ) from None
    finally:
        engine.dispose()
    return Made(snapshot.counts, len(waiting), target.stat().st_size, time.monotonic() - begun)


def _manifest(settings: Settings, snapshot: Snapshot, dumped_by: int) -> Manifest:
    if snapshot.revision is None:
        raise BackupError("The database holds no record: nothing to back up. See TEXTLINE_DATABASE_URL.")
    return Manifest(
        format=FORMAT,
        textline=__version__,
        revision=snapshot.revision,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        server=snapshot.server,
        dumped_by=dumped_by,
        demonstration=settings.demo and (settings.data_dir / places.DEMONSTRATION).exists(),
        counts=snapshot.counts,
    )


def _members(
    manifest: Manifest, settings: Settings, waiting: Sequence[str], dump: IO[bytes]
) -> Iterator[tuple[str, bytes]]:
    yield pack.MANIFEST, manifest.written()
    yield pack.KEYS, keyring.written(keyring.of(settings)).encode()
    yield pack.WAITING, "".join(f"{line}\n" for line in waiting).encode()
    pieces = dumped = 0
    for name, content in pack.pieces(dump):
        pieces, dumped = pieces + 1, dumped + len(content)
        yield name, content
    yield pack.END, pack.ending(pieces, dumped)


@contextmanager
def _written(target: Path) -> Iterator[IO[bytes]]:
    """A file beside the target that takes its place when the block has ended well."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
        directory = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(directory)  # the name, too, outlives a power cut
        finally:
            os.close(directory)
    finally:
        draft.unlink(missing_ok=True)
