"""Steps that several journeys of the panel take in the round that is being scored."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.helpers import PHONE, done, press_on, sign_in, tab_to

CHAIR, MEMBER, LEAD = "olive.marsh", "amara.cole", "grace.hall"
ROUND = "/rounds/safer-summer-2026-27"
GATES, MARKS = (1, 2, 3, 6, 7), (4, 5, 6)
# The criteria in the order of the scorecard: first what is a gate alone.
CRITERIA = (1, 2, 3, 7, 4, 5, 6)
# The one bid that nobody has scored yet, and one on whose third gate the members are split.
UNSCORED, SPLIT = "SSF-16", "SSF-03"


def fill_scorecard(page: Page, *, mark: int = 3) -> None:
    """Answer every criterion of the scorecard on the page: all gates passed, the same mark throughout."""
    for number in range(1, 8):
        if number in GATES:
            page.locator(f"#id_passed_{number}_0").check()
        if number in MARKS:
            page.locator(f"#id_score_{number}_{mark}").check()
        page.locator(f"#id_reason_{number}").fill(f"Reason {number}")


def type_scorecard(page: Page, *, skipping: str = "", mark: int = 3) -> None:
    """Fill in the scorecard from top to bottom with the keyboard alone, all but the field `skipping`."""
    for number in CRITERIA:
        if number in GATES and f"passed_{number}" != skipping:
            press_on(page, page.locator(f"#id_passed_{number}_0"), "Space")
        if number in MARKS:
            tab_to(page, page.locator(f"#id_score_{number}_0"))
            for _ in range(mark):
                page.keyboard.press("ArrowDown")
            expect(page.locator(f"#id_score_{number}_{mark}")).to_be_checked()
        if f"reason_{number}" != skipping:
            tab_to(page, page.locator(f"#id_reason_{number}"))
            page.keyboard.type(f"Typed reason {number}.")


def score(page: Page, served: str, reference: str, *, member: str = MEMBER) -> None:
    """Submit a member's scorecard on a bid."""
    sign_in(page, served, member, to=f"{ROUND}/scoring/")
    page.get_by_role("link", name=re.compile(f"^{reference}")).click()
    fill_scorecard(page)
    page.get_by_role("button", name="Submit and go to next bid").click()
    done(page, re.compile("You submitted your scorecard on"))


def want_one_scorer(page: Page, served: str) -> None:
    """The chair plans for one scorer a bid, so that no bid of the round has too few scorecards."""
    sign_in(page, served, CHAIR, to=f"{ROUND}/panel/plan/")
    page.get_by_label("Scorers for each bid").fill("1")
    page.get_by_role("button", name="Make plan").click()
    page.get_by_role("button", name="Apply plan").click()
    done(page, re.compile("You applied the plan"))


def close_scoring(page: Page, served: str) -> None:
    """Score what nobody has scored, close scoring as the chair and open the marks; ends on the ranking."""
    score(page, served, UNSCORED)
    sign_in(page, served, CHAIR, to=f"{ROUND}/panel/close/")
    page.get_by_label("Reason").fill("The day of the panel has come.")
    page.get_by_role("button", name="Close scoring").click()
    done(page, re.compile("You closed scoring"))
    page.get_by_role("button", name="Open the marks").click()
    done(page, re.compile("You opened the marks"))


def menu(page: Page, name: str) -> None:
    """Go by keyboard to a page of the menu; on a narrow page the menu is opened first."""
    if page.viewport_size == PHONE:
        opener = page.get_by_role("button", name="Menu")
        expect(opener).to_be_visible()
        press_on(page, opener)
    press_on(page, page.get_by_label("Menu", exact=True).get_by_role("link", name=name, exact=True))


def row_of(page: Page, words: str) -> Locator:
    """The first row of a table with these words."""
    return page.locator("tbody tr").filter(has_text=words).first
