"""Workers: `python -m workers urgent + soon` is two processes, each on the queues named between the `+`."""

import sys
from importlib import import_module

from textline.flow import screen
from textline.live.jobs import FUNCTIONS, QUEUES
from textline.processes import Family
from workers.process import settings
from workers.worker import RECORD, work

_JOB_LIMIT_S = 60.0


def main() -> None:
    """Work on the queues named on the command line."""
    groups = [" ".join(group.split()) for group in " ".join(sys.argv[1:]).split("+")]
    named = {name for group in groups for name in group.split()}
    if named - set(QUEUES) or not all(groups):
        sys.exit(f"Name one or more queues, with + between processes: {', '.join(QUEUES)}.")
    settings()  # a wrong one is said once
    for function in FUNCTIONS.values():
        import_module(function.rsplit(".", 1)[0])
    if named & RECORD:
        screen.make_ready()
    sys.exit(Family(groups, work, beating=False, end_limit_s=_JOB_LIMIT_S).keep())


if __name__ == "__main__":
    main()
