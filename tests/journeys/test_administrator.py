"""An administrator brings in a person, who sets a password and signs in, and has no power over bids."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.journeys.helpers import (
    axe,
    done,
    error_links_land,
    follow,
    look,
    sign_in,
    sign_in_by_keyboard,
    without_script,
)

ADMINISTRATOR = "iris.jonas"
PASSWORD = "a-long-invented-password"


def test_a_person_is_added_given_a_role_and_signs_in(page: Page, served: str) -> None:
    sign_in(page, served, ADMINISTRATOR)
    look(page)
    follow(page, page.get_by_role("link", name="People", exact=True))
    look(page)
    follow(page, page.get_by_role("button", name="Add a person"))
    look(page)
    page.get_by_label("Name", exact=True).fill("Nour Castle")
    page.get_by_role("button", name="Add person").click()
    error_links_land(page, fields=1)
    expect(page.get_by_label("Name", exact=True)).to_have_value("Nour Castle")
    axe(page)
    page.get_by_label("User name").fill("nour.castle")
    page.get_by_role("button", name="Add person").click()
    done(page, re.compile("You added Nour Castle"))
    look(page)

    page.get_by_role("button", name="Give a role").click()
    look(page)
    page.get_by_role("button", name="Give role").click()
    error_links_land(page, fields=2)
    page.get_by_label("Panel member").check()
    page.get_by_label("Round").select_option(label="Safer Summer Fund 2026/27")
    page.get_by_label("Reason").fill("Joins the panel in November.")
    page.get_by_role("button", name="Give role").click()
    done(page, "You gave Nour Castle the role Panel member")

    page.get_by_role("button", name="Make a password link").click()
    look(page)
    link = page.locator("main code").inner_text()
    page.context.clear_cookies()
    page.goto(link)
    look(page)
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Set password").click()
    error_links_land(page, fields=1)
    axe(page)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    done(page, "Your password is set. Sign in with it.")
    look(page)
    again = page.goto(link)
    assert again is not None and again.status == 404, "The link works twice"
    axe(page)
    sign_in_by_keyboard(page, served, "nour.castle", PASSWORD)
    expect(page.get_by_role("heading", name="Safer Summer Fund 2026/27")).to_be_visible()
    expect(page.get_by_text("Engagement and crime prevention 2019/20")).to_have_count(0)


def test_bids_scores_and_approvals_are_closed_to_an_administrator(page: Page, served: str) -> None:
    sign_in(page, served, ADMINISTRATOR)
    menu = page.get_by_role("navigation", name="Menu")
    for closed in ("Bids", "Scoring", "Panel", "Ranking", "Approvals", "Decisions"):
        expect(menu.get_by_role("link", name=closed, exact=True)).to_have_count(0)
    for each in ("bids/", "scoring/", "panel/", "ranking/", "review/", "routes/", "approvals/", "decisions/"):
        answer = page.goto(f"{served}/rounds/cpie-2019-20/{each}")
        assert answer is not None and answer.status in {403, 404}, f"{each} is open to an administrator"
    look(page)
    answer = page.goto(f"{served}/people/{ADMINISTRATOR}/roles/give/")
    assert answer is not None and answer.status == 200
    page.get_by_label("CPIE lead").check()
    page.get_by_label("Reason").fill("I would like to.")
    page.get_by_role("button", name="Give role").click()
    refusal = "You cannot give yourself a role. Ask another administrator."
    expect(page.locator(".govuk-error-summary")).to_contain_text(refusal)


def test_the_rounds_are_reached_from_home(page: Page, served: str) -> None:
    sign_in(page, served, ADMINISTRATOR)
    page.get_by_role("link", name="Rounds", exact=True).click()
    look(page)
    page.get_by_role("button", name="Open a round").click()
    look(page)
    page.get_by_role("button", name=re.compile("^Open")).click()
    error_links_land(page)
    axe(page)


def test_a_person_is_added_without_javascript(browser: Browser, served: str) -> None:
    page = without_script(browser)
    sign_in(page, served, ADMINISTRATOR, to="/people/add/")
    page.get_by_label("Name", exact=True).fill("Nour Castle")
    page.get_by_label("User name").fill("nour.castle")
    page.get_by_role("button", name="Add person").click()
    done(page, re.compile("You added Nour Castle"))
    page.context.close()
