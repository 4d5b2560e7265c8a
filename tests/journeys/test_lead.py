"""Two leads take a new round from its spreadsheet to a submitted paper, with all who take part; all by keyboard."""

import re
from datetime import timedelta
from io import BytesIO

from django.utils import timezone
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.journeys.helpers import (
    axe,
    choose,
    done,
    error_links_land,
    fill_day,
    fits_phone,
    follow,
    look,
    pick,
    press_on,
    sign_in,
    tick,
    upload,
    without_script,
    write,
)

ADMINISTRATOR, SECOND_ADMINISTRATOR = "iris.jonas", "jude.amos"
CHAIR, LEAD, SECOND = "olive.marsh", "grace.hall", "henry.ives"
REFERENCE, TITLE = "night-buses", "Night buses trial"
ROUND = f"/rounds/{REFERENCE}"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BID = {
    "led_by": "external",
    "recipient": "Lantern Street Trust",
    "register": "charity",
    "register_number": "9911223",
    "sponsoring_unit": "Central West",
    "summary": "Two trusted adults ride the last buses.",
    "beneficiaries": "Young people on the last buses.",
    "boroughs": "Camden; Islington",
    "themes": "violence",
    "priorities": "children",
    "objectives": "sustained",
    "outputs": "40 nights.",
    "outcomes": "Fewer calls from the route.",
    "evaluation_plan": "Calls before and after.",
    "track_record": "Two winters on other routes.",
    "employs_staff": "yes",
    "london_living_wage": "yes",
    "personal_data": "no",
    "future_cost": "no",
    "illustrative": "Invented for a test",
}


ADVISERS = {
    "finance": ("kit.lane", "Finance"),
    "legal": ("lena.frey", "Legal adviser"),
    "equality": ("esi.mensah", "Equality adviser"),
}


def _open_round(page: Page, served: str) -> None:
    """The administrator opens a round that takes bids today, and gives the roles in it, two of them with a second."""
    today, proposed = timezone.localdate(), []
    sign_in(page, served, ADMINISTRATOR, to="/rounds/add/")
    write(page, page.get_by_label("Reference"), REFERENCE)
    write(page, page.get_by_label("Title"), TITLE)
    write(page, page.get_by_label("Financial year"), "2026/27")
    write(page, page.get_by_label("Allocation", exact=True), "200,000")
    fill_day(page, "Opens on", today.day, today.month, today.year)
    end = today + timedelta(days=7)
    fill_day(page, "Bids close on", end.day, end.month, end.year)
    pick(page, page.get_by_role("group", name="Are the bids scored by a panel?").get_by_label("No"))
    press_on(page, page.get_by_role("button", name="Open round"))
    done(page, f"You opened {TITLE}")
    look(page)
    for username, role in ((CHAIR, "Panel chair"), (LEAD, "CPIE lead"), (SECOND, "CPIE lead"), *ADVISERS.values()):
        page.goto(f"{served}/people/{username}/roles/give/")
        pick(page, page.get_by_label(role, exact=True))
        choose(page, page.get_by_label("Round"), TITLE)
        write(page, page.get_by_label("Reason"), "Named for the trial.")
        press_on(page, page.get_by_role("button", name="Give role"))
        if role == "CPIE lead":
            done(page, re.compile("You proposed PWR-.*. Another administrator has to confirm it."))
            proposed.append(page.url)
        else:
            done(page, re.compile(f"You gave .* the role {role}"))
    look(page)
    sign_in(page, served, SECOND_ADMINISTRATOR, to="/people/")
    look(page)
    for address in proposed:
        page.goto(address)
        look(page)
        follow(page, page.get_by_role("button", name="Confirm"))
        look(page)
        press_on(page, page.get_by_role("button", name="Confirm"))
        done(page, re.compile("You confirmed PWR-"))


