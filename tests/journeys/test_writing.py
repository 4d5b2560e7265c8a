"""A lead writes a section by keyboard: standard text, a preview, inserted figures, and no typed text lost."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.helpers import axe, done, fits_phone, look, press_on, sign_in, tab_to, without_script, write

LEAD, SECOND = "grace.hall", "henry.ives"
KEPT = re.compile(r"^Draft saved \d\d:\d\d\.")


@pytest.fixture
def section(page: Page, served: str) -> str:
    """The address of an empty section of a new paper; its lead is signed in."""
    return _empty_section(page, served)


def _empty_section(page: Page, served: str) -> str:
    sign_in(page, served, LEAD, to="/rounds/cpie-2019-20/decisions/add/")
    page.get_by_label("Reference").fill("PCD-950")
    page.get_by_label("Title").fill("What comes next")
    page.get_by_role("button", name="Open the paper").click()
    return f"{served}/decisions/PCD-950/sections/financial/"


def _text(page: Page) -> Locator:
    return page.get_by_label("Text")


def _status(page: Page) -> Locator:
    return page.locator("[data-writing-status]")


def _preview(page: Page) -> Locator:
    return page.locator("#preview")


@pytest.mark.usefixtures("both_widths")
def test_a_section_is_written_by_keyboard(page: Page, section: str) -> None:
    page.goto(section)
    look(page)
    press_on(page, page.get_by_role("button", name="Start from the standard text"))
    expect(_text(page)).to_have_value(re.compile(r"^The allocation is \{allocation\|exact\}\."))
    expect(_preview(page)).to_contain_text("The allocation is £4,782,000.")
    expect(page.get_by_text("Nothing is saved until you save")).to_be_visible()
    axe(page)

    write(page, _text(page), "We ask for £0.95m in 39 projects, each above £50k. ")
    expect(_status(page)).to_have_text(re.compile(r"^Draft saved \d\d:\d\d\. 2 unmatched\.$"))
    checks = page.locator(".app-checks li")
    expect(checks.nth(0)).to_contain_text("matched £0.95m is grants above the threshold, £947,234, rounded to £10,000")
    expect(checks.nth(1)).to_contain_text("unmatched 39 projects matches no count of projects in this paper")
    expect(checks.nth(2)).to_contain_text(
        "unmatched each above £50k holds for 6 of the 6 projects above the threshold, "
    )
    axe(page)
    fits_phone(page)

    # A figure is found, put in at the cursor, and shows its exact sum to whoever reaches it by keyboard.
    tab_to(page, page.get_by_label("Find a figure"))
    page.keyboard.type("underspend")
    press_on(page, page.get_by_role("button", name="Put in {underspend}", exact=True))
    expect(_text(page)).to_be_focused()
    expect(_text(page)).to_have_value("We ask for £0.95m in 39 projects, each above £50k. {underspend}")
    figure = _preview(page).locator(".app-paper__figure")
    expect(figure).to_contain_text("£0.75m")
    expect(figure).to_have_attribute("title", "£754,005: Allocation less expenditure")
    tab_to(page, figure)
    expect(figure.locator(".app-paper__exact")).to_have_text(" (£754,005)")
    assert figure.bounding_box()["width"] > 100
    axe(page)

    press_on(page, page.get_by_role("button", name="Save the section"))
    done(page, "You saved “Financial comments”")
    expect(page.get_by_text("says 39 projects, which matches no count of projects in this paper")).to_be_visible()
    page.get_by_text("Who wrote what", exact=True).click()
    expect(page.locator("details").filter(has_text="Who wrote what")).to_contain_text(
        "Financial comments, all versions"
    )
    page.get_by_role("link", name=re.compile("^Financial comments.+all versions$")).click()
    expect(page.locator("ins")).to_contain_text("We ask for £0.95m")
    look(page)


def test_what_was_typed_comes_back_after_the_page_was_left(page: Page, section: str, served: str) -> None:
    page.goto(section)
    _text(page).fill("Half a sentence")
    expect(_status(page)).to_have_text(KEPT)
    page.goto(f"{served}/")
    page.goto(section)
    expect(_text(page)).to_have_value("Half a sentence")
    expect(page.get_by_text("This is your draft")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Discard my draft").click()
    expect(_text(page)).to_have_value("")
    expect(page.locator("[data-kept] section")).to_have_count(0)


def test_a_lost_connection_loses_nothing(page: Page, section: str) -> None:
    page.goto(section)
    page.context.set_offline(True)
    _text(page).fill("Typed in a tunnel")
    expect(_status(page)).to_contain_text("Draft not saved: no connection. What you typed is kept on this computer.")
    page.get_by_role("button", name="Save the section").click()
    expect(_status(page)).to_contain_text("Not saved: no connection.")
    expect(_text(page)).to_have_value("Typed in a tunnel")
    # Somebody closes the page, and opens it again once there is a connection.
    page.context.set_offline(False)
    page.evaluate("() => window.stop()")
    page.goto(section)
    expect(_text(page)).to_have_value("Typed in a tunnel")
    # Either page may have kept it: the closed one at once when the connection came back, or this one from its copy.
    expect(_status(page)).to_contain_text("Draft saved")


def test_an_ended_session_loses_nothing(page: Page, section: str) -> None:
    page.goto(section)
    page.context.clear_cookies(name="sessionid")
    _text(page).fill("Typed after the session had ended")
    expect(_status(page)).to_contain_text(
        "Draft not saved: you are signed out. What you typed is kept on this computer."
    )
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in a new tab").click()
    tab = opened.value
    tab.get_by_label("User name").fill(LEAD)
    tab.get_by_label("Password").fill("demo-password-2019")
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("heading", level=1)).to_be_visible()
    page.bring_to_front()
    page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    expect(_status(page)).to_have_text(KEPT)


def test_two_windows_of_one_person_show_both_texts(page: Page, section: str) -> None:
    page.goto(section)
    other = page.context.new_page()
    other.goto(section)
    _text(page).fill("From the first window")
    expect(_status(page)).to_have_text(KEPT)
    _text(other).fill("From the second window")
    expect(_status(other)).to_contain_text("Draft not saved: you continued typing in another window.")
    other.get_by_role("button", name="See both").click()
    expect(other.get_by_role("heading", name=re.compile("^Typed by you in another window"))).to_be_visible()
    expect(other.locator("main .app-typed").first).to_have_text("From the first window")
    expect(_text(other)).to_have_value("From the second window")
    axe(other)
    fits_phone(other)
    _text(other).press("End")
    _text(other).type(", and on")
    expect(_status(other)).to_have_text(KEPT)


def test_text_saved_by_somebody_else_is_shown_next_to_your_own(
    page: Page, section: str, browser: Browser, served: str
) -> None:
    page.goto(section)
    _text(page).fill("Hers")
    expect(_status(page)).to_have_text(KEPT)
    colleague = browser.new_page()
    sign_in(colleague, served, SECOND)
    colleague.goto(section)
    expect(_text(colleague)).to_have_value("")
    _text(colleague).fill("His")
    colleague.get_by_role("button", name="Save the section").click()
    done(colleague, "You saved “Financial comments”")
    colleague.close()
    _text(page).press("End")
    _text(page).type(" and more")
    expect(_status(page)).to_contain_text("Henry Ives saved this section on")
    page.get_by_role("button", name="See both versions").click()
    expect(page.get_by_role("heading", name=re.compile("^Saved by Henry Ives"))).to_be_visible()
    expect(page.locator("main .app-typed").first).to_have_text("His")
    expect(_text(page)).to_have_value("Hers and more")
    axe(page)
    page.get_by_role("button", name="Save the section").click()
    done(page, "You saved “Financial comments”")


def test_without_javascript_a_preview_keeps_what_was_typed(browser: Browser, served: str) -> None:
    page = without_script(browser)
    page.goto(_empty_section(page, served))
    expect(page.get_by_role("button", name=re.compile("^Put in"))).to_have_count(0)
    _text(page).fill("Of {grants}, £3.21m.")
    page.get_by_role("button", name="Preview").click()
    expect(_text(page)).to_have_value("Of {grants}, £3.21m.")
    expect(_preview(page)).to_contain_text("Of £1.44m")
    expect(page.locator(".app-checks li")).to_contain_text("unmatched £3.21m matches no figure in this paper")
    page.get_by_text("Sums (", exact=False).click()
    expect(page.get_by_text("{underspend|exact}")).to_be_visible()
    page.get_by_role("button", name="Save the section").click()
    done(page, "You saved “Financial comments”")
    page.context.close()
