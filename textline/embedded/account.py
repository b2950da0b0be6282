"""As whom a server runs. PostgreSQL refuses to run as root, so under root it gets another user."""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textline.embedded.errors import EmbeddedError


@dataclass(frozen=True)
class Account:
    """How to start a process as somebody: what precedes its command, what Popen is told, who owns its files."""

    owner: int | None = None
    group: int = -1
    prefix: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)

    def give(self, directory: Path) -> None:
        """Make a directory, with all in it, this account's own."""
        if self.owner is None or directory.stat().st_uid == self.owner:
            return
        for path in (*directory.rglob("*"), directory):
            os.chown(path, self.owner, self.group, follow_symlinks=False)


ONESELF = Account()


def unprivileged(data: Path, needed: list[Path]) -> Account:
    """The account for a server that refuses root; ourselves, when we are not root.

    Under root it is the user who owns the data directory or else `nobody`, if that user can reach everything
    `needed`. If not (a data directory or an installation below /root), it is root itself in a user namespace,
    where it has another number and no powers, and still reaches root's files.

    Raises:
        EmbeddedError: neither is possible here.
    """
    if os.geteuid() != 0:
        return ONESELF
    owner = data.stat()
    # initdb wants a user with a name: the number that owns a directory mounted into a container may have none.
    named = owner.st_uid != 0 and _name(owner.st_uid) != str(owner.st_uid)
    uid, gid = (owner.st_uid, owner.st_gid) if named else _nobody()
    shut = next((path for path in needed if not reachable(path, uid, gid)), None)
    if shut is None:
        return Account(uid, gid, options={"user": uid, "group": gid, "extra_groups": []})
    prefix = ("unshare", "--user", f"--map-user={uid}", f"--map-group={gid}", "--")
    if _works(prefix):
        return Account(0, 0, prefix)
    raise EmbeddedError(
        f"PostgreSQL does not run as root, and the user {_name(uid)} cannot enter {shut}: start Textline as "
        "an ordinary user, or keep data and installation where everybody may enter (as /var/lib/textline)."
    )


def refuse_foreign(data: Path, directories: list[Path]) -> None:
    """Stop before a server fails darkly on files that another user's start left behind.

    Raises:
        EmbeddedError: part of the data directory belongs to somebody else, and we are not root.
    """
    me = os.geteuid()
    if me == 0:
        return
    for directory in directories:
        for path in (directory, *(directory.glob("*") if os.access(directory, os.R_OK) else ())):
            if path.exists() and path.lstat().st_uid != me:
                raise foreign(data, path)


def foreign(data: Path, path: Path) -> EmbeddedError:
    """The error for what belongs to another user."""
    return EmbeddedError(
        f"{path} belongs to the user {_name(path.lstat().st_uid)}: start Textline as that user, hand it over "
        f"(sudo chown -R {_name(os.geteuid())} '{data}'), or choose another data directory."
    )


def reachable(path: Path, uid: int, gid: int) -> bool:
    """Whether a user may enter every directory above `path`, and `path` itself if it is one."""
    return all(_may_enter(place, uid, gid) for place in (path, *path.parents) if place.is_dir())


def _may_enter(place: Path, uid: int, gid: int) -> bool:
    found = place.stat()
    if found.st_uid == uid:
        return bool(found.st_mode & stat.S_IXUSR)
    return bool(found.st_mode & (stat.S_IXGRP if found.st_gid == gid else stat.S_IXOTH))


def _works(prefix: tuple[str, ...]) -> bool:
    if shutil.which(prefix[0]) is None:
        return False
    return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0


def _nobody() -> tuple[int, int]:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return entry.pw_uid, entry.pw_gid


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
