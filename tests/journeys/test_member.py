"""A panel member scores by keyboard, keeps every word, and is shut out of a bid in which they have an interest."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.helpers import (
    axe,
    done,
    error_links_land,
    fits_phone,
    focused,
    follow,
    look,
    press_on,
    sign_in,
    sign_in_by_keyboard,
    tab_to,
    without_script,
)
from tests.journeys.panel import MEMBER, ROUND, fill_scorecard, type_scorecard


@pytest.mark.usefixtures("both_widths")
def test_a_bid_is_scored_by_keyboard_alone_and_the_next_follows(page: Page, served: str) -> None:
    sign_in(page, served, MEMBER)
    look(page)
    press_on(page, page.get_by_role("button", name="Score the next bid"))
    title = page.get_by_role("heading", level=1).inner_text()
    first = page.url
    look(page)

    type_scorecard(page, skipping="reason_5")
    expect(page.locator("[data-autosave-status]")).to_have_text(re.compile(r"^Draft saved \d\d:\d\d$"))
    # The draft is on the server: the same page, opened again, has it.
    again = page.context.new_page()
    again.goto(first)
    expect(again.locator("#id_reason_7")).to_have_value("Typed reason 7.")
    again.close()

    follow(page, page.get_by_role("button", name="Submit and go to next bid"))
    error_links_land(page)
    assert focused(page) == ("TEXTAREA", "id_reason_5")
    for number in (1, 2, 3, 4, 6, 7):
        expect(page.locator(f"#id_reason_{number}")).to_have_value(f"Typed reason {number}.")
    expect(page.locator("#id_score_5_3")).to_be_checked()
    axe(page)
    fits_phone(page)

    page.keyboard.type("Typed reason 5.")
    press_on(page, page.get_by_role("button", name="Submit and go to next bid"))
    done(page, f"You submitted your scorecard on {title}")
    assert page.url.endswith("/score/") and page.url != first
    axe(page)

    page.goto(first)
    expect(page.get_by_text("You can change it until scoring closes")).to_be_visible()
    expect(page.locator("form[data-autosave]")).to_have_count(0)
    look(page)
    # What is typed here is kept as a draft, and counts once it is submitted.
    tab_to(page, page.locator("#id_score_5_3"))
    page.keyboard.press("ArrowDown")
    tab_to(page, page.locator("#id_reason_5"))
    page.keyboard.press("Control+End")
    page.keyboard.type(" And better.")
    expect(page.get_by_text(re.compile("Draft saved"))).to_be_visible()
    page.goto(first)
    expect(page.locator("#id_reason_5")).to_have_value("Typed reason 5. And better.")
    expect(page.locator("#id_score_5_4")).to_be_checked()
    look(page)
    page.keyboard.press("Control+Enter")
    done(page, f"You changed your scorecard on {title}")
    page.goto(first)
    expect(page.locator("#id_reason_5")).to_have_value("Typed reason 5. And better.")
    expect(page.get_by_text("it is not saved yet")).to_have_count(0)


def test_every_empty_criterion_is_named_at_once(page: Page, served: str) -> None:
    sign_in(page, served, MEMBER)
    page.get_by_role("button", name="Score the next bid").click()
    page.locator("#id_reason_4").fill("The only reason so far.")
    page.get_by_role("button", name="Submit and go to next bid").click()
    error_links_land(page)
    expect(page.locator("#id_reason_4")).to_have_value("The only reason so far.")
    errors = page.locator(".govuk-error-summary__list a")
    expect(errors).to_have_count(7)
    expect(errors.last).to_have_text("6. Value for money: say whether the bid passes and give a mark and your reason")
    expect(page.locator("form .govuk-error-message")).to_have_count(7)


def test_an_interest_locks_the_bid(page: Page, served: str) -> None:
    sign_in(page, served, MEMBER, to=f"{ROUND}/scoring/")
    look(page)
    row = page.locator(".govuk-task-list__item").filter(has_text="SSF-08")
    bid = row.get_by_role("link").first.get_attribute("href") or ""
    page.get_by_role("link", name="Declare interests").click()
    look(page)

    one = page.get_by_role("group").filter(has_text="SSF-08")
    one.get_by_label("I have an interest").check()
    page.get_by_role("button", name="Record declarations").click()
    error_links_land(page, fields=1)
    axe(page)
    one.get_by_label("If you have an interest, what is it?").fill("My sister keeps the books of this bidder.")
    page.get_by_role("button", name="Record declarations").click()
    done(page, re.compile("declaration"))
    expect(row).to_contain_text("Interest declared")
    expect(row.get_by_role("link")).to_have_count(0)
    look(page)

    refused = page.goto(f"{served}{bid}")
    assert refused is not None and refused.status == 404
    axe(page)


def test_a_stale_tab_shows_both_and_loses_nothing(page: Page, served: str) -> None:
    sign_in(page, served, MEMBER)
    page.get_by_role("button", name="Score the next bid").click()
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("#id_reason_1").fill("Written in the second window.")
    other.get_by_role("button", name="Save as draft").click()
    done(other, re.compile("You saved a draft on"))

    page.locator("#id_reason_1").fill("Written in the first window.")
    expect(page.locator("[data-autosave-status]")).to_contain_text("Not saved:")
    page.get_by_role("button", name="Save as draft").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(page.get_by_text("Written in the second window.")).to_be_visible()
    expect(page.locator("#id_reason_1")).to_have_value("Written in the first window.")
    look(page)
    page.get_by_role("button", name="Save as draft").click()
    done(page, re.compile("You saved a draft on"))
    expect(page.locator("#id_reason_1")).to_have_value("Written in the first window.")


def test_a_bid_is_scored_without_javascript(browser: Browser, served: str) -> None:
    page = without_script(browser)
    sign_in_by_keyboard(page, served, MEMBER)
    page.get_by_role("button", name="Score the next bid").or_(
        page.get_by_role("link", name="Score the next bid")
    ).click()
    title = page.get_by_role("heading", level=1).inner_text()
    fill_scorecard(page, mark=2)
    page.get_by_role("button", name="Save as draft").click()
    done(page, f"You saved a draft on {title}")
    page.get_by_role("button", name="Submit and go to next bid").click()
    done(page, f"You submitted your scorecard on {title}")
    page.context.close()
