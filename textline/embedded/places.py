"""The data directory, its lock, and the short directory for sockets."""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from textline.embedded.account import foreign
from textline.embedded.errors import EmbeddedError

# A socket's path ends at 104 bytes on macOS, 108 on Linux; PostgreSQL's own part takes 24.
_LONGEST_BASE = 55
# A file in a data directory whose people have a password that everybody knows.
DEMONSTRATION = "demonstration"
DEMONSTRATION_WORDS = "This directory holds a demonstration, never a real line.\n"


def data_directory(data_dir: Path) -> Path:
    """Make the data directory if there is none, and return its real path.

    Raises:
        EmbeddedError: it cannot be made, or not written to.
    """
    # Under root PostgreSQL runs as another user, who has to pass through; each part inside is shut by itself.
    mode = 0o711 if os.geteuid() == 0 else 0o700
    try:
        data_dir.mkdir(mode=mode, parents=True, exist_ok=True)
        real = data_dir.resolve(strict=True)
        (real / "logs").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(
            f"The data directory {data_dir} cannot be made or entered ({error.strerror}): choose another with "
            "--data-dir or TEXTLINE_DATA_DIR."
        ) from None
    if not os.access(real, os.W_OK | os.X_OK):
        raise foreign(real, real)
    return real


@contextlib.contextmanager
def lock(path: Path) -> Iterator[bool]:
    """Hold a lock file while inside, if nobody else does; yields whether we do. It falls with our process."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError:
        raise foreign(path.parent, path if path.exists() else path.parent) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def write(path: Path, text: str) -> None:
    """Put a text, for our eyes only, into a file: all of it or nothing, whenever we are cut off."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read_json(path: Path) -> dict[str, object]:
    """What a file of ours holds; nothing when it is missing, cut short or garbage."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def socket_directory(data: Path) -> Path:
    """A short directory that nobody else can enter, always the same for a data directory, and empty."""
    base = Path(tempfile.gettempdir()).resolve()
    if len(os.fsencode(base)) > _LONGEST_BASE or not re.fullmatch(r"[\w./-]+", str(base), re.ASCII):
        base = Path("/tmp").resolve()  # noqa: S108 — a directory in it, of mode 0700
    found = data.stat()
    name = hashlib.sha256(f"{os.geteuid()}:{found.st_dev}:{found.st_ino}:{data}".encode()).hexdigest()[:12]
    chosen = base / f"textline-{name}"
    with contextlib.suppress(FileExistsError):
        chosen.mkdir(mode=0o700)
    if not _private(chosen):
        # Somebody was there first. They may look at an empty directory.
        chosen = Path(tempfile.mkdtemp(prefix="textline-", dir=base))
    for leftover in chosen.iterdir():
        leftover.unlink()
    return chosen


def _private(directory: Path) -> bool:
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or stat.S_IMODE(found.st_mode) != 0o700:
        return False
    # Under root it was perhaps handed to PostgreSQL's user at the last start: root takes it back.
    if os.geteuid() == 0:
        os.chown(directory, 0, 0, follow_symlinks=False)
    return os.geteuid() in (0, found.st_uid)
