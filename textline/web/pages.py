"""Templates, and what they all need."""

from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from textline import __version__
from textline.rules.numbers import readable
from textline.store.people import Person

STATIC = Path(str(files("textline.web").joinpath("static")))

_environment = Environment(
    loader=PackageLoader("textline.web"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _ago(at: datetime) -> Markup:
    """How long ago, in the largest unit that says it; the page's script keeps it true."""
    return Markup('<time class="ago" datetime="{}">{}</time>').format(at.isoformat(), _span(at))


def _clock(at: datetime) -> Markup:
    """The time of day in UTC, which the page's script turns into the reader's own."""
    return Markup('<time class="clock" datetime="{}">{}</time>').format(at.isoformat(), at.strftime("%H:%M"))


def _span(at: datetime) -> str:
    seconds = max(0, int((datetime.now(UTC) - at).total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


_environment.filters.update(ago=_ago, clock=_clock, readable=readable)
_environment.globals.update(version=__version__)


def page(template: str, person: Person | None = None, status: int = 200, **values: object) -> HTMLResponse:
    """A page or a fragment. Every page knows who is looking."""
    html = _environment.get_template(template).render(me=person, **values)
    return HTMLResponse(html, status_code=status)


def is_fragment_wanted(request: Request) -> bool:
    """Whether htmx asks, and so wants a piece of a page rather than a whole one."""
    return request.headers.get("hx-request") == "true"