def _confirm_limits(page: Page, served: str) -> None:
    sign_in(page, served, LEAD)
    follow(page, page.get_by_role("link", name="Confirm the limits of delegation").first)
    look(page)
    while page.get_by_role("link", name=re.compile("^Confirm the limit")).count():
        follow(page, page.get_by_role("link", name=re.compile("^Confirm the limit")).first)
        axe(page)
        pick(page, page.get_by_label("Yes"))
        write(page, page.get_by_label("Reason"), "Read beside the scheme.")
        follow(page, page.get_by_role("button", name="Confirm the limit"))
        page.goto(f"{served}{ROUND}/rules/")


def _filled(template: bytes, *amounts: int, wrong: bool = False) -> FilePayload:
    """The round's template with a bid of each amount; where `wrong`, the costs of the first do not add up."""
    book: Workbook = load_workbook(BytesIO(template))
    sheet = book.worksheets[0]
    columns = [str(cell.value) for cell in sheet[1]]
    start = timezone.localdate() + timedelta(days=30)
    for number, amount in enumerate(amounts, start=1):
        row = BID | {
            "your_reference": f"NB-{number}",
            "title": f"Night riders {'north' if number == 1 else 'south'}",
            "amount": str(amount),
            "costs": f"Riders: {amount - 1 if wrong and number == 1 else amount}",
            "starts_on": start.isoformat(),
            "ends_on": (start + timedelta(days=90)).isoformat(),
        }
        sheet.append([row.get(column, "") for column in columns])
    out = BytesIO()
    book.save(out)
    return {"name": "bids.xlsx", "mimeType": SHEET, "buffer": out.getvalue()}


def _import(page: Page, served: str) -> None:
    page.goto(f"{served}{ROUND}/bids/")
    look(page)
    follow(page, page.get_by_role("button", name="Import a spreadsheet"))
    look(page)
    follow(page, page.get_by_role("button", name="Check the file"))
    error_links_land(page, fields=1)
    with page.expect_download() as loading:
        press_on(page, page.get_by_role("link", name="the template"))
    template = loading.value.path().read_bytes()

    upload(page, page.get_by_label("Spreadsheet of bids"), _filled(template, 30_000, 25_000, wrong=True))
    press_on(page, page.get_by_role("button", name="Check the file"))
    expect(page.get_by_role("heading", name="1 row cannot be imported")).to_be_visible()
    expect(page.locator(".govuk-error-summary")).to_contain_text("The costs add up to £29,999")
    look(page)

    page.goto(f"{served}{ROUND}/bids/import/")
    upload(page, page.get_by_label("Spreadsheet of bids"), _filled(template, 30_000, 25_000))
    press_on(page, page.get_by_role("button", name="Check the file"))
    expect(page.locator("main")).to_contain_text("2 new bids, asking for £55,000.")
    look(page)
    press_on(page, page.get_by_role("button", name="Import 2 bids"))
    done(page, "You imported 2 bids")

    page.goto(f"{served}{ROUND}/bids/eligibility/")
    look(page)
    follow(page, page.get_by_role("button", name="Record eligibility"))
    error_links_land(page, fields=3)
    for each in page.get_by_role("group", name="Bids").get_by_role("checkbox").all():
        tick(page, each)
    pick(page, page.get_by_label("Yes"))
    write(page, page.get_by_label("Reason"), "Complete, and within the call.")
    press_on(page, page.get_by_role("button", name="Record eligibility"))
    done(page, "You recorded the eligibility of 2 bids")


def _recommend(page: Page, served: str) -> None:
    """The chair records the outcome of both; this round has no scoring."""
    sign_in(page, served, CHAIR, to=f"{ROUND}/interests/")
    for each in page.get_by_label("No interest", exact=True).all():
        pick(page, each)
    follow(page, page.get_by_role("button", name="Record declarations"))
    for title in ("Night riders north", "Night riders south"):
        page.goto(f"{served}{ROUND}/bids/")
        follow(page, page.get_by_role("link", name=title))
        follow(page, page.get_by_role("link", name="Record outcome"))
        pick(page, page.get_by_label("Recommend"))
        write(page, page.get_by_label("Reason that can be published"), "It is near to those who need it.")
        press_on(page, page.get_by_role("button", name="Record outcome"))
        done(page, re.compile("You recorded the outcome of"))


