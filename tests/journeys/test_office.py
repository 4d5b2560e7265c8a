"""The Deputy Mayor's office asks about a pack, returns it, and puts it forward once all is answered."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.journeys.helpers import axe, done, error_links_land, look, press_on, sign_in, tab_to, without_script

OFFICE, LEAD = "mo.novak", "grace.hall"
PAPER = "/decisions/PCD-681/"


def _return(page: Page, served: str) -> None:
    sign_in(page, served, OFFICE)
    page.goto(f"{served}{PAPER}")
    page.get_by_role("button", name="Return it").or_(page.get_by_role("link", name="Return it")).click()
    page.get_by_label("Reason").fill("Say in 2.2 when the two grants were paid.")
    page.get_by_role("button", name=re.compile("^Return")).click()
    done(page, "PCD-681 is returned to its writers")


def _submit(page: Page, served: str) -> None:
    sign_in(page, served, LEAD)
    page.goto(f"{served}{PAPER}submit/")
    page.get_by_role("button", name="Submit").click()
    done(page, re.compile("PCD-681 is submitted as version 2"))


def test_a_pack_is_returned_queried_answered_and_put_forward(page: Page, served: str) -> None:
    sign_in(page, served, OFFICE)
    look(page)
    page.goto(f"{served}{PAPER}")
    look(page)
    press_on(page, page.get_by_role("button", name="Return it"))
    look(page)
    press_on(page, page.get_by_role("button", name=re.compile("^Return")))
    error_links_land(page, fields=1)
    axe(page)
    page.keyboard.type("Say in 2.2 when the two grants were paid.")
    press_on(page, page.get_by_role("button", name=re.compile("^Return")))
    done(page, "PCD-681 is returned to its writers")
    axe(page)

    _submit(page, served)
    sign_in(page, served, OFFICE)
    press_on(page, page.get_by_role("button", name="Review PCD-681"))
    expect(page.get_by_text("Version 2, submitted by Grace Hall")).to_be_visible()
    page.get_by_role("button", name="Ask a question").click()
    look(page)
    page.get_by_label("What it is about").select_option("table-3")
    page.get_by_role("button", name=re.compile("^Ask")).click()
    error_links_land(page, fields=1)
    expect(page.get_by_label("What it is about")).to_have_value("table-3")
    page.get_by_label("Question").fill("What else does the internal line hold?")
    page.get_by_role("button", name=re.compile("^Ask")).click()
    done(page, "Query 1 is asked")
    look(page)

    page.get_by_role("button", name="Put it forward").click()
    page.get_by_role("button", name="Put it forward").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("A query is open. It needs its answer first.")
    axe(page)

    sign_in(page, served, LEAD)
    page.get_by_role("link", name="Answer queries on PCD-681").click()
    page.get_by_role("link", name="Answer query 1").click()
    look(page)
    page.get_by_label("Answer").fill("Work that no bid asked for.")
    page.get_by_role("button", name=re.compile("answer", re.IGNORECASE)).click()
    done(page, "Query 1 is answered")

    sign_in(page, served, OFFICE)
    page.goto(f"{served}{PAPER}put-forward/")
    look(page)
    tab_to(page, page.get_by_role("button", name="Put it forward"))
    page.keyboard.press("Enter")
    done(page, "PCD-681 is put forward for decision")
    expect(page.get_by_text("Work that no bid asked for.")).to_be_visible()


def test_a_pack_is_returned_without_javascript(browser: Browser, served: str) -> None:
    page = without_script(browser)
    _return(page, served)
    _submit(page, served)
    page.context.close()
