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
from tests.journeys.panel import CHAIR, CRITERIA, GATES, MARKS, ROUND, UNSCORED
from tests.journeys.panel import score as score_bid

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


# The chair

REASONS = {
    "Recommended bids": "The panel found a clear need and a way to meet it.",
    "Rejected bids that failed a gate": "The bid does not meet a condition of this round.",
    "Other rejected bids": "Other bids answered the aims of this round better.",
}
MOST_ACTIONS, MOST_REASONS = 60, 10


def record_all(page: Page, served: str, round: str) -> tuple[Effort, int]:
    """Record every outcome that the facts suggest, and return what it cost and how many outcomes there were.

    The marks are open, and nothing was recorded. A bid whose gate is split stays open.
    """
    page.goto(f"{served}{round}/ranking/")
    hand = Hand(page)
    with counting(page) as effort:
        hand.go(page.get_by_role("button", name="Record outcomes"))
        for group, words in REASONS.items():
            hand.click(page.get_by_text("Use the same words for several bids"))
            hand.choose(page.get_by_label("Bids", exact=True), group)
            hand.write(page.get_by_label("Reason that can be published", exact=True), words)
            hand.go(page.get_by_role("button", name="Fill in their reasons"))
        hand.go(page.get_by_role("button", name="Check your answers"))
        button = page.get_by_role("button", name=re.compile(r"Record \d+ outcomes"))
        recorded = int(re.findall(r"\d+", button.inner_text())[0])
        hand.go(button)
    done(page, re.compile(f"You recorded {recorded} outcomes"))
    return effort, recorded


def test_closing_and_recording_the_outcomes_of_a_round(page: Page, served: str) -> None:
    score_bid(page, served, UNSCORED)
    sign_in(page, served, CHAIR, to=f"{ROUND}/panel/")
    hand = Hand(page)
    with counting(page) as closing:
        hand.go(page.get_by_role("button", name="Close scoring"))
        hand.write(page.get_by_label("Reason"), "The day of the panel has come.")
        hand.go(page.get_by_role("button", name="Close scoring"))
        hand.go(page.get_by_role("button", name="Open the marks"))
    done(page, re.compile("You opened the marks"))
    print(closing.row("closing scoring and opening the marks"))
    assert closing.actions <= 6
    effort, recorded = record_all(page, served, ROUND)
    print(effort.row(f"{recorded} outcomes"))
    assert recorded >= 20
    assert effort.actions <= MOST_ACTIONS
    assert effort.texts <= MOST_REASONS
