"""The chair plans who scores what, writes to those behind, and sees to interests; a member declines a bid."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.helpers import (
    axe,
    done,
    error_links_land,
    follow,
    look,
    press_on,
    sign_in,
    tab_to,
    write,
)
from tests.journeys.panel import CHAIR, MEMBER, ROUND, row_of

pytestmark = pytest.mark.usefixtures("both_widths")


def _assigned(page: Page) -> int:
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Panel of"))
    return sum(int(cell) for cell in page.get_by_label("Members").locator("tbody td:nth-child(2)").all_inner_texts())


def test_a_plan_is_seen_changed_applied_and_taken_back(page: Page, served: str) -> None:
    sign_in(page, served, CHAIR)
    press_on(page, page.get_by_role("link", name=re.compile("to submit$")))
    before = _assigned(page)
    follow(page, page.get_by_role("button", name="Plan who scores what"))
    look(page)
    scorers = page.get_by_label("Scorers for each bid")
    write(page, scorers, "99")
    follow(page, page.get_by_role("button", name="Make plan"))
    error_links_land(page, fields=1)
    axe(page)
    write(page, scorers, "5")
    press_on(page, page.get_by_role("button", name="Make plan"))
    done(page, re.compile("This is the plan"))
    look(page)

    ticked = page.locator("input[name=pairs]:checked")
    planned = ticked.count()
    assert planned > 1
    first = page.locator(f"#{ticked.first.get_attribute('id')}".replace(":", r"\:").replace(".", r"\."))
    expect(first).to_have_accessible_name(re.compile(r"^\w+ \w+ scores SSF-\d+ "))
    press_on(page, first, "Space")
    press_on(page, page.get_by_role("button", name="Save changes on this page"), "Enter")
    done(page, "You saved the changes to the plan")
    expect(first).not_to_be_checked()
    expect(ticked).to_have_count(planned - 1)
    press_on(page, page.get_by_role("button", name="Apply plan"))
    done(page, f"You applied the plan and made {planned - 1} assignments")
    assert _assigned(page) == before + planned - 1

    follow(page, page.get_by_role("button", name="Plan who scores what"))
    look(page)
    follow(page, page.get_by_role("link", name=re.compile("^Undo")).first)
    look(page)
    follow(page, page.get_by_role("button", name="Undo plan"))
    error_links_land(page, fields=1)
    write(page, page.get_by_label("Reason"), "Two members are away in the first week.")
    press_on(page, page.get_by_role("button", name="Undo plan"))
    done(page, f"You undid the plan and withdrew {planned - 1} assignments")
    assert _assigned(page) == before


def test_members_who_are_behind_get_a_letter(page: Page, served: str) -> None:
    sign_in(page, served, CHAIR)
    follow(page, page.get_by_role("link", name=re.compile("to submit$")))
    follow(page, page.get_by_role("link", name="Email members who are behind"))
    look(page)
    # Everybody is ticked. The chair takes the ticks away, one by one.
    behind = page.get_by_role("checkbox", checked=True)
    while behind.count():
        press_on(page, behind.first, "Space")
    follow(page, page.get_by_role("button", name="Send emails"))
    error_links_land(page, fields=1)
    axe(page)
    press_on(page, page.get_by_label("Amara Cole"), "Space")
    press_on(page, page.get_by_role("button", name="Send emails"))
    done(page, "You emailed 1 member")


def test_an_interest_is_seen_and_waived_by_the_chair(page: Page, served: str) -> None:
    sign_in(page, served, MEMBER, to=f"{ROUND}/interests/")
    bid = page.get_by_role("group").filter(has_text="SSF-08")
    tab_to(page, bid.get_by_label("No interest"))
    page.keyboard.press("ArrowDown")
    expect(bid.get_by_label("I have an interest")).to_be_checked()
    write(page, bid.get_by_label("If you have an interest, what is it?"), "I rented a room from them in 2019.")
    press_on(page, page.get_by_role("button", name="Record declarations"))
    done(page, re.compile("declaration"))

    sign_in(page, served, CHAIR)
    press_on(page, page.get_by_role("link", name=re.compile("to submit$")))
    expect(row_of(page, "Amara Cole").locator("td").nth(6)).to_have_text("1")
    follow(page, page.get_by_role("link", name="Declared interests"))
    look(page)
    row = row_of(page, "SSF-08")
    expect(row).to_contain_text("I rented a room from them in 2019.")
    press_on(page, row.get_by_role("link", name=re.compile("^Waive")))
    look(page)
    follow(page, page.get_by_role("button", name="Waive interest"))
    error_links_land(page, fields=1)
    axe(page)
    write(page, page.get_by_label("Reason"), "It ended years ago.")
    press_on(page, page.get_by_role("button", name="Waive interest"))
    done(page, "You waived the interest of Amara Cole in SSF-08")
    expect(row).to_contain_text("Waived by Olive Marsh")
    look(page)

    sign_in(page, served, MEMBER, to=f"{ROUND}/scoring/")
    expect(page.locator(".govuk-task-list__item").filter(has_text="SSF-08")).to_contain_text("Your interest was waived")
    look(page)


def test_a_chair_declares_an_interest_and_the_bid_is_shut_to_them(page: Page, served: str) -> None:
    sign_in(page, served, CHAIR)
    press_on(page, page.get_by_role("link", name=re.compile("to submit$")))
    expect(row_of(page, "SSF-08")).to_be_visible()
    follow(page, page.get_by_role("link", name="Your interests"))
    look(page)
    bid = page.get_by_role("group").filter(has_text="SSF-08")
    tab_to(page, bid.get_by_label("No interest"))
    page.keyboard.press("ArrowDown")
    follow(page, page.get_by_role("button", name="Record declarations"))
    error_links_land(page, fields=1)
    write(page, bid.get_by_label("If you have an interest, what is it?"), "I was its treasurer.")
    press_on(page, page.get_by_role("button", name="Record declarations"))
    done(page, "You recorded 1 declaration")
    expect(page.get_by_text("1 bid with the panel is not shown to you")).to_be_visible()
    expect(page.locator("tbody tr").filter(has_text="SSF-08")).to_have_count(0)
    look(page)


def test_a_member_declines_a_bid_and_the_chair_sees_it(page: Page, served: str) -> None:
    sign_in(page, served, MEMBER, to=f"{ROUND}/scoring/")
    row = page.locator(".govuk-task-list__item").filter(has_text="SSF-16")
    press_on(page, row.get_by_role("link", name=re.compile("^Decline")))
    look(page)
    follow(page, page.get_by_role("button", name="Decline"))
    error_links_land(page, fields=1)
    axe(page)
    write(page, page.get_by_label("Reason"), "I am on leave until the day of the meeting.")
    press_on(page, page.get_by_role("button", name="Decline"))
    done(page, "You declined SSF-16")
    expect(row).to_have_count(0)

    sign_in(page, served, CHAIR, to=f"{ROUND}/panel/")
    expect(row_of(page, "Amara Cole").locator("td").nth(3)).to_have_text("1")
    look(page)
