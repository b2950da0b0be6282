"""Without the demonstration: from `textline up --no-seed` to the first answered text, by the pages alone."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.installation import ENVIRONMENT, Installation, installation

PASSWORD = "four quiet words here"


@pytest.fixture(scope="module")
def bare(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("bare") / "data", "--no-seed") as made:
        yield made


def add_admin(bare: Installation) -> None:
    line = [sys.executable, "-m", "textline", "add-admin", "--data-dir", str(bare.data)]
    line += ["--organization", "Hillside Peers", "--name", "Ines", "--email", "ines@hillside.example"]
    made = subprocess.run(
        line,
        input=PASSWORD + "\n",
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        cwd=bare.data,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    assert "you are its admin" in made.stdout


def review(page: Page, name: str) -> None:
    card = page.locator(".hotline").filter(has=page.get_by_role("heading", name=name))
    card.get_by_role("button", name="I have checked it").click()
    expect(card.get_by_text("Reviewed by Ines")).to_be_visible()


def test_from_an_empty_installation_to_the_first_answered_text(
    bare: Installation, opened: Callable[..., Page]
) -> None:
    add_admin(bare)
    ines = opened(f"{bare.web}/sign-in")
    ines.get_by_label("Email").fill("ines@hillside.example")
    ines.get_by_label("Password").fill(PASSWORD)
    ines.get_by_role("button", name="Sign in").click()
    ines.get_by_role("link", name="Set up").click()

    ines.get_by_role("link", name="choose its number").click()
    ines.get_by_label("Name").fill("Evening line")
    ines.get_by_role("button", name="Add the line").click()
    expect(ines.get_by_text("Review a hotline for everyone in US")).to_be_visible()
    expect(ines.get_by_role("button", name="Connect the number")).to_have_count(0)
    ines.get_by_role("link", name="Review them").first.click()
    review(ines, "988 Suicide & Crisis Lifeline")
    review(ines, "Emergency services")
    ines.get_by_role("link", name="Lines", exact=True).click()
    ines.get_by_role("link", name="Evening line").click()
    ines.get_by_role("button", name="Connect the number").click()
    expect(ines.get_by_role("heading", name="is connected")).to_be_visible()

    ines.get_by_role("link", name="People").click()
    ines.get_by_label("Name").fill("Noor")
    ines.get_by_role("button", name="Make a link").click()
    link = ines.locator("#link").inner_text()

    noor = opened(link)
    noor.get_by_label("Email").fill("noor@hillside.example")
    noor.get_by_label("Password").fill(PASSWORD)
    noor.get_by_role("button", name="Join").click()
    noor.get_by_role("button", name="Go available").click()

    phone = opened(f"{bare.web}/demo/phone")
    phone.get_by_placeholder("Text message").fill("Is this the evening line?")
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("Hillside Peers: hi.")).to_be_visible()
    noor.get_by_role("link", name="Is this the evening line?").click()
    noor.get_by_placeholder("Write to").fill("It is. I am Noor.")
    noor.get_by_placeholder("Write to").press("Enter")
    expect(phone.get_by_text("It is. I am Noor.")).to_be_visible()
    expect(noor.get_by_text("delivered ✓")).to_have_count(2)


def test_hours_and_wordings_are_kept_and_faults_are_said(
    bare: Installation, opened: Callable[..., Page]
) -> None:
    ines = opened(f"{bare.web}/sign-in")
    ines.get_by_label("Email").fill("ines@hillside.example")
    ines.get_by_label("Password").fill(PASSWORD)
    ines.get_by_role("button", name="Sign in").click()
    ines.goto(f"{bare.web}/admin")
    ines.get_by_role("link", name="Evening line").click()
    ines.get_by_label("Monday opens").fill("18:00")
    ines.get_by_role("button", name="Save hours").click()
    expect(ines.locator("#notice")).to_contain_text("Enter both times of a day")
    ines.get_by_label("Monday closes").fill("02:00")
    ines.get_by_label(re.compile("Holidays")).fill("2026-12-25")
    with ines.expect_navigation():
        ines.get_by_role("button", name="Save hours").click()
    expect(ines.get_by_label("Monday closes")).to_have_value("02:00")
    expect(ines.get_by_label(re.compile("Holidays"))).to_have_value("2026-12-25")
    welcome = ines.get_by_label(re.compile("^Welcome"))
    welcome.fill("Hi from Hillside.")
    wording = ines.locator("form").filter(has=welcome)
    wording.get_by_role("button", name="Save").click()
    expect(ines.locator("#notice")).to_contain_text("must keep {help}")
