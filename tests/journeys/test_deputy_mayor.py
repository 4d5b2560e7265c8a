"""The Deputy Mayor decides item by item and signs with a password; all by keyboard."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.conftest import DEMO_PASSWORD
from tests.journeys.helpers import (
    axe,
    decide_and_sign,
    done,
    error_links_land,
    fits_phone,
    focused,
    follow,
    look,
    pick,
    press_on,
    sign_in,
    without_script,
    write,
)

DEPUTY_MAYOR = "robin.vale"


def test_the_items_are_decided_one_by_one_and_signed(page: Page, served: str) -> None:
    sign_in(page, served, DEPUTY_MAYOR)
    look(page)
    follow(page, page.get_by_role("button", name="Decide PCD-681"))
    look(page)
    items = page.locator("fieldset").filter(has=page.locator("legend", has_text=re.compile(r"^Item \d+\.")))
    total = items.count()
    assert total == 11 + 1 + 2, f"{total} items: 11 grants and a contract to approve, two sets to note"

    # The third is forgotten; the fourth has conditions.
    for number in range(1, total + 1):
        item = items.nth(number - 1)
        if number == 4:
            pick(page, item.get_by_label("Approved with conditions"))
            write(page, item.get_by_label("Other conditions for item 4"), "A report by Christmas.")
        elif number != 3:
            pick(page, item.get_by_label("Approved", exact=True).or_(item.get_by_label("Noted", exact=True)))
    write(page, page.get_by_label("Your interests"), "None.")
    follow(page, page.get_by_role("button", name="Continue to signature"))
    error_links_land(page, fields=1)
    expect(page.get_by_label("Other conditions for item 4")).to_have_value("A report by Christmas.")
    expect(page.get_by_label("Your interests")).to_have_value("None.")
    axe(page)
    fits_phone(page)

    # The link of the error led to the third item's first answer.
    assert focused(page)[1].startswith("id_answer_3")
    page.keyboard.press("Space")
    press_on(page, page.get_by_role("button", name="Continue to signature"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and sign PCD-681")
    expect(page.get_by_text("A report by Christmas.")).to_be_visible()
    look(page)

    write(page, page.get_by_label("Your password"), "not the password")
    follow(page, page.get_by_role("button", name="Sign the decision"))
    error_links_land(page, fields=1)
    expect(page.locator("#id_password_error")).to_contain_text("Enter the password you use to sign in")
    axe(page)
    write(page, page.get_by_label("Your password"), DEMO_PASSWORD)
    press_on(page, page.get_by_role("button", name="Sign the decision"))
    done(page, "You signed PCD-681")
    look(page)
    expect(page.get_by_text("A report by Christmas.").first).to_be_visible()

    # It is signed once.
    page.goto(f"{served}/decisions/PCD-681/sign/")
    expect(page.get_by_text(re.compile("^Signed on"))).to_be_visible()
    expect(page.get_by_role("button", name="Sign the decision")).to_have_count(0)


def test_it_is_decided_and_signed_without_javascript(browser: Browser, served: str) -> None:
    page = without_script(browser)
    decide_and_sign(page, served)
    page.context.close()
