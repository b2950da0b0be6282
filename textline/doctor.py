"""The doctor: checks all that can be checked of an installation, and says what to do about each fault."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx

from textline.carrier.client import Number
from textline.carrier.webhooks import webhooks_for
from textline.config import Settings
from textline.errors import TextlineError
from textline.flow.connect import unready
from textline.runtime import Runtime
from textline.seal import SealBroken
from textline.store import lines, organizations, spool, texters
from textline.store.lines import Line
from textline.store.migrate import pending

_MOST_SKEW_S = 5.0


@dataclass(frozen=True)
class Check:
    """What was looked at, whether it is well, and what it is, or what to do."""

    name: str
    well: bool
    words: str


def examine(run: Runtime) -> Iterator[Check]:
    """Every check, in the order in which faults are best mended."""
    yield _settings()
    database = _try("PostgreSQL", lambda: _database(run))
    yield database
    if database.well:
        yield _try("Migrations", lambda: _migrations(run))
        yield _try("Clock", lambda: _clock(run))
    yield from _redis(run)
    account = _try("Twilio account", lambda: _account(run))
    yield account
    yield _try("Public address", lambda: _public(run))
    if database.well and not pending(run.store.engine):
        yield _try("Keys", lambda: _keys(run))
        yield _try("Held texts", lambda: _held(run))
        yield from _lines(run, ask_twilio=account.well)


def _try(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except TextlineError as error:
        return Check(name, False, str(error))


def _settings() -> Check:
    known = {f"TEXTLINE_{name.upper()}" for name in Settings.model_fields}
    strange = sorted(name for name in os.environ if name.startswith("TEXTLINE_") and name not in known)
    words = f"{', '.join(strange)}: no such setting; see docs/operating.md for a slip in its name"
    return Check("Settings", not strange, words if strange else "every name is known")


def _database(run: Runtime) -> Check:
    try:
        version = run.store.version()
    except TextlineError:
        return Check("PostgreSQL", False, "cannot be reached: see whether it runs, and TEXTLINE_DATABASE_URL")
    well = int(version.split(".")[0]) >= 14
    return Check(
        "PostgreSQL", well, version if well else f"version {version} is too old: 14 or newer is needed"
    )


def _migrations(run: Runtime) -> Check:
    lacking = pending(run.store.engine)
    words = f"{len(lacking)} to be applied: run `textline migrate`" if lacking else "none to be applied"
    return Check("Migrations", not lacking, words)


def _clock(run: Runtime) -> Check:
    skew = run.store.clock_skew(time.time())
    words = f"{abs(skew):.1f} s apart from PostgreSQL's"
    well = abs(skew) < _MOST_SKEW_S
    return Check("Clock", well, words if well else words + ": let both machines keep time by NTP")


def _redis(run: Runtime) -> Iterator[Check]:
    try:
        facts = run.live.server.facts()
    except TextlineError as error:
        yield Check("Redis", False, f"{error}: set TEXTLINE_REDIS_URL to a server that runs")
        return
    yield Check("Redis", True, facts.version)
    if facts.append_only is False:
        yield Check(
            "Append-only", False, "off, so that a crash loses acknowledged texts: set `appendonly yes`"
        )
    else:
        yield Check(
            "Append-only", True, "on" if facts.append_only else "the server does not say: ask your host"
        )
    idle = [queue for queue, workers in run.live.server.workers().items() if not workers]
    words = f"nobody works on {', '.join(idle)}: start the Procfile's worker and urgent"
    yield Check("Workers", not idle, words if idle else "every queue has one")
    evicts = facts.eviction not in (None, "noeviction")
    words = f"{facts.eviction}: set `maxmemory-policy noeviction`, or full memory throws texts away"
    yield Check("Eviction", not evicts, words if evicts else facts.eviction or "the server does not say")


def _account(run: Runtime) -> Check:
    account = run.carrier.check()
    where = " (the simulated carrier)" if run.settings.demo else ""
    well = account.status == "active"
    words = f"{account.friendly_name}, {account.status}{where}"
    return Check("Twilio account", well, words if well else words + ": see console.twilio.com")


def _public(run: Runtime) -> Check:
    url = f"{run.settings.public_url}/health/live"
    try:
        answer = httpx.get(url, timeout=5, follow_redirects=False)
        well, words = answer.status_code == 200, f"{url} answers {answer.status_code}"
    except httpx.HTTPError as error:
        well, words = False, f"{url} does not answer ({type(error).__name__})"
    remedy = ": start the web process, and set TEXTLINE_PUBLIC_URL to the address that leads to it"
    return Check("Public address", well, words if well else words + remedy)


def _keys(run: Runtime) -> Check:
    with run.everywhere() as everywhere:
        sealed = texters.some_sealed(everywhere)
    for value in sealed:
        try:
            run.seal.open(value)
        except SealBroken as error:
            return Check("Keys", False, str(error))
    return Check("Keys", True, f"{len(run.settings.secret_keys)}, and they open the oldest and the newest")


def _held(run: Runtime) -> Check:
    with run.everywhere() as everywhere:
        held = spool.held(everywhere)
    words = ", ".join(f"{count} ({reason})" for reason, count in held.items())
    remedy = ": add a line with the number that was texted, and they are recorded"
    return Check("Held texts", not held, words + remedy if held else "none")


def _lines(run: Runtime, *, ask_twilio: bool) -> Iterator[Check]:
    numbers: dict[str, Number] = {}
    try:
        numbers = {number.number: number for number in run.carrier.numbers()} if ask_twilio else {}
    except TextlineError as error:
        yield Check("Twilio numbers", False, str(error))
        ask_twilio = False
    count = 0
    with run.everywhere() as everywhere:
        for organization in organizations.every(everywhere):
            scope = everywhere.within(organization.id)
            for line in lines.every(scope):
                count += 1
                faults = unready(scope, line)
                yield Check(f"Hotlines of {line.number}", not faults, " ".join(faults) or "reviewed")
                if ask_twilio:
                    yield _webhooks(run, line, numbers.get(line.number))
    if count == 0:
        yield Check(
            "Lines", False, "there is none: `textline add-admin`, then add one on the pages under Set up"
        )


def _webhooks(run: Runtime, line: Line, number: Number | None) -> Check:
    name = f"Webhooks of {line.number}"
    if number is None:
        return Check(
            name, False, "the Twilio account does not own this number: see TEXTLINE_TWILIO_ACCOUNT_SID"
        )
    wanted = webhooks_for(run.settings.public_url)
    if number.application:
        words = f"a TwiML application stands above them: run `textline twilio connect {line.number}`"
        return Check(name, False, words)
    wrong = [
        what
        for what, found, expected in (
            ("texts", number.sms_url, wanted.message),
            ("calls", number.voice_url, wanted.voice),
        )
        if found != expected
    ]
    words = f"{' and '.join(wrong)} go elsewhere: run `textline twilio connect {line.number}`"
    fallback = "" if number.sms_fallback_url else "; no fallback is set: see docs/fallback.md"
    return Check(name, not wrong, words if wrong else f"lead here{fallback}")
