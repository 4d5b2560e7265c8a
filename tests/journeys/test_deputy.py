"""The Deputy Mayor names a deputy, who decides and signs; the office defers publication; a later paper amends it."""

from datetime import date

from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.journeys.helpers import (
    axe,
    choose,
    decide_and_sign,
    done,
    error_links_land,
    fill_day,
    follow,
    look,
    press_on,
    sign_in,
    write,
)


def _days(page: Page, legend: str, day: date) -> None:
    fill_day(page, legend, day.day, day.month, day.year)


def test_a_deputy_decides_in_their_own_name_and_names_nobody(page: Page, served: str) -> None:
    today = timezone.localdate()
    sign_in(page, served, "robin.vale", to="/deputies/")
    look(page)
    follow(page, page.get_by_role("button", name="Name a deputy"))
    look(page)
    follow(page, page.get_by_role("button", name="Name deputy"))
    error_links_land(page, fields=5)
    axe(page)
    choose(page, page.get_by_label("Role"), "Deputy Mayor for Policing and Crime, Engagement")
    choose(page, page.get_by_label("Your deputy"), "Mo Novak")
    _days(page, "First day", today)
    _days(page, "Last day", today.replace(year=today.year + 1))
    write(page, page.get_by_label("Reason"), "Leave.")
    press_on(page, page.get_by_role("button", name="Name deputy"))
    done(page, "Mo Novak is your deputy until")
    expect(page.get_by_text("In force")).to_be_visible()
    look(page)

    decide_and_sign(page, served, deputy_mayor="mo.novak")
    expect(page.locator("#signature + dl")).to_contain_text("As deputy for")
    expect(page.locator("#signature + dl")).to_contain_text("Robin Vale")
    page.goto(f"{served}/deputies/")
    look(page)
    page.goto(f"{served}/deputies/name/")
    choose(page, page.get_by_label("Role"), "Deputy Mayor for Policing and Crime, Engagement")
    choose(page, page.get_by_label("Your deputy"), "Ben Hart")
    _days(page, "First day", today)
    _days(page, "Last day", today)
    write(page, page.get_by_label("Reason"), "Passing it on.")
    press_on(page, page.get_by_role("button", name="Name deputy"))
    refusal = "You hold this role as a deputy. A deputy cannot name a deputy"
    expect(page.locator(".govuk-error-summary")).to_contain_text(refusal)
    axe(page)


def test_publication_is_deferred_and_a_later_paper_amends_the_decision(page: Page, served: str) -> None:
    decide_and_sign(page, served)
    sign_in(page, served, "mo.novak", to="/decisions/PCD-681/")
    follow(page, page.get_by_role("button", name="Defer publication"))
    look(page)
    follow(page, page.get_by_role("button", name="Defer publication"))
    error_links_land(page, fields=2)
    fill_day(page, "Do not publish before", 1, 3, 2099)
    write(page, page.get_by_label("Reason"), "A trial is running.")
    press_on(page, page.get_by_role("button", name="Defer publication"))
    done(page, "You deferred the publication of PCD-681")
    page.goto(f"{served}/register/")
    expect(page.get_by_text("Publication is deferred until 1 March 2099: A trial is running.")).to_be_visible()
    look(page)

    sign_in(page, served, "grace.hall", to="/rounds/cpie-2019-20/decisions/add/")
    write(page, page.get_by_label("Reference"), "PCD-700")
    write(page, page.get_by_label("Title"), "A smaller grant")
    choose(page, page.get_by_label("Amends"), "PCD-681")
    press_on(page, page.get_by_role("button", name="Open the paper"))
    done(page, "You opened PCD-700")
    look(page)
    follow(page, page.get_by_role("button", name="Change a grant"))
    look(page)
    follow(page, page.get_by_role("button", name="Add the change"))
    error_links_land(page, fields=3)
    choose(page, page.get_by_label("Grant", exact=True), "A2 Dominion")
    write(page, page.get_by_label("New amount"), "70,000.01")
    write(page, page.get_by_label("Reason"), "One lot fell away.")
    press_on(page, page.get_by_role("button", name="Add the change"))
    expect(page.locator(".govuk-error-summary")).to_contain_text("Amount must be no more than the")
    write(page, page.get_by_label("New amount"), "65,000")
    press_on(page, page.get_by_role("button", name="Add the change"))
    done(page, "PCD-700 asks for £65,000")
    expect(page.get_by_text("from £70,000 to £65,000").first).to_be_visible()
    look(page)
    follow(page, page.get_by_role("link", name="Withdraw the change"))
    look(page)
    write(page, page.get_by_label("Reason"), "It stays.")
    press_on(page, page.get_by_role("button", name="Withdraw the change"))
    done(page, "You withdrew the change")
