"""Headless Chromium against a whole installation."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.installation import Installation, installation

QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip


@pytest.fixture(scope="package")  # Playwright's event loop must not outlive the browser tests
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=str(chromium), args=QUIET)
        yield made
        made.close()


@pytest.fixture(scope="module")
def home(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A demonstration, seeded."""
    with installation(tmp_path_factory.mktemp("home") / "data") as made:
        yield made


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page as somebody of their own, and fails the test on any error in the page's console."""
    contexts, faults = [], []

    def open_page(url: str, **options: object) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if _is_fault(said) else None)
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def _is_fault(said: ConsoleMessage) -> bool:
    """An error that no test asks for: a policy broken, a script's failure, a 5xx. A 4xx is an answer."""
    answered = "status of 4" in said.text or "Response Status Error Code 4" in said.text
    return said.type == "error" and not answered


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Takes a picture for the README when `make pictures` asks for it."""
    folder = os.environ.get("TEXTLINE_PICTURES")

    def take(page: Page, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{folder}/{name}.png", caret="initial")  # hiding it takes a style

    return take
