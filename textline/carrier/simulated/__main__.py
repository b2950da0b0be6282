"""`python -m textline.carrier.simulated --port 8990 --data DIR`; the account comes from the environment."""

import argparse
import sys
from pathlib import Path

from textline import log
from textline.carrier.simulated.account import Keys
from textline.carrier.simulated.app import server
from textline.errors import SettingsError


def main() -> None:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m textline.carrier.simulated", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="where to listen, on 127.0.0.1")
    parser.add_argument("--data", type=Path, required=True, help="the directory that keeps its state")
    given = parser.parse_args()
    log.start("INFO")
    try:
        keys = Keys.from_environment()
    except SettingsError as error:
        sys.exit(str(error))
    server(keys, given.data, given.port).run()


if __name__ == "__main__":
    main()
