"""Finance records payments and budget lines; a wrong amount stays as it was typed, with an error message."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Browser, Page, expect

from tests.journeys.helpers import (
    axe,
    done,
    error_links_land,
    fill_day,
    fits_phone,
    follow,
    look,
    sign_in,
    without_script,
)

FINANCE = "kit.lane"
ROUND = "/rounds/cpie-2019-20/"
GRANT, AMOUNT = "Sound Lab at the Old Laundry", "26,300"


def _payment(page: Page, amount: str) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    page.get_by_label("Amount paid").fill(amount)
    fill_day(page, "Date of payment", yesterday.day, yesterday.month, yesterday.year)
    page.get_by_role("button", name="Record the payment").click()


def test_a_payment_is_recorded(page: Page, served: str) -> None:
    sign_in(page, served, FINANCE)
    look(page)
    page.goto(f"{served}{ROUND}approvals/")
    look(page)
    page.get_by_role("link", name=GRANT).click()
    look(page)
    follow(page, page.get_by_role("button", name="Record a payment"))
    look(page)
    _payment(page, "£1000,000")
    error_links_land(page, fields=1)
    expect(page.get_by_label("Amount paid")).to_have_value("£1000,000")
    axe(page)
    _payment(page, "26,300.01")
    error_links_land(page, fields=1)
    expect(page.locator("#id_amount_error")).to_contain_text("£26,300 left to pay")
    _payment(page, f"£{AMOUNT}")
    done(page, re.compile("You recorded the payment as"))
    expect(page.get_by_text(f"£{AMOUNT} on")).to_be_visible()
    look(page)


def test_a_budget_line_keeps_what_was_typed(page: Page, served: str) -> None:
    sign_in(page, served, FINANCE, to=f"{ROUND}")
    look(page)
    follow(page, page.get_by_role("button", name="Add a budget line"))
    look(page)
    page.get_by_role("button", name="Add line").click()
    error_links_land(page, fields=4)
    page.locator("#id_kind_0").check()
    page.get_by_label("Label").fill("Evaluation")
    page.get_by_label("Amount").fill("£1000,000")
    page.get_by_label("Reason").fill("A study of the year.")
    page.get_by_role("button", name="Add line").click()
    error_links_land(page, fields=1)
    axe(page)
    fits_phone(page)
    for label, value in (("Label", "Evaluation"), ("Amount", "£1000,000"), ("Reason", "A study of the year.")):
        expect(page.get_by_label(label)).to_have_value(value)


def test_a_budget_line_is_added_without_javascript(browser: Browser, served: str) -> None:
    page = without_script(browser)
    sign_in(page, served, FINANCE, to="/rounds/safer-summer-2026-27/lines/add/")
    page.locator("#id_kind_0").check()
    page.get_by_label("Label").fill("Evaluation")
    page.get_by_label("Amount").fill("£12,500.50")
    page.get_by_label("Reason").fill("A study of the year.")
    page.get_by_role("button", name="Add line").click()
    done(page, "You saved Evaluation")
    expect(page.locator("tr").filter(has_text="Evaluation")).to_contain_text("£12,500.50")
    page.context.close()
