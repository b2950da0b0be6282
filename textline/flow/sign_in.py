"""Sign in and out; invitations; the first admin."""

import hashlib
import secrets
import threading
from datetime import timedelta
from functools import cache

from pwdlib import PasswordHash

from textline.errors import Invalid, NotAllowed
from textline.rules.access import Role
from textline.runtime import Runtime
from textline.seal import Seal
from textline.store import events, organizations, people, sessions
from textline.store.base import Everywhere
from textline.store.organizations import Organization
from textline.store.people import Invitation, Person

_passwords = PasswordHash.recommended()

SHORTEST_PASSWORD = 10
FAILURES_FOR_BOTH = 8  # an address and a place: a stranger elsewhere does not lock somebody out
FAILURES_FOR_AN_ADDRESS = 100
FAILURES_FROM_A_PLACE = 40
WITHIN = timedelta(minutes=15)
# Argon2 takes 64 MiB a time: a crowd at the door must not take the memory of the rest.
_few_at_once = threading.BoundedSemaphore(4)
_WRONG = "This address and password do not go together."
_TOO_MANY = "Too many tries. Wait a quarter of an hour, or ask an admin for a link to a new password."


@cache
def _nobody() -> str:
    """Checked when nobody has the address, so that the answer takes as long as for somebody who is there."""
    return _passwords.hash(secrets.token_urlsafe(16))


def sign_in(runtime: Runtime, email: str, password: str, place: str) -> str:
    """Check a password and begin a session; returns the token for the cookie.

    Raises:
        NotAllowed: wrong, or tried too often.
    """
    return begin(runtime, check(runtime, email, password, place))


def check(runtime: Runtime, email: str, password: str, place: str, wrong: str = _WRONG) -> Person:
    """Whose address and password these are.

    `place` is where the attempt comes from (an address of the network); failures are counted for both. `wrong`: what
    is said when they do not go together.

    Raises:
        NotAllowed: wrong, or tried too often.
    """
    keys = {
        _key_of(runtime.seal, email): FAILURES_FOR_AN_ADDRESS,
        runtime.seal.hash("sign-in", people.clean_email(email), place): FAILURES_FOR_BOTH,
        runtime.seal.hash("sign-in-from", place): FAILURES_FROM_A_PLACE,
    }
    with runtime.everywhere() as everywhere:
        if any(sessions.failures(everywhere, key, WITHIN) >= most for key, most in keys.items()):
            raise NotAllowed(_TOO_MANY)
        for key in keys:  # counted before the password is looked at, so that a burst counts too
            sessions.note_failure(everywhere, key)
        person = people.by_email(everywhere, email)
    with _few_at_once:
        nobody = _nobody()
        right, newer = _passwords.verify_and_update(password, person.password_hash if person else nobody)
    if person is None or not right or person.disabled_at is not None:
        raise NotAllowed(wrong)
    with runtime.everywhere() as everywhere:
        for key in keys:
            sessions.forgive(everywhere, key, just_one=True)
        if newer:
            people.rehash(everywhere, person.id, newer)
    return person


def _key_of(seal: Seal, email: str) -> str:
    return seal.hash("sign-in", people.clean_email(email))


def begin(runtime: Runtime, person: Person) -> str:
    """A new session for somebody who has shown who they are; returns the token for the cookie."""
    token = secrets.token_urlsafe(32)
    with runtime.everywhere() as everywhere:
        sessions.start(everywhere, hash_token(token), person)
    with runtime.unit(person.organization_id) as unit:
        events.note(unit, "person:signed_in", by=person.id)
    return token


def whose(runtime: Runtime, token: str) -> Person | None:
    """The person behind a cookie, or None."""
    with runtime.everywhere() as everywhere:
        return sessions.person(everywhere, hash_token(token))


def sign_out(runtime: Runtime, token: str) -> None:
    """End the session."""
    with runtime.everywhere() as everywhere:
        sessions.end(everywhere, hash_token(token))


def hash_token(token: str) -> str:
    """A token's form in the record: it is random and long, so that a plain hash does."""
    return hashlib.sha256(token.encode()).hexdigest()


def hash_password(password: str) -> str:
    """Argon2 over a new password.

    Raises:
        Invalid: too short.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid(
            f"Choose a password of at least {SHORTEST_PASSWORD} characters: three or four words do well."
        )
    if len(password) > 200:
        raise Invalid("Choose a password of at most 200 characters.")
    return _passwords.hash(password)


def checked_email(email: str) -> str:
    """An address as it is kept.

    Raises:
        Invalid: it cannot be one.
    """
    email = people.clean_email(email)
    if (
        email.count("@") != 1
        or email.startswith("@")
        or email.endswith("@")
        or len(email) > 254
        or " " in email
    ):
        raise Invalid("Enter an email address, such as name@example.org.")
    return email


def checked_name(name: str) -> str:
    """A name as it is kept.

    Raises:
        Invalid: empty or too long.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80:
        raise Invalid("Enter a name of up to 80 characters.")
    return name


def invitation(runtime: Runtime, token: str) -> Invitation | None:
    """The invitation behind a link, while it can be used."""
    with runtime.everywhere() as everywhere:
        return people.invitation(everywhere, hash_token(token))


def accept(runtime: Runtime, token: str, name: str, email: str, password: str) -> str:
    """Make the account of whoever was invited; returns the token for the cookie.

    Raises:
        Invalid: the link is used up or too old, the address is taken, or the password too short.
    """
    password_hash = hash_password(password)
    with runtime.everywhere() as everywhere:
        found = people.invitation(everywhere, hash_token(token))
        if found is None:
            raise Invalid("This link has been used or is too old: ask for a new one.")
        if found.person_id is not None:
            person = _new_password(everywhere, found, password_hash)
            return begin(runtime, person)
        name, email = checked_name(name), checked_email(email)
        if people.by_email(everywhere, email) is not None:
            raise Invalid("This address has an account already: sign in, or use another.")
        found.used_at = everywhere.now
        scope = everywhere.within(found.organization_id)
        person = people.add(scope, name, email, found.role, password_hash)
        events.note(scope, "person:joined", by=person.id, role=found.role)
    return begin(runtime, person)


def _new_password(everywhere: Everywhere, found: Invitation, password_hash: str) -> Person:
    """Whoever has the link of a person chooses their password; sessions under the old one end."""
    found.used_at = everywhere.now
    scope = everywhere.within(found.organization_id)
    assert found.person_id is not None
    person = people.get(scope, found.person_id)
    if person.disabled_at is not None:
        raise Invalid("This account is disabled: ask an admin.")
    person.password_hash = password_hash
    sessions.end_all(scope, person.id)
    sessions.forgive(scope, _key_of(scope.seal, person.email))
    events.note(scope, "person:password_changed", by=person.id)
    return person


def add_admin(
    runtime: Runtime, organization: str, name: str, email: str, password: str
) -> tuple[Organization, bool]:
    """An admin, in the organization of this name; it is made when there is none. Says whether it was made.

    Raises:
        Invalid: the address is taken, or something entered cannot be used.
    """
    password_hash = hash_password(password)
    name, email, organization = checked_name(name), checked_email(email), checked_name(organization)
    with runtime.everywhere() as everywhere:
        if people.by_email(everywhere, email) is not None:
            raise Invalid("This address has an account already.")
        known = next((o for o in organizations.every(everywhere) if o.name == organization), None)
        found = known or organizations.add(everywhere, organization)
        scope = everywhere.within(found.id)
        person = people.add(scope, name, email, Role.ADMIN, password_hash)
        events.note(scope, "person:added", by=person.id, role=Role.ADMIN)
    return found, known is None
