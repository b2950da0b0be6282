"""A message to a browser without an open page shows an alarm. The push service between is the browser maker's."""

import json
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.installation import Installation

_SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  return (await registration.getNotifications()).map((one) => [one.title, one.body, one.data.url]);
}"""


def _until(page: Page, holds: Callable[[], bool]) -> None:
    """As `eventually`, but Playwright's events arrive only while it is asked for something."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "nothing came"
        page.wait_for_timeout(20)


def test_a_message_shows_an_alarm(opened: Callable[..., Page], home: Installation) -> None:
    origin = f"http://ruth.localhost:{urlsplit(home.web).port}"
    ruth = opened(f"{origin}/demo/sign-in/Ruth")
    ruth.context.grant_permissions(["notifications"], origin=origin)
    ruth.goto(f"{origin}/board")
    button = ruth.get_by_role("button", name="Ring this device while no page is open")
    expect(button).to_be_visible()
    ruth.evaluate("navigator.serviceWorker.ready.then(() => true)")

    registrations: list[str] = []
    browser = ruth.context.new_cdp_session(ruth)
    browser.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda said: registrations.extend(one["registrationId"] for one in said["registrations"]),
    )
    browser.send("ServiceWorker.enable")
    _until(ruth, lambda: bool(registrations))
    said = {"title": "Hillside", "body": "a crisis waits", "tag": "crisis", "url": f"{origin}/board"}
    browser.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": registrations[0], "data": json.dumps(said)},
    )
    _until(ruth, lambda: bool(ruth.evaluate(_SHOWN)))
    assert ruth.evaluate(_SHOWN) == [["Hillside", "a crisis waits", f"{origin}/board"]]


def test_signing_out_works_where_nothing_was_put_on(opened: Callable[..., Page], home: Installation) -> None:
    ruth = opened(f"http://ruth.localhost:{urlsplit(home.web).port}/demo/sign-in/Ruth")
    ruth.get_by_role("button", name="Sign out").click()
    expect(ruth.get_by_role("button", name="Sign in")).to_be_visible()
