"""The whole way, in a browser: phone, console, reply, crisis, board, handoff."""

from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.installation import Installation
from textline.seed import PASSWORD

WIDE = {"viewport": {"width": 1280, "height": 800}}


def host(home: Installation, name: str) -> str:
    return f"http://{name.lower()}.localhost:{urlsplit(home.web).port}"


def sign_in(opened: Callable[..., Page], home: Installation, name: str) -> Page:
    return opened(f"{host(home, name)}/demo/sign-in/{name}", **WIDE)


def say(phone: Page, words: str) -> None:
    phone.get_by_placeholder("Text message").fill(words)
    phone.get_by_role("button", name="Send").click()


@pytest.fixture
def maya(opened: Callable[..., Page], home: Installation) -> Page:
    page = sign_in(opened, home, "Maya")
    if page.get_by_role("button", name="Go available").is_visible():
        page.get_by_role("button", name="Go available").click()
    expect(page.get_by_role("button", name="Available · pause")).to_be_visible()
    return page


def test_a_journey_from_the_first_text_to_the_handoff(
    opened: Callable[..., Page], home: Installation, maya: Page, picture: Callable[[Page, str], None]
) -> None:
    ruth = sign_in(opened, home, "Ruth")
    expect(ruth.get_by_role("heading", name="Escalations")).to_be_visible()
    phone = opened(f"{home.web}/demo/phone", **WIDE)

    say(phone, "Hi, is anybody there?")
    expect(phone.get_by_text("Harbor Peer Line: hi.")).to_be_visible()
    maya.get_by_role("link", name="Hi, is anybody there?").click()
    maya.get_by_placeholder("Write to").fill("Hello, I'm here. What is going on tonight?")
    maya.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("What is going on tonight?")).to_be_visible()
    expect(maya.get_by_text("delivered ✓").last).to_be_visible()
    expect(maya.get_by_placeholder("Write to")).to_have_value("")

    say(phone, "I don't know how to say it. I want to kill myself tonight")
    expect(phone.get_by_text("call 988 or text 988")).to_have_count(2)  # in the welcome, and now
    expect(maya.get_by_role("heading", name="Imminent danger")).to_be_visible()
    ringing = ruth.locator("tr.ringing")
    expect(ringing).to_contain_text("kill myself tonight")
    expect(ruth).to_have_title("(1) ALARM · Board · Textline")
    picture(ruth, "board")
    picture(maya, "conversation")

    ringing.get_by_role("button", name="Acknowledge").click()
    expect(ruth.locator(".escalation")).to_contain_text("Acknowledged by Ruth")
    ruth.get_by_label("Hand off to").select_option(label="988 Suicide & Crisis Lifeline")
    ruth.get_by_role("button", name="Send the hotline’s number").click()
    expect(ruth.locator(".handoff")).to_contain_text("Number sent: 988 Suicide & Crisis Lifeline")
    expect(ruth.locator(".handoff")).to_contain_text("by Ruth")
    expect(phone.get_by_text("They are there for this")).to_be_visible()
    expect(maya.get_by_role("status").filter(has_text="no longer yours")).to_be_visible()
    picture(phone, "phone")

    for question in (
        "thought about ending",
        "thought about how",
        "have what they would use",
        "mean to do it",
    ):
        ruth.get_by_label(question).select_option(label="yes" if "thought" in question else "no")
    ruth.get_by_label("done anything to hurt").select_option(label="could not ask")
    ruth.get_by_label("Could not ask, because").fill("they wrote no more")
    ruth.get_by_role("button", name="Keep the answers").click()
    expect(ruth.locator(".safety")).to_contain_text("Asked by Ruth")
    ruth.get_by_label("How did it end?").first.select_option(label="With the hotline")
    ruth.get_by_role("button", name="Resolve").click()
    ruth.get_by_text("What was done here").click()
    done = ruth.locator(".history")
    for step in ("escalation raised", "escalation acknowledged by Ruth", "escalation handed off by Ruth"):
        expect(done).to_contain_text(step)
    expect(done).to_contain_text("escalation resolved by Ruth · outcome: hotline")


def test_a_conversation_appears_and_closes_without_reloading(
    opened: Callable[..., Page], home: Installation, maya: Page
) -> None:
    phone = opened(f"{home.web}/demo/phone?texter=1")
    say(phone, "first words")
    maya.get_by_role("link", name="first words").click()
    say(phone, "second words")
    expect(maya.locator("#thread").get_by_text("second words")).to_be_visible()
    maya.get_by_placeholder("Write to").fill("half a thought")
    say(phone, "third words")
    expect(maya.locator("#thread").get_by_text("third words")).to_be_visible()
    expect(maya.get_by_placeholder("Write to")).to_have_value(
        "half a thought"
    )  # a draft survives what arrives
    maya.get_by_text("Close the conversation").click()
    maya.get_by_label("How did it end?").select_option(label="Talked, and felt supported")
    maya.get_by_role("button", name="Close").click()
    expect(maya.get_by_role("heading", name="Ready when somebody texts")).to_be_visible()
    expect(maya.locator("#list")).not_to_contain_text("third words")


def test_a_fault_is_said_beside_the_work_and_the_words_are_kept(
    opened: Callable[..., Page], home: Installation, maya: Page
) -> None:
    phone = opened(f"{home.web}/demo/phone?texter=2")
    say(phone, "please don't go")
    maya.get_by_role("link", name="please don't go").click()
    expect(maya.get_by_placeholder("Write to")).to_be_visible()
    say(phone, "STOP")
    expect(maya.get_by_text("This texter sent STOP")).to_be_visible()
    maya.get_by_placeholder("Write to").fill("I am here")
    maya.get_by_placeholder("Write to").press("Enter")
    expect(maya.locator("#notice")).to_contain_text("opted out")
    expect(maya.get_by_placeholder("Write to")).to_have_value("I am here")


