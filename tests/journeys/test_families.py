"""A lead at the workbench of families, by keyboard: what is alike is confirmed, dismissed and taken back."""

import re

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

LEAD, ROUND = "grace.hall", "/rounds/safer-summer-2026-27"
MILLRACE = "Summer Weekends at Millrace Farm"


def test_a_lead_confirms_one_likeness_and_dismisses_another_by_keyboard(page: Page, served: str) -> None:
    sign_in(page, served, LEAD, to=f"{ROUND}/families/")
    look(page)
    card = page.locator(".govuk-summary-card").filter(has_text=MILLRACE)
    expect(card).to_contain_text("Together £72,400, not below £50,000: 2 grants would go from delegation to decision.")
    expect(card).to_contain_text("The same people: Both name hester@furrowandfold.example")
    _confirm(page)
    expect(page.get_by_role("heading", name=f"{MILLRACE}: £72,400, at or above the limit")).to_be_visible()
    look(page)
    _dismiss(page)
    _take_back(page)


def _confirm(page: Page) -> None:
    press_on(page, page.get_by_role("link", name=f"Confirm or dismiss {MILLRACE}"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Are these one project?")
    look(page)
    follow(page, page.get_by_role("button", name="Save answer"))
    error_links_land(page, fields=2)
    axe(page)
    effect = page.locator("#effect")
    expect(effect).to_contain_text("Together £72,400, not below £50,000")
    # A bid alone in its family changes no route; the script says so while it is ticked off.
    first = page.get_by_label("SSF-10")
    tab_to(page, first)
    page.keyboard.press("Space")
    expect(effect).to_contain_text("Together £36,200, below £50,000: no route would change")
    page.keyboard.press("Space")
    expect(effect).to_contain_text("2 grants would go from delegation to decision")
    page.goto(page.url)
    tab_to(page, page.get_by_label("Lots of one project"))
    page.keyboard.press("Space")
    write(page, page.get_by_label("Reason"), "Two lots of one summer on one farm.")
    press_on(page, page.get_by_role("button", name="Save answer"))
    done(page, f"{MILLRACE} is now a project family. Routes were updated")


def _dismiss(page: Page) -> None:
    follow(page, page.get_by_role("link", name="Confirm or dismiss Saltmarsh Road"))
    look(page)
    tab_to(page, page.get_by_label("Lots of one project"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Not one project")).to_be_checked()
    expect(page.locator("#effect")).to_contain_text("No route would change")
    write(page, page.get_by_label("Reason"), "One charity, two projects that stand alone.")
    press_on(page, page.get_by_role("button", name="Save answer"))
    done(page, "Dismissed. It will not be suggested again")
    expect(page.get_by_role("link", name="Confirm or dismiss Saltmarsh Road")).to_have_count(0)


def _take_back(page: Page) -> None:
    press_on(page, page.locator("summary").filter(has_text="Dismissed: 1"))
    look(page)
    follow(page, page.get_by_role("link", name=re.compile("^Undo ?: Breakfast Before Bail")))
    look(page)
    write(page, page.get_by_label("Reason"), "They share a building after all.")
    press_on(page, page.get_by_role("button", name="Undo dismissal"))
    done(page, "Dismissal undone")
    expect(page.get_by_role("link", name="Confirm or dismiss Saltmarsh Road")).to_be_visible()


def test_bids_are_grouped_by_hand_and_the_effect_is_asked_for_without_javascript(browser: Browser, served: str) -> None:
    page = without_script(browser)
    sign_in(page, served, LEAD, to=f"{ROUND}/families/group/")
    for reference in ("SSF-02", "SSF-07"):
        page.get_by_label(reference).check()
    page.get_by_label("Project family").fill("Made up")
    page.get_by_label("Reason").fill("To try it.")
    page.get_by_role("button", name="Show the effect").click()
    expect(page.locator("#effect")).to_contain_text("Together £86,400, not below £50,000")
    # Nothing was saved, and nothing of what was typed is lost.
    expect(page.get_by_label("Project family")).to_have_value("Made up")
    expect(page.get_by_label("SSF-02")).to_be_checked()
    expect(page.get_by_label("Reason")).to_have_value("To try it.")
    page.get_by_role("button", name="Save family").click()
    done(page, "Project families saved. Routes were updated")
    expect(page.get_by_role("heading", name="Made up: £86,400, at or above the limit")).to_be_visible()
    page.context.close()


def test_the_families_of_a_submitted_paper_are_read_and_not_changed(page: Page, served: str) -> None:
    sign_in(page, served, LEAD, to="/rounds/cpie-2019-20/families/")
    look(page)
    expect(page.get_by_text("PCD-681 has been submitted and depends on the families")).to_be_visible()
    expect(page.get_by_role("heading", name="Safe Camp Extension: £147,600, at or above the limit")).to_be_visible()
    expect(page.get_by_text("Police Crime Prevention Initiatives Ltd, London Digital Security Centre")).to_be_visible()
    page.get_by_role("link", name="Confirm or dismiss Mutual Gain").click()
    look(page)
    expect(page.get_by_role("button", name="Save answer")).to_have_count(0)
    fits_phone(page)
