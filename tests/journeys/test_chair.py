"""The chair assigns one bid, follows, closes scoring and records what the panel agreed."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.helpers import (
    axe,
    done,
    error_links_land,
    fits_phone,
    follow,
    look,
    press_on,
    sign_in,
    tab_to,
    without_script,
    write,
)
from tests.journeys.panel import CHAIR, ROUND, SPLIT, UNSCORED, close_scoring, row_of, score


def test_a_bid_is_assigned_by_keyboard_and_the_progress_follows(page: Page, served: str) -> None:
    sign_in(page, served, CHAIR)
    look(page)
    follow(page, page.get_by_role("link", name=re.compile("to submit$")))
    look(page)
    row = page.locator("tr").filter(has_text="Amara Cole").first
    assigned = int(row.locator("td").first.inner_text())
    expect(row).to_contain_text("11")

    follow(page, page.get_by_role("button", name="Assign one bid"))
    look(page)
    follow(page, page.get_by_role("button", name="Save").or_(page.get_by_role("button", name=re.compile("^Assign"))))
    error_links_land(page, fields=2)
    axe(page)
    tab_to(page, page.get_by_label("Bid", exact=True))
    page.get_by_label("Bid", exact=True).select_option(label=_label(page, "Pocket Park Rangers"))
    page.get_by_label("Panel member").select_option(label="Amara Cole")
    page.get_by_role("button", name=re.compile("^Assign")).click()
    done(page, re.compile("You assigned .* to Amara Cole"))
    expect(row.locator("td").first).to_have_text(str(assigned + 1))
    # A member who has not declared yet is marked as such.
    expect(row.locator("td").nth(2)).to_have_text("1")


def _label(page: Page, reference: str) -> str:
    options = page.get_by_label("Bid", exact=True).locator("option").all_inner_texts()
    return next(each for each in options if reference in each)


def test_scoring_closes_and_outcomes_follow(page: Page, served: str) -> None:
    sign_in(page, served, CHAIR, to=f"{ROUND}/ranking/")
    expect(page.get_by_text("The ranking opens when the chair has closed scoring and opened the marks")).to_be_visible()
    look(page)
    page.goto(f"{served}{ROUND}/panel/close/")
    # No bid may go unscored, which is said before anything is typed.
    expect(page.get_by_text("Scoring cannot close yet.")).to_be_visible()
    expect(page.get_by_text(f"no submitted scorecard: {UNSCORED}.")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile(r"^\d+ bids with fewer than \d+ scorecards"))).to_be_visible()
    expect(page.get_by_label("Reason")).to_have_count(0)
    look(page)

    score(page, served, UNSCORED)
    sign_in(page, served, CHAIR, to=f"{ROUND}/panel/close/")
    page.get_by_role("button", name="Close scoring").click()
    error_links_land(page, fields=1)
    page.get_by_label("Reason").fill("The day of the panel has come.")
    page.get_by_role("button", name="Close scoring").click()
    done(page, re.compile("You closed scoring"))
    look(page)
    page.get_by_role("link", name="Reopen scoring instead").click()
    look(page)
    page.get_by_role("button", name="Reopen scoring").click()
    error_links_land(page, fields=1)
    page.go_back()
    page.go_back()
    page.get_by_role("button", name="Open the marks").click()
    done(page, re.compile("You opened the marks"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Ranking")
    expect(page.get_by_text("Funding line. The bids above it")).to_be_visible()
    look(page)

    row = row_of(page, SPLIT)
    expect(row).to_contain_text("Split")
    row.get_by_role("link").click()
    look(page)
    page.get_by_role("button", name="Record outcome").click()
    error_links_land(page, fields=2)
    page.get_by_label("Recommend").check()
    page.get_by_label("Reason that can be published").fill("It measures lateness before and after.")
    page.get_by_role("button", name="Record outcome").click()
    # The meeting settles a split gate; until then there is no outcome, and what was typed stays.
    expect(page.locator(".govuk-error-summary")).to_contain_text("split on a gate")
    axe(page)
    fits_phone(page)
    expect(page.get_by_label("Reason that can be published")).to_have_value("It measures lateness before and after.")

    page.goto(f"{served}{ROUND}/ranking/")
    row = page.locator("tbody tr").filter(has_text="Passed").first
    row.get_by_role("link").click()
    page.get_by_label("Recommend").check()
    page.get_by_label("Reason that can be published").fill("It measures lateness before and after.")
    page.get_by_role("button", name="Record outcome").click()
    done(page, re.compile("You recorded the outcome of"))
    expect(row).to_contain_text("Recommend")


@pytest.mark.usefixtures("both_widths")
def test_an_outcome_is_recorded_by_keyboard(page: Page, served: str) -> None:
    close_scoring(page, served)
    row = page.locator("tbody tr").filter(has_text="Passed").first
    press_on(page, row.get_by_role("link"))
    look(page)
    follow(page, page.get_by_role("button", name="Record outcome"))
    error_links_land(page, fields=2)
    press_on(page, page.get_by_label("Recommend"), "Space")
    write(page, page.get_by_label("Reason that can be published"), "It measures lateness before and after.")
    press_on(page, page.get_by_role("button", name="Record outcome"))
    done(page, re.compile("You recorded the outcome of"))
    expect(row).to_contain_text("Recommend")
    look(page)


def test_a_bid_is_assigned_and_taken_back_without_javascript(browser: Browser, served: str) -> None:
    page = without_script(browser)
    sign_in(page, served, CHAIR, to=f"{ROUND}/panel/assign/")
    page.get_by_label("Bid", exact=True).select_option(label=_label(page, "Pocket Park Rangers"))
    page.get_by_label("Panel member").select_option(label="Amara Cole")
    page.get_by_role("button", name=re.compile("^Assign")).click()
    done(page, re.compile("You assigned .* to Amara Cole"))
    row = page.locator("tr").filter(has_text="Pocket Park Rangers").last
    row.get_by_role("link", name=re.compile("Amara Cole")).click()
    page.get_by_label("Reason").fill("Assigned by mistake.")
    page.get_by_role("button", name="Withdraw").click()
    done(page, re.compile("You withdrew .* from Amara Cole"))
    page.context.close()
