"""A page renews itself all the time: whatever is pressed meanwhile is done, once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.test_journey import WIDE, say, sign_in
from tests.installation import Installation


@pytest.fixture(scope="module")
def texters() -> Iterator[int]:
    return count()


@dataclass
class Board:
    """The board, with a crisis that nobody has acknowledged."""

    page: Page
    row: Locator
    acknowledge: Locator

    def renew(self) -> None:
        self.page.evaluate("htmx.trigger('#board', 'sse:refresh')")

    def answer_at_once(self) -> None:
        """Renewals are answered from here: on a slow machine one would take longer than a press is waited for."""
        rows = self.page.evaluate("fetch('/board/rows').then((answer) => answer.text())")
        self.page.route("**/board/rows", lambda route: route.fulfill(body=rows, content_type="text/html"))
        self.page.evaluate(
            "document.addEventListener('htmx:beforeSwap', () => { document.body.dataset.came = 1; })"
        )

    def renewed(self) -> None:
        """The board has been renewed, or would have been."""
        self.renew()
        # No function is waited for: the pages' policy forbids what Playwright would do.
        expect(self.page.locator("body[data-came]")).to_have_count(1)

    def acknowledged(self) -> None:
        expect(self.page.locator(".escalation")).to_contain_text("Acknowledged by Ruth")


@pytest.fixture
def board(opened: Callable[..., Page], home: Installation, texters: Iterator[int]) -> Board:
    texter = next(texters)
    phone = opened(f"{home.web}/demo/phone?texter={texter}", **WIDE)
    say(phone, f"I want to kill myself, said {texter}")
    page = sign_in(opened, home, "Ruth")
    row = page.locator("tr.ringing", has_text=f"said {texter}")
    row.wait_for()
    return Board(page, row, row.get_by_role("button", name="Acknowledge"))


def test_a_press_while_a_renewal_is_under_way(board: Board) -> None:
    page = board.page
    board.row.get_by_role("link").click()
    page.get_by_role("button", name="Take over").wait_for()
    under_way: list[Route] = []

    def hold_the_first(route: Route) -> None:
        under_way.append(route)
        if len(under_way) > 1:
            route.continue_()

    page.route("**/panel", hold_the_first)
    page.evaluate("htmx.trigger('#panel', 'sse:refresh')")
    while not under_way:
        page.wait_for_timeout(10)
    page.get_by_role("button", name="Take over").click()
    page.evaluate("htmx.trigger('#panel', 'sse:refresh')")
    under_way[0].continue_()
    expect(page.locator("#panel")).to_contain_text("with supervisor: Ruth")


def test_a_renewal_between_press_and_release(board: Board) -> None:
    board.answer_at_once()
    board.acknowledge.hover()
    board.page.mouse.down()
    board.renewed()
    board.page.mouse.up()
    board.acknowledged()


def test_a_renewal_while_a_key_is_down(board: Board) -> None:
    board.answer_at_once()
    board.acknowledge.focus()
    board.page.keyboard.down("Space")
    board.renewed()
    board.page.keyboard.up("Space")
    board.acknowledged()


def test_a_press_that_never_ends_does_not_stop_the_board(board: Board) -> None:
    board.acknowledge.hover()
    board.page.evaluate("board.firstElementChild.dataset.old = 1")
    board.page.mouse.down()
    board.renew()
    expect(board.page.locator("[data-old]")).to_have_count(0)
    board.page.mouse.move(0, 0)
    board.page.mouse.up()
    board.acknowledge.click()
    board.acknowledged()
