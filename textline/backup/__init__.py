"""Backups: the record and its keys in one file, sealed to a public key of the operator's, and their way back.

The file is a tar in the age format (age-encryption.org), so that with standard programs alone
`age -d -i KEYFILE FILE | tar x` gives: `manifest.json`; `keys.env`; `waiting.jsonl`, acknowledged texts not yet in
the record; `record.dump.00000` and so on, which put together are for pg_restore; and `end.json`.
"""

from textline.backup.errors import BackupError
from textline.backup.examine import Examined, examine
from textline.backup.keypair import identities, new_identity, recipients
from textline.backup.make import Made, back_up
from textline.backup.restore import Place, Restored, restore

__all__ = [
    "BackupError",
    "Examined",
    "Made",
    "Place",
    "Restored",
    "back_up",
    "examine",
    "identities",
    "new_identity",
    "recipients",
    "restore",
]
