"""`textline up`: everything Textline needs, started in order, kept running, and ended together."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from textline import config
from textline.embedded import Servers, places, servers
from textline.embedded.account import refuse_foreign
from textline.embedded.guard import Guard
from textline.errors import TextlineError
from textline.up import values
from textline.up.announce import announced, demo, say
from textline.up.crew import Crew, end_orphans
from textline.up.errors import UpError
from textline.up.plan import PLAN, Plan
from textline.up.ports import port as chosen_port
from textline.up.steps import await_ready, compile_ahead, step
from textline.up.stopping import Stopping


def up(data_dir: Path, port: int | None, seed: bool, demo: bool = False) -> int:
    """Run Textline until it is asked to stop; returns the exit status. For the main thread.

    With `demo` the settings of a real line, its servers included, are left alone.
    """
    return run(data_dir, port, seed, PLAN, demo)


def run(data_dir: Path, port: int | None, seed: bool, plan: Plan, demo: bool = False) -> int:
    """As `up`, with a plan of what to run."""
    stopping = Stopping()
    try:
        with stopping.listening(), _held(data_dir) as data:
            _Run(data, port, seed, plan, stopping, values.given(demo)).all()
    except TextlineError as error:
        say(str(error))
        return 1
    return 0


class _Run:
    def __init__(
        self, data: Path, port: int | None, seed: bool, plan: Plan, stopping: Stopping, found: dict[str, str]
    ) -> None:
        self._data = data
        self._seed = seed
        self._plan = plan
        self._stopping = stopping
        self._found = found
        self._fake = values.simulated(self._found)
        self._wanted = port or values.wanted_port(self._found)

    def all(self) -> None:
        end_orphans(self._data)
        state = places.read_json(self._data / "state.json")
        if (self._data / places.DEMONSTRATION).exists() and not self._fake:
            raise UpError(
                f"{self._data} holds a demonstration, whose passwords everybody knows: choose another --data-dir "
                "for a real line, or unset the TEXTLINE_TWILIO_… settings."
            )
        secrets = values.keys(self._data, self._found, used_before=bool(state))
        with contextlib.ExitStack() as stack:
            port = stack.enter_context(chosen_port(self._wanted, state.get("port")))
            last = state.get("carrier_port")
            other = stack.enter_context(chosen_port(None, last, port + 1)) if self._fake else None
            say(f"Textline is starting. Its data and logs: {self._data}")
            running = stack.enter_context(self._servers())
            places.write(self._data / "state.json", json.dumps({"port": port, "carrier_port": other}))
            found = {**secrets, **self._addresses(running), **self._found}
            settings = values.composed(self._data, found, self._fake, port, other)
            _check(settings)
            filling = {"port": str(port), "carrier_port": str(other), "data": str(self._data)}
            self._work(settings, running, filling, stack.enter_context(contextlib.closing(Guard())))

    def _servers(self) -> contextlib.AbstractContextManager[Servers]:
        database = "TEXTLINE_DATABASE_URL" not in self._found
        redis = "TEXTLINE_REDIS_URL" not in self._found
        if not database and not redis:
            return contextlib.nullcontext(Servers())
        return servers(self._data, database, redis, attach=False, hurry=self._stopping.hurry)

    def _addresses(self, running: Servers) -> dict[str, str]:
        urls = {"TEXTLINE_DATABASE_URL": running.database_url, "TEXTLINE_REDIS_URL": running.redis_url}
        return {name: url for name, url in urls.items() if url}

    def _work(
        self, settings: dict[str, str], running: Servers, filling: dict[str, str], guard: Guard
    ) -> None:
        environment = values.environment(settings)
        compile_ahead()
        crew = Crew(environment, self._data, guard, say)
        try:
            step("migrate", self._plan.migrate, environment, self._data, guard, self._stopping)
            if self._fake:
                crew.add(self._plan.carrier.filled(filling))
                await_ready(crew, self._stopping)
            seeded = self._seeded(environment, guard)
            crew.add(*(child.filled(filling) for child in self._plan.children))
            if await_ready(crew, self._stopping):
                shown = demo(settings, seeded, filling["port"]) if self._fake else None
                with announced(self._data, shown, filling["port"]):
                    self._keep(crew, running)
            say("Textline is stopping.")
        finally:
            crew.stop(self._stopping.hurry)

    def _seeded(self, environment: dict[str, str], guard: Guard) -> dict[str, object]:
        if self._stopping.asked or not (self._seed and self._fake):
            return {}
        places.write(self._data / places.DEMONSTRATION, places.DEMONSTRATION_WORDS)
        output = step("seed", self._plan.seed, environment, self._data, guard, self._stopping)
        try:
            seeded = json.loads(output or "{}")
        except ValueError:
            seeded = None
        if not isinstance(seeded, dict):
            raise UpError(
                "seed wrote something else than one JSON object: run `textline up --no-seed`, and tell us."
            )
        return seeded

    def _keep(self, crew: Crew, running: Servers) -> None:
        while not self._stopping.wait(0.5):
            for name in running.ensure():
                say(f"{name} had ended, and runs again.")
            crew.tend()


@contextlib.contextmanager
def _held(data_dir: Path) -> Iterator[Path]:
    data = places.data_directory(data_dir)
    with places.lock(data / "up.lock") as ours:
        if not ours:
            port = places.read_json(data / "state.json").get("port")
            raise UpError(
                f"Textline is running already over {data}"
                + (f" (http://localhost:{port})" if port else "")
                + ": stop it first, or choose another --data-dir."
            )
        refuse_foreign(data, [data / "logs"])
        (data / "demo.json").unlink(missing_ok=True)
        places.write(data / ".gitignore", "*\n")  # keys must not get into anybody's repository
        yield data


def _check(settings: dict[str, str]) -> None:
    config.load(**{name.removeprefix(values.PREFIX).lower(): value for name, value in settings.items()})
