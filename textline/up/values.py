"""The settings that `textline up` finds, and those it makes up once and keeps.

`keys.env` in the data directory holds what was made up: losing it is losing the data it seals.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from dotenv import dotenv_values

from textline.embedded import places
from textline.embedded.account import foreign
from textline.up.errors import UpError
from textline.up.ports import FIRST

PREFIX = "TEXTLINE_"
ACCOUNT, TOKEN = "TEXTLINE_TWILIO_ACCOUNT_SID", "TEXTLINE_TWILIO_AUTH_TOKEN"
SEALING = ("TEXTLINE_SECRET_KEYS", "TEXTLINE_LOOKUP_KEY")
_MAKERS = {
    "TEXTLINE_SECRET_KEYS": lambda: Fernet.generate_key().decode(),
    "TEXTLINE_LOOKUP_KEY": lambda: secrets.token_urlsafe(48),
    ACCOUNT: lambda: "AC" + secrets.token_hex(16),
    TOKEN: lambda: secrets.token_hex(16),
}


def given(demo: bool = False) -> dict[str, str]:
    """The settings that are set, from the environment or else `.env`, as `config.Settings` reads them.

    Of those a demonstration takes the log level alone: it must touch nothing that is real.
    """
    found: dict[str, str] = {}
    for source in (dotenv_values(".env", encoding="utf-8"), os.environ):
        found |= {name.upper(): value for name, value in source.items() if value}
    return {
        n: v for n, v in found.items() if n.startswith(PREFIX) and (not demo or n == "TEXTLINE_LOG_LEVEL")
    }


def known(data_dir: Path) -> dict[str, str]:
    """The settings that `up` works with over a data directory, all but the embedded servers' addresses.

    For a command in a second terminal: what is set wins, and what `up` made up, or would, fills the gaps.

    Raises:
        EmbeddedError: the directory cannot be used.
        UpError: its keys are gone.
    """
    data, found = places.data_directory(data_dir), given()
    state = places.read_json(data / "state.json")
    found |= keys(data, found, used_before=bool(state))
    port, carrier_port = state.get("port", FIRST), state.get("carrier_port", FIRST + 1)
    return composed(data, found, simulated(given()), port, carrier_port)


def simulated(found: dict[str, str]) -> bool:
    """Whether there is no Twilio account, so that the simulated carrier takes its place."""
    return ACCOUNT not in found


def kept(data: Path) -> dict[str, str]:
    """What `keys.env` holds.

    Raises:
        EmbeddedError: it belongs to another user.
    """
    path = data / "keys.env"
    if path.exists() and not os.access(path, os.R_OK):
        raise foreign(data, path)
    return {name: value for name, value in dotenv_values(path, interpolate=False).items() if value}


def keys(data: Path, found: dict[str, str], used_before: bool) -> dict[str, str]:
    """The secrets that are not set, made once and kept.

    Raises:
        UpError: they should be there from before, and are not.
    """
    here = kept(data)
    needed = [*SEALING, *([ACCOUNT, TOKEN] if simulated(found) else [])]
    missing = [name for name in needed if name not in found and name not in here]
    lost = [name for name in missing if name in SEALING]
    if lost and used_before:
        raise UpError(
            f"{' and '.join(lost)} is gone, and without it the texts in {data} cannot be read: restore "
            f"{data / 'keys.env'} from a backup or set it as before; or remove {data} to begin anew."
        )
    if missing:
        here |= {name: _MAKERS[name]() for name in missing}
        places.write(data / "keys.env", "".join(f"{name}={value}\n" for name, value in here.items()))
    return {name: value for name, value in here.items() if name in needed and name not in found}


def wanted_port(found: dict[str, str]) -> int | None:
    """The port in the public address, if it is one to listen on: not that of a proxy that speaks TLS.

    Raises:
        UpError: it is no port.
    """
    try:
        address = urlsplit(found.get("TEXTLINE_PUBLIC_URL", ""))
        return address.port if address.scheme == "http" else None
    except ValueError:
        raise UpError("TEXTLINE_PUBLIC_URL: the port must be a number from 1 to 65535") from None


def composed(
    data: Path, found: dict[str, str], fake: bool, port: object, carrier_port: object
) -> dict[str, str]:
    """All settings together, for the children's environment."""
    settings = {"TEXTLINE_PUBLIC_URL": f"http://localhost:{port}"} | found
    settings["TEXTLINE_DATA_DIR"] = str(data)
    if fake:
        settings |= {"TEXTLINE_DEMO": "1", "TEXTLINE_TWILIO_API_URL": f"http://127.0.0.1:{carrier_port}"}
    return settings


def environment(settings: dict[str, str]) -> dict[str, str]:
    """The whole environment of a child: ours, with these settings and no others."""
    ours = {name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)}
    return {**ours, **settings, "PYTHONUNBUFFERED": "1"}
