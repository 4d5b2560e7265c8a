"""The chair tries where the line falls, compares, proposes; the lead begins the review from what was proposed."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.helpers import (
    axe,
    choose,
    done,
    error_links_land,
    follow,
    look,
    press_on,
    sign_in,
    without_script,
    write,
)
from tests.journeys.panel import LEAD, ROUND, close_scoring, menu, row_of


def _begin(page: Page, name: str) -> None:
    follow(page, page.get_by_role("button", name="Add a scenario"))
    look(page)
    follow(page, page.get_by_role("button", name="Add scenario"))
    error_links_land(page, fields=1)
    axe(page)
    write(page, page.get_by_label("Name of the scenario"), name)
    press_on(page, page.get_by_role("button", name="Add scenario"))
    done(page, "Scenario added. It funds the bids above the line of the ranking")


@pytest.mark.usefixtures("both_widths")
def test_a_scenario_is_made_compared_and_proposed_by_keyboard(page: Page, served: str) -> None:
    close_scoring(page, served)
    menu(page, "Scenarios")
    look(page)
    _begin(page, "As ranked")
    effect = page.locator("#effect")
    look(page)
    press_on(page, page.get_by_role("link", name="Scenarios", exact=True).first)
    _begin(page, "More in reserve")

    # The first two rows: one is funded in part, the other held in reserve. The figures follow without a button.
    before = effect.inner_text()
    amounts, places = page.locator("tbody input"), page.locator("tbody select")
    first = amounts.first.get_attribute("name") or ""
    bid = first.partition("-amount")[0]
    write(page, amounts.first, "99999999")
    follow(page, page.get_by_role("button", name="Save scenario"))
    error_links_land(page, fields=1)
    axe(page)
    write(page, page.locator(f"[name={first}]"), "12,345.60")
    expect(effect).to_contain_text("1 of them in part")
    choose(page, places.nth(1), "Reserve")
    expect(effect).to_contain_text(re.compile(r"Reserve list\s+1 bid,"))
    assert effect.inner_text() != before
    press_on(page, page.get_by_role("button", name="Save scenario"))
    done(page, "Scenario saved")
    expect(page.locator(f"[name={first}]")).to_have_value("12,345.60")
    look(page)

    line = page.get_by_label("Draw the line below this many bids")
    write(page, line, "a few")
    press_on(page, page.get_by_role("button", name="Draw line"))
    # What is no number draws no line, rather than one above every bid.
    error_links_land(page, fields=1)
    axe(page)
    write(page, line, "5")
    press_on(page, page.get_by_role("button", name="Draw line"))
    done(page, "Funding line drawn")
    expect(effect).to_contain_text(re.compile("Funded"))
    look(page)

    follow(page, page.get_by_role("link", name="Scenarios", exact=True).first)
    look(page)
    press_on(page, page.get_by_role("button", name="Compare"))
    expect(page.get_by_text("Where they differ")).to_be_visible()
    look(page)
    follow(page, page.get_by_role("link", name="Scenarios", exact=True).first)
    follow(page, page.get_by_role("link", name=re.compile("^Propose.*More in reserve")))
    look(page)
    follow(page, page.get_by_role("button", name="Propose scenario"))
    error_links_land(page, fields=1)
    axe(page)
    write(page, page.get_by_label("Reason"), "It keeps two in reserve.")
    press_on(page, page.get_by_role("button", name="Propose scenario"))
    done(page, "You proposed More in reserve to the leadership")
    look(page)
    _lead_reviews(page, served, bid)


def _lead_reviews(page: Page, served: str, bid: str) -> None:
    """The panel recommends the bid; the amount that the scenario gives it is where the lead begins."""
    page.goto(f"{served}/bids/{bid}/outcome/")
    page.get_by_label("Recommend").check()
    page.get_by_label("Reason that can be published").fill("The strongest of all.")
    page.get_by_role("button", name="Record outcome").click()
    done(page, re.compile("You recorded the outcome of"))
    sign_in(page, served, LEAD, to=f"{ROUND}/review/")
    expect(page.get_by_text("It keeps two in reserve.")).to_be_visible()
    look(page)
    press_on(
        page,
        row_of(page, "The strongest of all.").get_by_role("link", name=re.compile("^Change the amount or send back")),
    )
    expect(page.get_by_label("Recommended amount")).to_have_value(re.compile(r"^[\d,]+(\.\d\d)?$"))
    look(page)
    page.goto(f"{served}{ROUND}/scenarios/")
    press_on(page, page.get_by_role("link", name="More in reserve"))
    expect(page.get_by_role("button", name="Save scenario")).to_have_count(0)
    look(page)


def test_the_effect_is_shown_by_a_button_without_javascript(browser: Browser, served: str) -> None:
    page = without_script(browser)
    close_scoring(page, served)
    page.goto(f"{served}{ROUND}/scenarios/add/")
    page.get_by_label("Name of the scenario").fill("Without a script")
    page.get_by_role("button", name="Add scenario").click()
    page.locator("tbody select").nth(1).select_option(label="Reserve list")
    page.get_by_role("button", name="Show the effect").click()
    expect(page.locator("#effect")).to_contain_text(re.compile(r"Reserve list\s+1 bid,"))
    # Shown is not kept.
    page.goto(page.url)
    expect(page.locator("tbody select").nth(1).locator("option:checked")).to_have_text("Fund")
    page.context.close()
