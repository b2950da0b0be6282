"""The operator's pair of keys: backups are sealed to the public one, and only the private one opens them."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pyrage import IdentityError, RecipientError, x25519

from textline.backup.errors import BackupError


def new_identity(path: Path) -> str:
    """Make a pair: the private key goes into a new file that only we may read; returns the public one.

    The file is as age-keygen writes it.

    Raises:
        BackupError: there is such a file already, or it cannot be written.
    """
    identity = x25519.Identity.generate()
    public = str(identity.to_public())
    made = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"# created: {made}\n# public key: {public}\n{identity}\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise BackupError(
            f"{path} is there already, and may be the only key to older backups: choose another name"
        ) from None
    except OSError as error:
        raise BackupError(f"{path} cannot be written ({error.strerror}): choose another place") from None
    return public


def recipients(keys: Sequence[str]) -> list[x25519.Recipient]:
    """Public keys, as they are typed.

    Raises:
        BackupError: one is no such key.
    """
    try:
        return [x25519.Recipient.from_str(key.strip()) for key in keys]
    except RecipientError:
        raise BackupError(
            "--recipient wants a public key, age1 and 58 more characters: `textline keys new-backup KEYFILE` makes "
            "one and prints it"
        ) from None


def identities(path: Path) -> list[x25519.Identity]:
    """The private keys in a file.

    Raises:
        BackupError: it cannot be read, or holds none.
    """
    try:
        lines = path.read_text().splitlines()
        found = [x25519.Identity.from_str(line.strip()) for line in lines if line.strip() and line[0] != "#"]
    except OSError as error:
        raise BackupError(
            f"{path} cannot be read ({error.strerror}): name the file of the private key"
        ) from None
    except (IdentityError, UnicodeDecodeError):
        found = []
    if not found:
        raise BackupError(
            f"{path} holds no private key: name the file that `textline keys new-backup` wrote, with a line "
            "AGE-SECRET-KEY-…"
        )
    return found
