"""A lead imports the file of another funder by keyboard: the sheet, the columns, the rows that were left out."""

from playwright.sync_api import Page, expect

from tests.bids.sheets import funders
from tests.bids.sheets.making import csv_file
from tests.journeys.helpers import choose, follow, look, press_on, sign_in, tick, upload, write

ROUND = "/rounds/safer-summer-2026-27"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_a_lead_maps_the_workbook_of_a_funder(page: Page, served: str) -> None:
    sign_in(page, served, "grace.hall", to=f"{ROUND}/bids/import/")
    file = {"name": "tideway.xlsx", "mimeType": XLSX, "buffer": funders.workbook_xlsx(3)}
    upload(page, page.get_by_label("Spreadsheet of bids"), file)
    press_on(page, page.get_by_role("button", name="Check the file"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose the sheet with the bids")
    look(page)
    follow(page, page.get_by_role("button", name="Continue"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose the columns")
    look(page)
    expect(page.get_by_label("Title: column")).to_contain_text(
        "D: Project Title (Mentors after dark, Night bus marshals)"
    )
    press_on(page, page.get_by_role("button", name="Check the rows"))
    expect(page.locator(".govuk-error-summary")).to_contain_text("Outputs: choose its column or give a value")
    look(page)
    choose(page, page.get_by_label("Sponsoring unit: column"), "Not in the file")
    write(page, page.get_by_label("Sponsoring unit: value for rows without one"), "Central West")
    for field in ("Who benefits", "Outputs", "Outcomes", "Evaluation plan", "Track record"):
        write(page, page.get_by_label(f"{field}: value for rows without one"), "Not in the file")
    tick(page, page.get_by_role("group", name="Themes: value for rows without one").get_by_role("checkbox").first)
    tick(page, page.get_by_role("group", name="Plan priorities: value for").get_by_role("checkbox").first)
    for question in ("Does it pay staff?", "Does it use personal data of the public?", "Does it leave a future"):
        choose(page, page.get_by_label(question).locator("visible=true").last, "No")
    follow(page, page.get_by_role("button", name="Check the rows"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Check the bids in tideway.xlsx, sheet “Grants 2026-27”")
    expect(page.locator("main")).to_contain_text("3 new bids")
    expect(page.locator("main")).to_contain_text("1 April 2027")
    look(page)
    follow(page, page.get_by_role("link", name="Choose which of the rows left out come in"))
    look(page)
    tick(page, page.get_by_role("checkbox").first)
    follow(page, page.get_by_role("button", name="Save your choice"))
    expect(page.get_by_role("heading", name="1 row cannot be imported")).to_be_visible()
    look(page)


def test_a_file_without_headings_is_asked_about(page: Page, served: str) -> None:
    sign_in(page, served, "grace.hall", to=f"{ROUND}/bids/import/")
    file = {"name": "bare.csv", "mimeType": "text/csv", "buffer": csv_file(["a", "b"], ["c", "d"])}
    upload(page, page.get_by_label("Spreadsheet of bids"), file)
    press_on(page, page.get_by_role("button", name="Check the file"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose the columns")
    follow(page, page.get_by_role("link", name="Choose another row of headings"))
    look(page)
