"""Write requirements.lock (to run and build) and requirements-dev.lock (to test) from pyproject.toml.

Run by `make lock`. Hashes are kept, download addresses are not.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = tomllib.loads(Path("pyproject.toml").read_text())
OPTIONS = ["--universal", "--python-version=3.11", "--generate-hashes", "--no-emit-index-url", "--no-header"]


def compile_lock(wanted: list[str], target: str, *more: str) -> None:
    """Resolve `wanted` into `target`; a requirement that is already pinned there stays as it is."""
    subprocess.run(
        [sys.executable, "-m", "uv", "pip", "compile", "-q", *OPTIONS, *more, "-", "-o", target],
        input="\n".join(wanted),
        text=True,
        check=True,
    )


run = PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"]
compile_lock(run, "requirements.lock")
compile_lock(PROJECT["dependency-groups"]["dev"], "requirements-dev.lock", "-c", "requirements.lock")
