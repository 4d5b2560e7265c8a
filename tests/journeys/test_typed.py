"""A chair types a reason: a closed tab, an ended session and a lost connection cost no word of it."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.helpers import DESK, axe, fits_phone, sign_in

CHAIR = "olive.marsh"
PAGE = "/rounds/safer-summer-2026-27/scoring-closes/"
WORDS = "It’s O'Brien's “plan” 🚸 שלום"
KEPT = re.compile(r"Draft saved \d\d:\d\d$")
COPIES = "() => Object.keys(localStorage).filter(key => key.startsWith('grants:typed:'))"


def _reason(page: Page) -> Locator:
    return page.get_by_label("Reason")


def test_what_a_chair_types_is_still_there_after_whatever_happened(page: Page, served: str) -> None:
    sign_in(page, served, CHAIR)
    page.goto(served + PAGE)
    page.wait_for_load_state("load")
    _reason(page).fill(WORDS)
    expect(page.locator(".app-save-status")).to_have_text(KEPT)
    assert page.evaluate(COPIES) == []

    # A closed tab.
    later = page.context.new_page()
    page.close()
    later.goto(served + PAGE)
    expect(_reason(later)).to_have_value(WORDS)
    expect(later.get_by_text("only you can see it")).to_be_visible()
    axe(later)
    fits_phone(later)
    later.set_viewport_size(DESK)

    # A lost connection: the words stay in this browser, and are offered when the page is opened again.
    later.context.set_offline(True)
    _reason(later).fill(f"{WORDS} and more")
    expect(later.locator(".app-save-status")).to_contain_text("No connection. What you typed is kept on this computer.")
    context = later.context
    later.close()
    context.set_offline(False)
    later = context.new_page()
    later.goto(served + PAGE)
    expect(later.get_by_role("heading", name=re.compile("^Typed here at"))).to_be_visible()
    axe(later)
    later.get_by_role("button", name="Put this back").click()
    expect(_reason(later)).to_have_value(f"{WORDS} and more")
    expect(later.locator(".app-save-status")).to_have_text(KEPT)

    # A refusal keeps the words, and what the service took leaves nothing behind.
    later.get_by_role("button", name="Extend").click()
    expect(later.locator(".govuk-error-summary")).to_be_visible()
    expect(_reason(later)).to_have_value(f"{WORDS} and more")
    for part, value in (("Day", "1"), ("Month", "12"), ("Year", "2027")):
        later.get_by_label(part).fill(value)
    later.get_by_role("button", name="Extend").click()
    expect(later.locator(".govuk-notification-banner--success")).to_be_visible()
    assert later.evaluate(COPIES) == []
    later.goto(served + PAGE)
    expect(_reason(later)).to_have_value("")


def test_a_draft_is_discarded_by_its_own_button(page: Page, served: str) -> None:
    sign_in(page, served, CHAIR)
    page.goto(served + PAGE)
    page.wait_for_load_state("load")
    _reason(page).fill(WORDS)
    expect(page.locator(".app-save-status")).to_have_text(KEPT)
    page.reload()
    page.get_by_role("button", name="Discard what I typed").click()
    expect(_reason(page)).to_have_value("")
    expect(page.get_by_text("only you can see it")).to_have_count(0)
    assert page.evaluate(COPIES) == []
