"""A warm call in the browser: offered on the board, answered on the phone, and what came of it written down."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_journey import WIDE, say, sign_in
from tests.installation import Installation


def test_a_texter_is_rung_and_connected_and_help_is_confirmed(
    opened: Callable[..., Page], home: Installation, picture: Callable[[Page, str], None]
) -> None:
    ruth = sign_in(opened, home, "Ruth")
    phone = opened(f"{home.web}/demo/phone?texter=2", **WIDE)
    say(phone, "I cant do this anymore, I want to die")
    ruth.locator("tr.ringing").get_by_role("button", name="Acknowledge").click()
    ruth.get_by_role("button", name="Offer a call").click()
    expect(phone.get_by_text("Answer CALL, and your phone rings")).to_be_visible()
    expect(ruth.locator(".handoff")).to_contain_text("offered")

    say(phone, "Call please")
    phone.get_by_role("button", name="Pick up").click()
    expect(phone.locator(".call")).to_contain_text("Somebody would like to talk with you")
    picture(phone, "call")
    phone.get_by_role("button", name="Press 1").click()
    expect(phone.locator(".call")).to_contain_text("In the call")
    expect(ruth.locator(".handoff")).to_contain_text("connected")
    expect(ruth.locator(".handoff")).to_contain_text("They answered: “Call please”")
    picture(ruth, "handoff")

    phone.get_by_role("button", name="Hang up").click()
    expect(phone.get_by_text("The call has ended")).to_be_visible()
    ruth.locator("tr.ringing, .escalation").get_by_role("button", name="Acknowledge").first.click()
    ruth.locator("select[name=came]").select_option(label="has brought help: confirmed")
    ruth.get_by_label("Who says so").fill("They say that they are calmer, and stay with their sister tonight")
    ruth.get_by_role("button", name="Write it down").click()
    expect(ruth.locator(".handoff")).to_contain_text("help has come")
    expect(ruth.locator(".handoff")).to_contain_text("stay with their sister")
