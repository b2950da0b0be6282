"""Textline as the system under trial."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from textline import config, seed
from textline.chaos import opened
from textline.chaos.place import Place
from textline.chaos.record import Record
from textline.chaos.target import Person, Scene, Standing
from textline.flow import sign_in
from textline.rules.access import Role
from textline.runtime import Runtime, start
from textline.store import people
from textline.store.database import Store
from textline.up import values
from textline.up.plan import PLAN, Child
from textline.up.steps import step

_VOLUNTEERS = 4  # besides the two of the demonstration
_CAPACITY = 20  # conversations at once: all texters of a run find somebody, most of the time


class Textline:
    """What `textline up` runs, with more volunteers than the demonstration has."""

    patience_s = 120.0

    def __init__(self) -> None:
        self._store: Store | None = None

    def prepare(self, place: Place) -> Scene:
        """Migrate, make the demonstration's line, and add volunteers."""
        step("migrate", PLAN.migrate, place.environment, place.data, place.guard, place.stopping)
        made = json.loads(
            step("seed", PLAN.seed, place.environment, place.data, place.guard, place.stopping) or "{}"
        )
        with _runtime(place) as run:
            _add_volunteers(run)
        who = [Person(p["email"], p["password"], p["role"] != Role.VOLUNTEER) for p in made["people"]]
        more = [Person(_email(n), seed.PASSWORD, False) for n in range(_VOLUNTEERS)]
        return Scene(made["line"], (*who, *more))

    def processes(self, place: Place) -> tuple[Child, ...]:
        """The Procfile's processes."""
        return tuple(child.filled(place.filling) for child in PLAN.children)

    def standing(self, place: Place) -> Standing:
        """Texts recorded, and texts on their way in the record."""
        return Standing(*opened.standing(self._opened(place)))

    def read(self, place: Place) -> Record:
        """The whole record."""
        return opened.read(self._opened(place))

    def _opened(self, place: Place) -> Store:
        if self._store is None:
            self._store = Store.from_settings(_settings(place))
        return self._store


def _settings(place: Place) -> config.Settings:
    found = {name: value for name, value in place.environment.items() if name.startswith(values.PREFIX)}
    return config.load(**{name.removeprefix(values.PREFIX).lower(): value for name, value in found.items()})


@contextmanager
def _runtime(place: Place) -> Iterator[Runtime]:
    run = start(_settings(place))
    try:
        yield run
    finally:
        run.close()


def _add_volunteers(run: Runtime) -> None:
    with run.everywhere() as everywhere:
        found = people.by_email(everywhere, seed.email(seed.PEOPLE[0][0]))
        assert found is not None
        organization = found.organization_id
    password_hash = sign_in.hash_password(seed.PASSWORD)
    with run.unit(organization) as unit:
        for n in range(_VOLUNTEERS):
            people.add(unit, f"Volunteer {n + 1}", _email(n), Role.VOLUNTEER, password_hash)
        for person in people.every(unit):
            person.capacity = _CAPACITY


def _email(n: int) -> str:
    return seed.email(f"volunteer-{n + 1}")
