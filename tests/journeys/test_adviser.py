"""An adviser signs off their part of a paper, and is asked again when it changes; all by keyboard."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.helpers import axe, done, error_links_land, follow, look, press_on, sign_in, tab_to, write

PAPER = "/decisions/PCD-681/"


def test_an_adviser_signs_off_and_is_asked_again_when_the_words_change(page: Page, served: str) -> None:
    sign_in(page, served, "mo.novak", to=f"{PAPER}return/")
    write(page, page.get_by_label("Reason"), "Name the paragraph of the scheme.")
    press_on(page, page.get_by_role("button", name="Return the pack"))
    done(page, "You returned PCD-681 to its writers")

    sign_in(page, served, "grace.hall", to=f"{PAPER}sections/legal/")
    write(page, page.get_by_role("textbox", name="Text"), "The powers are named in each entry.")
    press_on(page, page.get_by_role("button", name="Save the section"))
    expect(page.get_by_text("The sign-off of legal is void").first).to_be_visible()
    expect(page.locator("#sign-off-legal-status")).to_have_text("Void")
    look(page)

    sign_in(page, served, "lena.frey")
    look(page)
    press_on(page, page.get_by_role("button", name="Sign off PCD-681: legal"))
    expect(page.get_by_text("The powers are named in each entry.")).to_be_visible()
    look(page)
    follow(page, page.get_by_role("button", name="Record your answer"))
    error_links_land(page, fields=1)
    axe(page)
    tab_to(page, page.get_by_label("Sign it off", exact=True))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Do not sign it off")).to_be_checked()
    follow(page, page.get_by_role("button", name="Record your answer"))
    error_links_land(page, fields=1)
    write(page, page.get_by_label("Comment"), "Cite paragraph 4.8.")
    press_on(page, page.get_by_role("button", name="Record your answer"))
    done(page, "You recorded your answer on the legal comments")
    expect(page.locator("#sign-off-legal-status")).to_have_text("Not signed off")

    page.goto(f"{served}{PAPER}sign-off/legal/")
    expect(page.get_by_text("not signed off. Cite paragraph 4.8.")).to_be_visible()
    press_on(page, page.get_by_label("Sign it off", exact=True), "Space")
    press_on(page, page.get_by_role("button", name="Record your answer"))
    done(page, "You recorded your answer on the legal comments")
    expect(page.locator("#sign-off-legal-status")).to_have_text("Signed off")

    sign_in(page, served, "grace.hall", to=f"{PAPER}submit/")
    press_on(page, page.get_by_role("button", name="Submit"))
    done(page, re.compile("You submitted PCD-681 as version 2"))
    expect(page.get_by_role("heading", name="Signed off by")).to_be_visible()
