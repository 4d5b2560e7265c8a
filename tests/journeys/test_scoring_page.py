"""The scoring page at a desk and on a phone: what is in sight, where the focus goes, and how long the page is."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.helpers import DESK, PHONE, axe, fits_phone, sign_in, tab_to
from tests.journeys.panel import CRITERIA, MEMBER, ROUND, fill_scorecard

SCREEN = {"width": 1280, "height": 900}
PHONE_LENGTH = 4000
SUBMIT = "Submit and go to next bid"
_TOP, _BOTTOM = "each => each.getBoundingClientRect().top", "each => each.getBoundingClientRect().bottom"
# How much of what has the focus lies under the bar, in pixels.
_UNDER_BAR = """() => document.activeElement.getBoundingClientRect().bottom
  - document.querySelector('.app-submit-bar').getBoundingClientRect().top"""


@pytest.fixture
def scoring(page: Page, served: str) -> Page:
    """The next bid to score, in a window of 1280 by 900 pixels."""
    page.set_viewport_size(SCREEN)
    sign_in(page, served, MEMBER, to=f"{ROUND}/scoring/")
    page.locator("main .govuk-button").first.click()
    page.wait_for_load_state("load")
    return page


def _bar(page: Page) -> Locator:
    return page.locator(".app-submit-bar")


def test_the_case_and_the_scorecard_share_the_first_screen(scoring: Page) -> None:
    bar = _bar(scoring).evaluate(_TOP)
    case = scoring.get_by_role("heading", name="The case").locator("+ p")
    # Two lines of it at least.
    assert case.evaluate(_TOP) + 50 <= bar
    expect(scoring.locator("#id_reason_1")).to_be_in_viewport(ratio=1)
    pane = scoring.locator("[data-scorecard]")
    seen = pane.evaluate("each => each.clientHeight")
    assert seen > 800
    first = scoring.locator(f'[data-criterion="{CRITERIA[0]}"]').evaluate(_TOP)
    last = scoring.locator(f'[data-criterion="{CRITERIA[-1]}"]').evaluate(_BOTTOM)
    assert last - first <= 2 * seen
    # Choice and reason are in one row.
    for number in CRITERIA:
        row = scoring.locator(f'[data-criterion="{number}"]')
        choices, reason = row.get_by_role("radiogroup").first.bounding_box(), row.locator("textarea").bounding_box()
        assert choices and reason and choices["y"] < reason["y"] + reason["height"] < choices["y"] + 400
        assert choices["x"] + choices["width"] < reason["x"]


def test_the_status_and_the_button_are_always_in_sight(scoring: Page) -> None:
    for size in (SCREEN, DESK, PHONE, {"width": 320, "height": 256}):
        scoring.set_viewport_size(size)
        for where in (0, 700, 100_000):
            scoring.evaluate("to => window.scrollTo(0, to)", where)
            expect(scoring.locator("[data-autosave-status]")).to_be_in_viewport(ratio=0.9)
            expect(scoring.get_by_role("button", name=SUBMIT)).to_be_in_viewport(ratio=0.9)
        # At its end the bar covers nothing of the page.
        assert scoring.locator(".govuk-footer p").evaluate(_BOTTOM) <= _bar(scoring).evaluate(_TOP)


def test_a_phone_has_a_short_page_with_the_bid_folded(scoring: Page) -> None:
    scoring.set_viewport_size(PHONE)
    case = scoring.get_by_role("heading", name="The case")
    expect(case).to_be_hidden()
    assert scoring.evaluate("() => document.documentElement.scrollHeight") <= PHONE_LENGTH
    scoring.get_by_text("The bid", exact=True).click()
    expect(case).to_be_visible()
    axe(scoring)
    fits_phone(scoring)


def test_a_long_status_never_covers_what_has_the_focus(scoring: Page) -> None:
    scoring.set_viewport_size({"width": 320, "height": 256})
    low = _bar(scoring).evaluate(_TOP)
    scoring.context.set_offline(True)
    tab_to(scoring, scoring.locator("#id_reason_1"))
    scoring.keyboard.type("A reason.")
    expect(scoring.locator("[data-autosave-status]")).to_contain_text("no connection")
    assert _bar(scoring).evaluate(_TOP) < low
    for _ in range(20):
        scoring.keyboard.press("Tab")
        if scoring.evaluate("() => document.activeElement.closest('[data-criterion]') !== null"):
            assert scoring.evaluate(_UNDER_BAR) <= 0


def test_a_reason_grows_with_its_words(scoring: Page) -> None:
    reason = scoring.locator("#id_reason_1")
    before = reason.evaluate("each => each.clientHeight")
    reason.fill("A line of it.\n" * 12)
    assert reason.evaluate("each => each.clientHeight") > before + 150
    assert reason.evaluate("each => each.scrollHeight - each.clientHeight") <= 2


def test_after_a_submission_the_next_bid_has_the_focus_and_one_quiet_line(scoring: Page) -> None:
    title = scoring.get_by_role("heading", level=1).inner_text()
    fill_scorecard(scoring)
    with scoring.expect_navigation():
        scoring.get_by_role("button", name=SUBMIT).click()
    heading = scoring.get_by_role("heading", level=1)
    expect(heading).to_be_focused()
    expect(heading).not_to_have_text(title)
    expect(heading).to_have_accessible_description(f"You submitted your scorecard on {title}")
    expect(scoring.locator(".govuk-notification-banner")).to_have_count(0)
    axe(scoring)


def test_every_field_and_choice_has_a_name_of_its_own(scoring: Page) -> None:
    reasons = scoring.get_by_role("textbox")
    names = reasons.evaluate_all("all => all.map((each) => each.labels[0].textContent)")
    groups = scoring.get_by_role("radiogroup").evaluate_all("all => all.map((each) => each.ariaLabel)")
    assert len(set(names)) == len(names) == 7
    assert len(set(groups)) == len(groups) == 8
    expect(scoring.get_by_label(re.compile("^Why: 4. Proven experience"))).to_have_count(1)
