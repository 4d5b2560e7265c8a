"""The auditor reads everything that was done, proves that the trail is whole, and can change nothing."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.journeys.helpers import look, press_on, sign_in, tab_to, without_script

AUDITOR = "sam.wills"
TRAIL = "/trail/rounds/cpie-2019-20/"
UNBROKEN = re.compile(r"^The trail is unbroken: [\d,]+ events, checked \d+ \w+ \d{4} at \d\d:\d\d\.")


def test_the_trail_is_filtered_and_checked_by_keyboard(page: Page, served: str) -> None:
    sign_in(page, served, AUDITOR)
    look(page)
    page.goto(f"{served}{TRAIL}")
    look(page)
    tab_to(page, page.get_by_label("Person"))
    page.keyboard.type("Henry Ives")
    page.keyboard.press("Enter")
    rows = page.locator("tbody tr")
    expect(rows.first).to_contain_text("Henry Ives")
    assert all("Henry Ives" in row for row in rows.all_inner_texts())
    expect(page.get_by_label("Person")).to_have_value("Henry Ives")
    press_on(page, page.get_by_text(re.compile(r"^Details of event")).first.locator("xpath=.."))
    expect(page.get_by_text(re.compile("^Hash")).first).to_be_visible()
    look(page)

    press_on(page, page.get_by_role("button", name="Check the trail"))
    expect(page.get_by_text(UNBROKEN)).to_be_visible()
    look(page)


def test_nothing_can_be_changed(page: Page, served: str) -> None:
    sign_in(page, served, AUDITOR)
    inside = f"{served}/rounds/cpie-2019-20"
    pages = ["", "bids/", "panel/", "ranking/", "routes/", "approvals/", "reconciliation/", "decisions/", "contracts/"]
    addresses = [f"{inside}/{each}" for each in pages] + [f"{served}/decisions/PCD-681/", f"{served}/people/"]
    page.goto(f"{inside}/routes/")
    addresses.append(page.locator("main table a").first.evaluate("each => each.href"))
    page.goto(f"{inside}/bids/")
    addresses.append(page.locator("main table a").first.evaluate("each => each.href"))
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, address
        posts = page.locator("form[method=post]").evaluate_all("all => all.map(each => each.getAttribute('action'))")
        offered = [each for each in posts if each != "/sign-out/"]
        # A form whose button is left out still posts nothing, and an export changes nothing.
        buttons = page.locator("main form[method=post]:not([action*='/export/']) button").all_inner_texts()
        assert not buttons, f"{address} offers {buttons} to {offered}"

    refused = ["panel/close/", "panel/assign/", "review/", "lines/add/", "bids/add/", "decisions/add/", "routes/route/"]
    for each in refused:
        answer = page.goto(f"{inside}/{each}")
        assert answer is not None and answer.status in {403, 404}, f"{each} is open to the auditor"
    look(page)
    for each in ("/decisions/PCD-681/part-2/", "/people/add/", "/decisions/PCD-681/sign/"):
        answer = page.goto(f"{served}{each}")
        assert answer is not None and answer.status in {403, 404}, f"{each} is open to the auditor"


def test_the_trail_is_checked_without_javascript(browser: Browser, served: str) -> None:
    page = without_script(browser)
    sign_in(page, served, AUDITOR, to=f"{TRAIL}")
    page.get_by_label("Person").fill("Mo Novak")
    page.get_by_role("button", name="Check the trail").click()
    expect(page.get_by_text(UNBROKEN)).to_be_visible()
    expect(page.locator("tbody tr").first).to_contain_text("put the pack forward for decision")
    page.context.close()
