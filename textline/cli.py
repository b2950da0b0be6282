"""`textline …`: what an operator types."""

import getpass
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from textline import cli_backup, cli_drill, cli_screen, runtime
from textline.doctor import examine
from textline.errors import NotFound, TextlineError
from textline.flow import connect as connecting
from textline.flow import set_up, sign_in
from textline.installation import installation
from textline.rules import numbers
from textline.runtime import Runtime
from textline.store import lines
from textline.store.migrate import upgrade
from textline.up import up as bring_up

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="A text line for peer support.",
    rich_markup_mode=None,
    context_settings={"max_content_width": 110},
)
keys = typer.Typer(no_args_is_help=True, help="The keys that seal numbers and texts.")
twilio = typer.Typer(no_args_is_help=True, help="The line's number at Twilio.")
app.add_typer(keys, name="keys")
app.add_typer(twilio, name="twilio")
app.command("backup")(cli_backup.make)
app.command("restore")(cli_backup.restore)
app.command("screen")(cli_screen.screen)
app.command("drill")(cli_drill.drill)
keys.command("new-backup")(cli_backup.new_pair)

DataDir = Annotated[
    Path, typer.Option("--data-dir", envvar="TEXTLINE_DATA_DIR", help="Where everything is kept.")
]
HERE = Path(".textline")


@contextmanager
def _runtime(data_dir: Path) -> Iterator[Runtime]:
    """The installation's runtime: from the settings, or of `textline up` in this data directory."""
    with installation(data_dir) as settings:
        run = runtime.start(settings)
        try:
            yield run
        finally:
            run.close()


@app.command()
def up(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="The port of the web process.")] = None,
    data_dir: DataDir = HERE,
    seed: Annotated[bool, typer.Option(help="Make the demonstration organization.")] = True,
    demo: Annotated[
        bool, typer.Option("--demo", help="Simulate, whatever .env says of a real line.")
    ] = False,
) -> None:
    """Run everything on this machine until Ctrl-C; without Twilio settings, with a simulated carrier."""
    raise typer.Exit(bring_up(data_dir, port, seed, demo))


@app.command()
def add_admin(
    organization: Annotated[str, typer.Option(prompt="Name of the organization")],
    name: Annotated[str, typer.Option(prompt="Your name")],
    email: Annotated[str, typer.Option(prompt="Your email")],
    data_dir: DataDir = HERE,
) -> None:
    """Make an admin's account, and the organization when there is none of that name.

    The password is asked for, or read from standard input when that is no terminal.
    """
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    with _runtime(data_dir) as run:
        upgrade(run.store.engine)
        found, new = sign_in.add_admin(run, organization, name, email, password)
        with run.unit(found.id) as unit:
            set_up.seed_hotlines(unit)
        made = "made, and you are its admin" if new else "has a new admin"
        print(f"{found.name} is {made}. Sign in at {run.settings.public_url}")


@app.command()
def doctor(data_dir: DataDir = HERE) -> None:
    """Check everything that can be checked, and say what to do about each fault."""
    with _runtime(data_dir) as run:
        found = list(examine(run))
    for check in found:
        print(f"{'ok   ' if check.well else 'FAULT'} {check.name}: {check.words}")
    faults = sum(not check.well for check in found)
    print(f"{faults} fault{'s' if faults != 1 else ''}." if faults else "All is well.")
    raise typer.Exit(1 if faults else 0)


@app.command()
def chaos(
    minutes: Annotated[float, typer.Option(min=0.5, help="How long texts are sent.")] = 10,
    seed: Annotated[int | None, typer.Option(help="Repeats a run; one is chosen when left out.")] = None,
    rate: Annotated[float, typer.Option(min=1, max=200, help="Texts a second.")] = 20,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", help="An empty directory; a temporary one by default.")
    ] = None,
    target: Annotated[str, typer.Option(hidden=True)] = "textline.chaos.own:Textline",
) -> None:
    """Run an installation under load, break everything in it, and compare its record with the carrier's log."""
    from textline.chaos.run import Asked
    from textline.chaos.run import chaos as make_chaos
    from textline.chaos.target import load

    chosen = secrets.randbelow(1_000_000) if seed is None else seed
    raise typer.Exit(make_chaos(Asked(minutes, chosen, rate), load(target), data_dir))


@app.command()
def migrate(data_dir: DataDir = HERE) -> None:
    """Bring the database to the newest shape."""
    with _runtime(data_dir) as run:
        upgrade(run.store.engine)


@keys.command("new")
def new_key() -> None:
    """Print a new key, to be put in front in TEXTLINE_SECRET_KEYS."""
    from cryptography.fernet import Fernet

    print(Fernet.generate_key().decode())


@twilio.command()
def connect(
    number: Annotated[str, typer.Argument(help="The line's number, such as +12025550100.")],
    fallback: Annotated[
        str | None, typer.Option(help="A page on another host: see docs/fallback.md.")
    ] = None,
    service: Annotated[
        str | None, typer.Option(help="The Messaging Service (MG…) that has the number.")
    ] = None,
    data_dir: DataDir = HERE,
) -> None:
    """Point a line's number at this installation, and show what it was before and is now."""
    with _runtime(data_dir) as run:
        entered = numbers.e164(number)
        with run.everywhere() as everywhere:
            line = lines.by_number(everywhere, entered) if entered else None
        if line is None:
            raise NotFound("No line has this number: add it on the pages under Set up, then connect it.")
        before, after = connecting.connect(run, line.organization_id, line.id, None, fallback, service)
        for what in ("sms_url", "sms_fallback_url", "voice_url"):
            print(f"{what}: {getattr(before, what) or 'nothing'} -> {getattr(after, what) or 'nothing'}")


def main() -> None:
    """Run a command; an error of ours is shown as one line a fault."""
    try:
        app()
    except TextlineError as error:
        sys.exit(str(error))