def _review(page: Page, served: str) -> None:
    sign_in(page, served, LEAD, to=f"{ROUND}/review/")
    look(page)
    follow(page, page.get_by_role("button", name="Agree selected bids"))
    error_links_land(page, fields=1)
    tick(page, page.get_by_label("Agree Night riders north"))
    press_on(page, page.get_by_role("button", name="Agree selected bids"))
    done(page, re.compile("agreed"))
    follow(page, page.get_by_role("link", name=re.compile("^Change the amount or send back ?: Night riders south")))
    look(page)
    write(page, page.get_by_label("Recommended amount"), "£24000")
    follow(page, page.get_by_role("button", name="Record the review"))
    error_links_land(page, fields=1)
    expect(page.get_by_label("Recommended amount")).to_have_value("£24000")
    write(page, page.get_by_label("Reason"), "Fewer nights than asked for.")
    press_on(page, page.get_by_role("button", name="Record the review"))
    done(page, "You recorded the review of Night riders south")
    look(page)


def _route(page: Page, served: str) -> None:
    page.goto(f"{served}{ROUND}/families/")
    look(page)
    expect(page.get_by_role("heading", name="Suggestions")).to_be_visible()
    page.goto(f"{served}{ROUND}/routes/")
    follow(page, page.get_by_role("button", name="Route 2 grants"))
    look(page)
    press_on(page, page.get_by_role("button", name="Route the grants"))
    done(page, "You routed 2 grants")
    expect(page.get_by_role("heading", name="Delegated: 2 grants, £54,000")).to_be_visible()
    expect(page.get_by_text("2 routing warnings are open")).to_be_visible()
    look(page)
    for title in ("Night riders north", "Night riders south"):
        follow(page, page.get_by_role("link", name=re.compile(f"^Clear the warning ?: {title}")))
        axe(page)
        follow(page, page.get_by_role("button", name="Clear the warning"))
        error_links_land(page, fields=1)
        write(page, page.get_by_label("Reason"), "Two routes, two crews, two budgets.")
        press_on(page, page.get_by_role("button", name="Clear the warning"))
        done(page, f"You cleared the warning on {title}")
    expect(page.get_by_role("heading", name="Delegated: 2 grants, £54,000")).to_be_visible()
    look(page)