def test_what_is_being_chosen_outlives_what_changes_beside_it(
    opened: Callable[..., Page], home: Installation, maya: Page
) -> None:
    phone = opened(f"{home.web}/demo/phone?texter=3")
    say(phone, "one more thing")
    maya.get_by_role("link", name="one more thing").click()
    maya.get_by_text("Close the conversation").click()
    maya.get_by_label("How did it end?").select_option(label="Given resources")
    maya.get_by_label("Note").fill("the shelter's address")
    number = urlsplit(maya.url).path.rsplit("/", 1)[-1]
    maya.evaluate("panel.firstElementChild.dataset.old = 1")
    maya.evaluate(f"htmx.ajax('GET', '/conversations/{number}/panel', '#panel')")
    expect(maya.locator("[data-old]")).to_have_count(0)
    expect(maya.get_by_label("How did it end?")).to_have_value("resources")
    expect(maya.get_by_label("Note")).to_have_value("the shelter's address")
    expect(maya.get_by_role("button", name="Close", exact=True)).to_be_visible()

    maya.get_by_placeholder("Write to").fill("I am here, and")
    ruth = sign_in(opened, home, "Ruth")
    ruth.goto(urljoin(ruth.url, f"/conversations/{number}"))
    ruth.get_by_role("button", name="Take over").click()
    expect(maya.get_by_text("Ruth has it now")).to_be_visible()
    expect(maya.locator("[data-left]")).to_contain_text("“I am here, and”")
    ruth.get_by_role("button", name="Give back to the queue").click()


def test_a_supervisor_sees_what_own_words_would_do_before_they_do_it(
    opened: Callable[..., Page], home: Installation, picture: Callable[[Page, str], None]
) -> None:
    ruth = sign_in(opened, home, "Ruth")
    ruth.get_by_role("link", name="Screen").click()
    ruth.get_by_role("link", name="Words of our own").click()
    ruth.get_by_label("What texters say").fill("want to die")
    ruth.get_by_label("Do this").select_option(label="A figure of speech: no alarm for what it covers")
    ruth.get_by_role("button", name="See what they would do").click()
    expect(ruth.get_by_text("With these words a crisis would be missed")).to_be_visible(timeout=20_000)
    expect(ruth.get_by_role("button", name="Put into use")).to_have_count(0)
    ruth.get_by_label("What texters say").fill("off (the old mill")
    ruth.get_by_role("button", name="See what they would do").click()
    expect(ruth.locator("#notice")).to_contain_text("a bracket is not closed")
    ruth.get_by_label("What texters say").fill("(jump|go) off the old mill")
    ruth.get_by_label("Do this").select_option(label="Alarm: a crisis")
    ruth.get_by_label("Why").fill("where people here go")
    ruth.get_by_role("button", name="See what they would do").click()
    expect(ruth.get_by_role("heading", name="With “(jump|go) off the old mill”")).to_be_visible(
        timeout=20_000
    )
    picture(ruth, "words")
    ruth.get_by_role("button", name="Put into use").click()
    expect(ruth.get_by_role("cell", name="where people here go")).to_be_visible(timeout=20_000)
    ruth.get_by_role("button", name="Take out").click()
    ruth.get_by_role("button", name="Take out of use").click()
    expect(ruth.get_by_text("None: the screen uses the words")).to_be_visible()


def test_a_mistake_is_said_beside_the_work_and_whoever_is_in_danger_stays_in_sight(
    opened: Callable[..., Page], home: Installation
) -> None:
    """A wrong password left a supervisor on a page of its own: no alarm rang there, and the conversation was lost."""
    ruth = sign_in(opened, home, "Ruth")
    phone = opened(f"{home.web}/demo/phone?texter=3", **WIDE)
    say(phone, "I am going to end my life tonight, I have pills here")
    ruth.locator("tr.ringing").get_by_role("button", name="Acknowledge").first.click()
    ruth.get_by_role("button", name="Take over").click()
    expect(ruth.get_by_role("button", name="Take over")).to_be_hidden()
    expect(ruth.get_by_placeholder("Write to")).to_be_in_viewport(ratio=1)

    ruth.get_by_label("Note").first.fill("her sister is on the way")
    ruth.get_by_text("A life is in danger now: show").click()
    ruth.get_by_label("Why").first.fill("pills, tonight, alone")
    ruth.get_by_label("Your password").fill("not this one")
    ruth.get_by_role("button", name="Show the number").click()
    expect(ruth.locator("#notice")).to_contain_text("This is not your password")
    expect(ruth.get_by_label("Why").first).to_have_value("pills, tonight, alone")

    ruth.get_by_label("Your password").fill(PASSWORD)
    ruth.get_by_role("button", name="Show the number").click()
    expect(ruth.locator("#shown")).to_contain_text("+1")
    expect(ruth.locator("#notice")).to_be_empty()
    say(phone, "by the old bridge")
    expect(ruth.locator("#thread").get_by_text("by the old bridge")).to_be_in_viewport()
    ruth.get_by_label("Whom you called").fill("911: they are on their way to the old bridge")
    ruth.locator("#shown").get_by_role("button", name="Write it down").click()
    expect(ruth.locator("#panel")).to_contain_text("they are on their way")
    expect(ruth.locator("#shown")).to_be_empty()
    expect(ruth.get_by_label("Note").first).to_have_value("her sister is on the way")
