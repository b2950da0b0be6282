"""`textline backup`, `textline restore` and `textline keys new-backup`."""

import time
from pathlib import Path
from typing import Annotated

import typer

from textline import backup, runtime
from textline.backup import BackupError
from textline.backup.keyring import written
from textline.embedded import places
from textline.flow.waiting import waiting
from textline.installation import installation, vacancy

DataDir = Annotated[
    Path, typer.Option("--data-dir", envvar="TEXTLINE_DATA_DIR", help="Where everything is kept.")
]
HERE = Path(".textline")


def make(
    to: Annotated[Path, typer.Option(help="The file to write.")],
    recipient: Annotated[
        list[str], typer.Option(help="A public key, age1…, that it is sealed to; may be given again.")
    ],
    data_dir: DataDir = HERE,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Back up the record and its keys into one sealed file, while everything runs."""
    keys = backup.recipients(recipient)
    with installation(data_dir) as settings:
        run = runtime.start(settings)
        try:
            left = waiting(run)  # before the snapshot: see back_up
        finally:
            run.close()
        made = backup.back_up(settings, to, keys, left or [], force=force)
    print(f"{to}: {_said(made.counts)}; {made.size:,} bytes in {made.seconds:.1f} s")
    if left is None:
        typer.echo("Redis cannot be reached: texts that wait in it are not in this backup.", err=True)


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    identity: Annotated[Path, typer.Option(help="The file of the private key.")],
    data_dir: DataDir = HERE,
    keys_to: Annotated[
        Path | None, typer.Option(help="Take only the keys out, into this file, and restore nothing.")
    ] = None,
) -> None:
    """Restore a backup into an installation that holds nothing yet."""
    begun = time.monotonic()
    found = backup.examine(file, backup.identities(identity))
    if keys_to is not None:
        if keys_to.exists():
            raise BackupError(f"{keys_to} is there already: choose another name")
        places.write(keys_to, written(found.keys))
        print(f"The keys are in {keys_to}. Who has them can read the record: keep the file to yourself.")
        return
    with vacancy(data_dir) as place:
        done = backup.restore(place, found)
    made = f"made at {found.manifest.made_at} by Textline {found.manifest.textline}"
    print(f"Restored from a backup {made}: {_said(done.counts)}; in {time.monotonic() - begun:.1f} s.")
    if done.waiting:
        print(f"{done.waiting} texts had not been recorded yet: they are as soon as Textline runs.")
    if done.doubted:
        print(f"{done.doubted} texts were on their way out: Twilio's log will tell whether they went.")
    start = f"textline up --data-dir {data_dir}" if place.data else "the processes of the Procfile"
    print(f"Now start {start}, and then see what `textline doctor` says.")


def new_pair(
    file: Annotated[Path, typer.Argument(help="Where the private key goes; keep it away from this machine.")],
) -> None:
    """Make a pair of keys for backups: the private one goes into a file, the public one is printed."""
    print(backup.new_identity(file))


def _said(counts: dict[str, int]) -> str:
    named = ("organizations", "people", "texters", "conversations", "messages")
    return ", ".join(f"{name} {counts.get(name, 0):,}" for name in named)