def _approve(page: Page, served: str) -> None:
    page.goto(f"{served}{ROUND}/approvals/")
    # Who reviewed and cleared does not approve.
    expect(page.get_by_text("You cannot approve this")).to_have_count(2)
    expect(page.get_by_role("button", name="Check selected grants")).to_have_count(0)
    sign_in(page, served, SECOND, to=f"{ROUND}/approvals/")
    look(page)
    press_on(page, page.get_by_role("button", name="Check selected grants"))
    expect(page.locator(".govuk-error-summary")).to_contain_text("Select at least one grant")
    for title in ("Night riders north", "Night riders south"):
        tick(page, page.get_by_label(f"Approve {title}"))
    press_on(page, page.get_by_role("button", name="Check selected grants"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Check before you approve")
    expect(page.get_by_text("£54,000")).to_be_visible()
    look(page)
    follow(page, page.get_by_role("button", name="Approve 2 grants"))
    error_links_land(page, fields=1)
    axe(page)
    write(page, page.get_by_label("Reason"), "Below the limit, and in two families.")
    press_on(page, page.get_by_role("button", name="Approve 2 grants"))
    expect(page.get_by_role("heading", level=1)).to_have_text("2 grants approved")
    expect(page.locator("main li strong")).to_have_count(2)
    look(page)


def _write(page: Page, served: str) -> None:
    sign_in(page, served, LEAD, to=f"{ROUND}/decisions/add/")
    look(page)
    write(page, page.get_by_label("Reference"), "PCD-900")
    write(page, page.get_by_label("Title"), "Night buses, a trial")
    follow(page, page.get_by_role("button", name="Open the paper"))
    look(page)
    page.goto(f"{served}/decisions/PCD-900/submit/")
    expect(page.get_by_text("Correct these problems before you submit the paper:")).to_be_visible()
    look(page)
    page.goto(f"{served}/decisions/PCD-900/")
    writing = page.get_by_role("link", name=re.compile("^Write (?!Part 2)"))
    addresses = writing.evaluate_all("all => all.map(each => each.href)")
    for number, address in enumerate(addresses):
        page.goto(address)
        text = "We ask for {grants} in grants, out of £3.21m." if number == 0 else "Nothing to add here."
        write(page, page.get_by_label("Text"), text)
        press_on(page, page.get_by_role("button", name="Save the section"))
        done(page, re.compile("You saved"))
    # A figure that nothing in the register gives, and no source is named for.
    expect(page.get_by_text("says £3.21m, which matches no figure in this paper").first).to_be_visible()
    page.goto(addresses[0])
    expect(page.locator("li").filter(has_text="£3.21m")).to_contain_text("unmatched")
    look(page)
    page.goto(f"{served}/decisions/PCD-900/submit/")
    expect(page.get_by_role("button", name="Submit")).to_have_count(0)
    wrong = page.locator("main li").filter(has_text="£3.21m")
    axe(page)
    follow(page, wrong.get_by_role("link", name=re.compile("^Correct it")))
    expect(page).to_have_url(re.compile("/sections/"))

    write(page, page.get_by_label("Source of £3.21m"), "The budget of the operator")
    press_on(page, page.get_by_role("button", name="Save the section"))
    done(page, re.compile("You saved"))
    for area, (username, _) in ADVISERS.items():
        sign_in(page, served, username, to=f"/decisions/PCD-900/sign-off/{area}/")
        pick(page, page.get_by_label("Sign it off", exact=True))
        press_on(page, page.get_by_role("button", name="Record your answer"))
        done(page, f"You recorded your answer on the {area} comments")
    sign_in(page, served, LEAD, to="/decisions/PCD-900/")
    expect(page.get_by_text("The paper reconciles to the penny")).to_be_visible()
    page.goto(f"{served}/decisions/PCD-900/submit/")
    press_on(page, page.get_by_role("button", name="Submit"))
    done(page, "You submitted PCD-900 as version 1")
    expect(page.locator(".app-paper")).to_contain_text("We ask for £54k in grants, out of £3.21m.")
    look(page)


def test_a_round_goes_from_its_spreadsheet_to_a_submitted_paper(page: Page, served: str) -> None:
    _open_round(page, served)
    _confirm_limits(page, served)
    _import(page, served)
    _recommend(page, served)
    _review(page, served)
    _route(page, served)
    _approve(page, served)
    _write(page, served)


def test_the_reconciliation_and_the_routes_read_on_a_phone(page: Page, served: str) -> None:
    sign_in(page, served, LEAD)
    for each in ("reconciliation/", "routes/", "bids/", "ranking/", "contracts/"):
        page.goto(f"{served}/rounds/cpie-2019-20/{each}")
        fits_phone(page)
    page.goto(f"{served}/decisions/PCD-681/")
    fits_phone(page)


def test_a_section_is_written_without_javascript(browser: Browser, served: str) -> None:
    page = without_script(browser)
    sign_in(page, served, LEAD, to="/rounds/safer-summer-2026-27/decisions/add/")
    write(page, page.get_by_label("Reference"), "PCD-901")
    write(page, page.get_by_label("Title"), "Safer summer")
    follow(page, page.get_by_role("button", name="Open the paper"))
    follow(page, page.get_by_role("link", name="Write Equality comments"))
    write(page, page.get_by_label("Text"), "Who is reached, out of £3.21m.")
    press_on(page, page.get_by_role("button", name="Save the section"))
    done(page, "You saved “Equality comments”")
    press_on(page, page.get_by_role("link", name="Write Equality comments"))
    expect(page.locator("li").filter(has_text="£3.21m")).to_contain_text("unmatched")
    page.context.close()
