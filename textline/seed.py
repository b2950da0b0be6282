"""A demonstration organization: fictional people, a simulated number, and the published hotlines.

Run by `textline up` when the carrier is simulated. Made once; afterwards it only says who is there.
"""

import json
import sys

from textline import config, runtime
from textline.errors import TextlineError
from textline.flow import connect, set_up, sign_in
from textline.rules.access import Role
from textline.rules.hotlines import emergency_number, for_country
from textline.store import hotlines, lines, organizations, people

ORGANIZATION = "Harbor Peer Line"
# For demonstration only: the simulated carrier reaches nobody. Never used with a real number.
PASSWORD = "demonstration only"  # noqa: S105
PEOPLE = (
    ("Ada", Role.ADMIN),
    ("Ruth", Role.SUPERVISOR),
    ("Maya", Role.VOLUNTEER),
    ("Sam", Role.VOLUNTEER),
)


def email(name: str) -> str:
    """A demonstration person's address."""
    return f"{name.lower()}@harbor.example"


def seed(run: runtime.Runtime) -> dict[str, object]:
    """Make the demonstration, unless it is there; returns its line and people."""
    with run.everywhere() as everywhere:
        there = any(o.name == ORGANIZATION for o in organizations.every(everywhere))
    if not there:
        _make(run)
    with run.everywhere() as everywhere:
        organization = next(o for o in organizations.every(everywhere) if o.name == ORGANIZATION)
        scope = everywhere.within(organization.id)
        line = lines.every(scope)[0]
    connect.connect(run, organization.id, line.id, by=None)  # the web's address may be another than last time
    shown = [
        {"name": name, "role": role, "email": email(name), "password": PASSWORD} for name, role in PEOPLE
    ]
    return {"organization": ORGANIZATION, "line": line.number, "people": shown}


def _make(run: runtime.Runtime) -> None:
    number = run.carrier.numbers()[0].number
    organization, _ = sign_in.add_admin(run, ORGANIZATION, PEOPLE[0][0], email(PEOPLE[0][0]), PASSWORD)
    password_hash = sign_in.hash_password(PASSWORD)
    with run.unit(organization.id) as unit:
        for name, role in PEOPLE[1:]:
            people.add(unit, name, email(name), role, password_hash)
        admin = people.every(unit)[0]
        line = set_up.add_line(unit, admin, "Harbor", number, "en", "America/New_York")
        set_up.set_pace(
            unit, admin, line.id, 100
        )  # the simulated carrier's: nobody need wait for a demonstration
        rows = hotlines.of_country(unit, line.country)
        _review(unit, admin, rows)


def _review(unit: runtime.Unit, admin: people.Person, rows: list[hotlines.Hotline]) -> None:
    """Stands in for the admin's own review, which a real line cannot go without."""
    for row in rows:
        if row.serves == "everyone" or row.emergency:
            set_up.review_hotline(unit, admin, row.id, reviewed=True)
    choices = [row.choice for row in rows]
    assert for_country(choices, rows[0].country) is not None
    assert emergency_number(choices, rows[0].country) is not None


def main() -> None:
    """Seed the installation that the environment names, and print what there is as JSON."""
    try:
        run = runtime.start(config.load())
        print(json.dumps(seed(run)))  # noqa: T201
    except TextlineError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
