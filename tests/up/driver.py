"""Runs `up` over the fakes: `python driver.py DATA_DIR '{"port": …, "seed": …, "migrate": …, "children": {…}}'`."""

import json
import sys
from pathlib import Path

from textline.up import crew, steps
from textline.up.plan import Child, Plan
from textline.up.run import run

FAKES = (sys.executable, str(Path(__file__).with_name("fakes.py")))


def web(name: str, port: str, asked: str, answered: str) -> Child:
    return Child(name, (*FAKES, "web", port, answered), port, asked)


def main() -> int:
    options = json.loads(sys.argv[2])
    crew.TRIES = options.get("tries", crew.TRIES)
    steps.READY_LIMIT = options.get("limit", 30.0)
    others = options.get("children", {"clock": "idle"})
    plan = Plan(
        migrate=(*FAKES, options.get("migrate", "migrate")),
        seed=(*FAKES, "seed"),
        carrier=web("carrier", "{carrier_port}", "/simulated/health", "/simulated/health"),
        children=(
            web("web", "{port}", "/health/ready", options.get("path", "/health/ready")),
            *(Child(name, (*FAKES, kind)) for name, kind in others.items()),
        ),
    )
    return run(Path(sys.argv[1]), options.get("port"), options.get("seed", True), plan)


if __name__ == "__main__":
    sys.exit(main())
