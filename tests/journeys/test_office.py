"""The Deputy Mayor's office returns a pack, asks about it and puts it forward; all by keyboard."""

import re

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

OFFICE, LEAD = "mo.novak", "grace.hall"
PAPER = "/decisions/PCD-681/"


def _return(page: Page, served: str) -> None:
    sign_in(page, served, OFFICE, to=f"{PAPER}")
    follow(
        page, page.get_by_role("button", name="Return the pack").or_(page.get_by_role("link", name="Return the pack"))
    )
    write(page, page.get_by_label("Reason"), "Say in 2.2 when the two grants were paid.")
    press_on(page, page.get_by_role("button", name=re.compile("^Return")))
    done(page, "You returned PCD-681 to its writers")


def _submit(page: Page, served: str) -> None:
    sign_in(page, served, LEAD, to=f"{PAPER}submit/")
    press_on(page, page.get_by_role("button", name="Submit"))
    done(page, re.compile("You submitted PCD-681 as version 2"))


def test_a_pack_is_returned_queried_answered_and_put_forward(page: Page, served: str) -> None:
    sign_in(page, served, OFFICE)
    look(page)
    page.goto(f"{served}{PAPER}")
    look(page)
    follow(page, page.get_by_role("button", name="Return the pack"))
    look(page)
    follow(page, page.get_by_role("button", name=re.compile("^Return")))
    error_links_land(page, fields=1)
    axe(page)
    page.keyboard.type("Say in 2.2 when the two grants were paid.")
    press_on(page, page.get_by_role("button", name=re.compile("^Return")))
    done(page, "You returned PCD-681 to its writers")
    axe(page)

    _submit(page, served)
    sign_in(page, served, OFFICE)
    press_on(page, page.get_by_role("button", name="Review PCD-681"))
    expect(page.get_by_text("Version 2, submitted by Grace Hall")).to_be_visible()
    follow(page, page.get_by_role("button", name="Ask a question"))
    look(page)
    choose(page, page.get_by_label("What it is about"), "Table 3")
    follow(page, page.get_by_role("button", name=re.compile("^Ask")))
    error_links_land(page, fields=1)
    expect(page.get_by_label("What it is about")).to_have_value("table-3")
    write(page, page.get_by_label("Question"), "What else does the internal line hold?")
    press_on(page, page.get_by_role("button", name=re.compile("^Ask")))
    done(page, "You asked query 1")
    look(page)

    follow(page, page.get_by_role("button", name="Put the pack forward"))
    press_on(page, page.get_by_role("button", name="Put the pack forward"))
    expect(page.locator(".govuk-error-summary")).to_contain_text(
        "Answer the open queries before you put the pack forward."
    )
    axe(page)

    sign_in(page, served, LEAD)
    follow(page, page.get_by_role("link", name="Answer queries on PCD-681"))
    follow(page, page.get_by_role("link", name="Answer query 1"))
    look(page)
    write(page, page.get_by_label("Answer"), "Work that no bid asked for.")
    press_on(page, page.get_by_role("button", name=re.compile("answer", re.IGNORECASE)))
    done(page, "You answered query 1")

    sign_in(page, served, OFFICE, to=f"{PAPER}put-forward/")
    look(page)
    press_on(page, page.get_by_role("button", name="Put the pack forward"))
    done(page, "You put PCD-681 forward for decision")
    expect(page.get_by_text("Work that no bid asked for.")).to_be_visible()


def test_a_pack_is_returned_without_javascript(browser: Browser, served: str) -> None:
    page = without_script(browser)
    _return(page, served)
    _submit(page, served)
    page.context.close()
