"""From the allocation down to a bid and back by keyboard; money moved between lines by two people; a refusal tried."""

import re

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.journeys.helpers import (
    DESK,
    PHONE,
    axe,
    choose,
    done,
    error_links_land,
    follow,
    look,
    press_on,
    sign_in,
    tab_to,
    without_script,
    write,
)

pytestmark = pytest.mark.usefixtures("both_widths")

ROUND = "/rounds/cpie-2019-20/"
FINANCE, LEAD, OFFICE, DEPUTY_MAYOR = "kit.lane", "henry.ives", "mo.novak", "robin.vale"


def test_from_the_allocation_down_to_a_bid_and_back(page: Page, served: str) -> None:
    sign_in(page, served, OFFICE, to=f"{ROUND}reconciliation/")
    look(page)
    picture = page.get_by_role("img", name=re.compile("^The allocation, falling to the underspend"))
    expect(picture).to_have_accessible_name(re.compile("leaves £754,005"))
    expect(page.get_by_role("img", name=re.compile("^What happened to the bids"))).to_have_accessible_name(
        re.compile("83 bids received: 30 rejected, 53 not rejected")
    )
    press_on(page, page.get_by_role("link", name="Grants to third parties (39)"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Grants to third parties")
    expect(page.get_by_text("39 grants, £1,438,598.")).to_be_visible()
    look(page)
    follow(page, page.get_by_role("link", name="Princes Trust PPP Project"))
    look(page)
    press_on(page, page.get_by_role("link", name="Grants needing a decision"))
    expect(page.get_by_text("11 grants, £947,234.")).to_be_visible()
    page.goto(f"{served}{ROUND}reconciliation/bids/")
    look(page)
    press_on(page, page.get_by_role("link", name="Page 2"))
    expect(page.get_by_text("All 83 bids, on every page")).to_be_visible()
    axe(page)
    bid = page.get_by_role("region", name="What makes up this number").get_by_role("link").first
    press_on(page, bid)
    expect(page).to_have_url(re.compile("/bids/BID-"))


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_words_of_the_pictures_keep_their_size(page: Page, served: str, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    sign_in(page, served, OFFICE, to=f"{ROUND}reconciliation/")
    for media in ("screen", "print"):
        page.emulate_media(media=media)
        for words in page.locator(".app-falling text").all():
            assert words.evaluate("each => parseFloat(getComputedStyle(each).fontSize)") >= 13
        # Nothing of a picture leaves it, and no label runs into its figure.
        for picture in page.locator(".app-falling").all():
            frame = picture.bounding_box()
            assert frame
            boxes = [each.bounding_box() for each in picture.locator("text:visible").all()]
            for label, figure in zip(boxes[::2], boxes[1::2], strict=True):
                assert label and figure
                assert label["x"] + label["width"] <= figure["x"], (media, label, figure)
                # The white edge of the words reaches a little beyond them.
                assert figure["x"] + figure["width"] <= frame["x"] + frame["width"] + 6


def test_a_refusal_is_tried_by_keyboard_and_without_javascript(page: Page, browser: Browser, served: str) -> None:
    sign_in(page, served, DEPUTY_MAYOR, to=f"{ROUND}reconciliation/")
    follow(page, page.get_by_role("link", name="If items are refused"))
    follow(page, page.get_by_role("button", name="Show the effect"))
    error_links_land(page, fields=1)
    axe(page)
    press_on(page, page.get_by_role("checkbox", name=re.compile("^London Blues")), "Space")
    press_on(page, page.get_by_role("button", name="Show the effect"))
    expect(page.get_by_role("row", name="Underspend 754,005 905,366 151,361")).to_be_visible()
    expect(page.get_by_text("£151,361 of this has already been paid")).to_be_visible()
    look(page)
    plain = without_script(browser)
    sign_in(plain, served, DEPUTY_MAYOR, to=f"{ROUND}what-if/?decision=PCD-681")
    plain.get_by_label(re.compile("^Cyber security events")).check()
    plain.get_by_role("button", name="Show the effect").click()
    expect(plain.get_by_role("row", name="Total expenditure 4,027,995 3,627,995 −400,000")).to_be_visible()


def test_two_people_move_money_between_lines(page: Page, served: str) -> None:
    sign_in(page, served, OFFICE, to="/decisions/PCD-681/return/")
    write(page, page.get_by_label("Reason"), "Please move the posts.")
    follow(page, page.get_by_role("button", name=re.compile("^Return")))
    sign_in(page, served, FINANCE, to=f"{ROUND}")
    follow(page, page.get_by_role("link", name="Money moved between budget lines"))
    look(page)
    follow(page, page.get_by_role("button", name="Propose a virement"))
    look(page)
    follow(page, page.get_by_role("button", name="Propose virement"))
    error_links_land(page, fields=4)
    axe(page)
    choose(page, page.get_by_label("From", exact=True), "Staffing posts")
    choose(page, page.get_by_label("To", exact=True), "Corporate internal")
    write(page, page.get_by_label("Amount"), "£2,000,000")
    write(page, page.get_by_label("Reason"), "A post stays empty until spring.")
    follow(page, page.get_by_role("button", name="Propose virement"))
    error_links_land(page, fields=1)
    refusal = "Staffing posts holds £1,900,702. Enter that amount or less"
    expect(page.locator("#id_amount_error")).to_contain_text(refusal)
    expect(page.get_by_label("Reason")).to_have_value("A post stays empty until spring.")
    write(page, page.get_by_label("Amount"), "702.50")
    press_on(page, page.get_by_role("button", name="Propose virement"))
    done(page, re.compile("You proposed"))
    look(page)
    follow(page, page.get_by_role("button", name="Withdraw"))
    look(page)

    sign_in(page, served, LEAD)
    follow(page, page.get_by_role("link", name="Confirm or refuse virements"))
    follow(page, page.get_by_role("link", name=re.compile("^VIR-")))
    look(page)
    tab_to(page, page.get_by_role("button", name="Refuse"))
    page.keyboard.press("Enter")
    look(page)
    page.go_back()
    follow(page, page.get_by_role("button", name="Confirm"))
    look(page)
    press_on(page, page.get_by_role("button", name="Confirm and move the money"))
    done(page, re.compile("You confirmed VIR-.* and moved the money"))
    axe(page)
    page.goto(f"{served}{ROUND}reconciliation/")
    expect(page.get_by_role("row", name="Corporate internal projects 289,397.50", exact=True)).to_be_visible()
    expect(page.get_by_role("row", name="Staffing posts £1,900,702 £1,899,999.50 −£702.50").first).to_be_visible()
    expect(page.get_by_text("£754,005 left, to the penny")).to_be_visible()
    look(page)
    # The contents of the page lead past its many numbers.
    follow(page, page.get_by_role("link", name="What changed", exact=True))
    press_on(page, page.get_by_role("link", name="Compare the text and other versions"))
    expect(page.get_by_role("heading", level=1)).to_have_text("What changed in PCD-681")
    look(page)
