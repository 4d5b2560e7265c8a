"""Finance, the administrator and the public without a mouse; the other journeys have a keyboard of their own."""

from playwright.sync_api import Page, expect

from tests.journeys.helpers import (
    decide_and_sign,
    done,
    follow,
    press_on,
    sign_in_by_keyboard,
    tab_to,
)


def test_finance_adds_a_budget_line_by_keyboard(page: Page, served: str) -> None:
    sign_in_by_keyboard(page, served, "kit.lane")
    follow(page, page.get_by_role("link", name="Safer Summer Fund 2026/27"))
    follow(page, page.get_by_role("button", name="Add a budget line"))
    tab_to(page, page.locator("#id_kind_0"))
    # Once in a group of choices, the arrows and the space bar choose.
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    for label, words in (("Label", "Evaluation"), ("Amount", "12,500.50"), ("Reason", "A study of the round")):
        tab_to(page, page.get_by_label(label, exact=True))
        page.keyboard.type(words)
    press_on(page, page.get_by_role("button", name="Add line"))
    done(page, "You saved Evaluation")
    row = page.get_by_role("row").filter(has_text="Evaluation")
    expect(row).to_contain_text("Other")
    expect(row).to_contain_text("£12,500.50")


def test_the_administrator_adds_a_person_by_keyboard(page: Page, served: str) -> None:
    sign_in_by_keyboard(page, served, "iris.jonas")
    follow(page, page.get_by_role("link", name="People"))
    press_on(page, page.get_by_role("button", name="Add a person"))
    for label, words in (("Name", "Nia Okoro"), ("User name", "nia.okoro")):
        tab_to(page, page.get_by_label(label, exact=True))
        page.keyboard.type(words)
    page.keyboard.press("Enter")
    done(page, "You added Nia Okoro")


def test_the_public_reads_a_decision_by_keyboard(page: Page, served: str) -> None:
    decide_and_sign(page, served)
    sign_in_by_keyboard(page, served, "mo.novak")
    page.goto(f"{served}/decisions/PCD-681/publish/")
    press_on(page, page.get_by_role("button", name="Publish the decision"))
    done(page, "You published PCD-681 in the register")
    page.context.clear_cookies()
    page.goto(f"{served}/register/")
    press_on(page, page.get_by_role("link", name="PCD-681 Engagement and crime prevention spending 2019/20"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Engagement and crime prevention spending 2019/20")
    press_on(page, page.get_by_role("link", name="Appendix 1").first)
    expect(page.get_by_role("heading", name="Appendix 1: grants for decision")).to_be_in_viewport()
