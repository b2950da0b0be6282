"""Look through a whole backup before anything is done with it: only its end proves that none of it was changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyrage import x25519

from textline.backup import keyring, manifest, pack, sealing
from textline.backup.errors import BackupError
from textline.backup.manifest import Manifest


@dataclass(frozen=True)
class Examined:
    """All of a backup but the record itself.

    Attributes:
        path: the file.
        identities: the private keys that open it.
        manifest: what it says of itself.
        keys: the settings that open what is sealed in it, by name.
        waiting: texts that were not yet in the record, one JSON object a line.
    """

    path: Path
    identities: Sequence[x25519.Identity]
    manifest: Manifest
    keys: dict[str, str]
    waiting: bytes


def examine(path: Path, identities: Sequence[x25519.Identity]) -> Examined:
    """Read a backup from one end to the other.

    Raises:
        BackupError: it cannot be read, is damaged, cut short, for another key, or of a newer Textline.
    """
    if not path.is_file():
        raise BackupError(f"There is no file {path}: name a backup that `textline backup` made.")
    small: dict[str, bytes] = {}
    dumped = pieces = 0
    with sealing.opened(path, identities) as stream:
        for name, content in pack.unpacked(stream):
            if name.startswith(pack.DUMP):
                dumped, pieces = dumped + len(content), pieces + 1
            else:
                small[name] = content
            if name == pack.MANIFEST:
                manifest.read(content)  # of a newer Textline: say so before its other parts surprise us
    found = manifest.read(small.get(pack.MANIFEST, b""))
    keys = keyring.read(small.get(pack.KEYS, b"").decode())
    if not keys.keys() >= keyring.NAMES or small.get(pack.END) != pack.ending(pieces, dumped):
        raise BackupError(f"{path} is not whole: take another copy of it, or an earlier backup")
    return Examined(path, identities, found, keys, small.get(pack.WAITING, b""))
