"""What scoring costs a member: clicks, keys and page loads, counted by the browser.

More bids than the test takes are scored by `SCORED_BIDS=30 pytest tests/journeys/test_clicks.py -s`, which prints
the lines of docs/effort.md.
"""

import os
import re
from collections.abc import Callable
from typing import TypeAlias

from playwright.sync_api import Locator, Page, expect

from tests.journeys.counting import Effort, Hand, counting
from tests.journeys.helpers import done, sign_in
from tests.journeys.panel import CRITERIA, GATES, MARKS, ROUND

# Between them they have forty bids left to score.
MEMBERS = ("farid.aziz", "dev.patel", "amara.cole")
BIDS = int(os.environ.get("SCORED_BIDS", "2"))
MOST_CLICKS = 12
SUBMIT = "Submit and go to next bid"


def _score_by_mouse(page: Page) -> None:
    """Score the bid on the page with all gates passed, and submit."""
    hand = Hand(page)
    for number in CRITERIA:
        if number in GATES:
            hand.click(_label(page, f"id_passed_{number}_0"))
        if number in MARKS:
            hand.click(_label(page, f"id_score_{number}_3"))
        reason = page.locator(f"#id_reason_{number}")
        if not reason.input_value():
            # The click put the cursor there. A reason that was begun is clicked first.
            expect(reason).to_be_focused()
        hand.write(reason, f"Reason {number}.")
    hand.go(page.get_by_role("button", name=SUBMIT))


def _label(page: Page, id: str) -> Locator:
    return page.locator(f'label[for="{id}"]')


def _score_by_keyboard(page: Page) -> None:
    hand = Hand(page)
    for number in CRITERIA:
        hand.press("Alt+PageDown")
        if number in GATES:
            hand.press("y")
        if number in MARKS:
            hand.press("3")
        hand.press("Tab")
        expect(page.locator(f"#id_reason_{number}")).to_be_focused()
        page.keyboard.type(f"Reason {number}.")
    with page.expect_navigation(wait_until="load"):
        hand.press("Control+Enter")


Score: TypeAlias = Callable[[Page], None]


def _scored(page: Page, served: str, score: Score, bids: int) -> tuple[Effort, int]:
    """Return what that many bids cost, from the list of the bids to the last submission, and how many members it took.

    A member who has none left gives way to the next.
    """
    members = 0
    effort = Effort()
    while bids:
        sign_in(page, served, MEMBERS[members], to=f"{ROUND}/scoring/")
        members += 1
        with counting(page) as own:
            Hand(page).go(page.locator("main .govuk-button").first)
            while bids and page.url.endswith("/score/"):
                score(page)
                done(page, re.compile("You submitted your scorecard on"))
                bids -= 1
        effort += own
    return effort, members


def test_scoring_by_mouse(page: Page, served: str) -> None:
    effort, members = _scored(page, served, _score_by_mouse, BIDS)
    print(effort.row(f"{BIDS} bids by mouse"))
    # A member opens the first from the list, and each brings the next. Where a draft was begun, it takes more.
    assert members + 9 * BIDS <= effort.clicks <= members + MOST_CLICKS * BIDS
    assert effort.keys == 0
    assert effort.texts == 7 * BIDS
    assert effort.loads == members + BIDS


def test_scoring_by_keyboard(page: Page, served: str) -> None:
    effort, members = _scored(page, served, _score_by_keyboard, BIDS)
    print(effort.row(f"{BIDS} bids by keyboard"))
    assert effort.clicks == members
    assert effort.keys == 23 * BIDS
    assert effort.loads == members + BIDS
