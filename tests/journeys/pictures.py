"""The pictures of README and the guides, taken of the demo. `make pictures` takes them anew; no test run does."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.conftest import ROOT
from tests.journeys.helpers import sign_in
from tests.journeys.panel import CHAIR, LEAD, MEMBER, close_scoring
from tests.journeys.panel import ROUND as SCORING

PAPER = "/decisions/PCD-681/"
PRESENT = ("Amara Cole", "Ben Hart", "Chloe Ng", "Dev Patel")


def _take(page: Page, path: str, width: int, height: int, *, top: str = "body") -> None:
    """Take the page from the element `top` down, `width` by `height` pixels."""
    page.set_viewport_size({"width": width, "height": height})
    page.locator(top).first.evaluate("each => each.scrollIntoView({ block: 'start' })")
    page.evaluate("() => document.fonts.ready")
    page.screenshot(path=Path(ROOT, "docs", path), animations="disabled")


def test_reading(page: Page, served: str) -> None:
    sign_in(page, served, "robin.vale", to=f"{PAPER}")
    _take(page, "images/decision.png", 1200, 1000)


def test_scoring(page: Page, served: str) -> None:
    sign_in(page, served, MEMBER, to=f"{SCORING}/interests/")
    _take(page, "pictures/interests.png", 900, 610)
    page.goto(f"{served}{SCORING}/scoring/")
    page.locator("main .govuk-button").first.click()
    page.wait_for_load_state("load")
    page.locator("#id_score_4_3").check()
    page.locator("#id_reason_4").fill("The plan names who does what, by when, and how lateness is measured.")
    expect(page.locator("[data-autosave-status]")).to_contain_text("Draft saved")
    _take(page, "pictures/score.png", 1280, 900, top="[data-criterion='7']")
    page.context.set_offline(True)
    page.locator("#id_reason_4").fill("The plan names who does what and by when.")
    expect(page.locator("[data-autosave-status]")).to_contain_text("no connection")
    _take(page, "pictures/offline.png", 490, 400, top="[data-criterion='4'] .app-criterion__why")


def test_meeting(page: Page, served: str) -> None:
    close_scoring(page, served)
    sign_in(page, served, CHAIR, to=f"{SCORING}/meetings/")
    page.get_by_role("button", name="Plan a meeting").click()
    for label, words in (("Day", "8"), ("Month", "12"), ("Year", "2026")):
        page.get_by_label(label, exact=True).fill(words)
    page.get_by_label("Quorum").fill("3")
    page.get_by_role("button", name="Plan meeting").click()
    page.get_by_role("button", name="Open the meeting").click()
    for name in PRESENT:
        page.get_by_label(name).check()
    page.get_by_role("button", name="Open the meeting").click()
    expect(page.get_by_text(", ".join(PRESENT))).to_be_visible()
    _take(page, "pictures/meeting.png", 1100, 700, top="h2.govuk-heading-m")


def test_writing(page: Page, served: str) -> None:
    sign_in(page, served, "mo.novak", to=f"{PAPER}query/")
    page.locator("select").select_option("table-3")
    page.locator("textarea").fill("What else does the internal line include?")
    _take(page, "pictures/query.png", 1280, 640)
    page.goto(f"{served}{PAPER}return/")
    page.get_by_label("Reason").fill("Name the paragraph of the scheme.")
    page.locator("main .govuk-button").first.click()
    sign_in(page, served, LEAD, to=f"{PAPER}sections/financial/")
    _take(page, "pictures/writing.png", 1280, 1000)
    page.get_by_role("textbox", name="Text").fill("The allocation is {allocation}, and {underspend} is left.")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Save")).click()
    page.goto(f"{served}{PAPER}")
    _take(page, "pictures/sign-offs.png", 1280, 620, top="h2:has-text('Sign-offs')")


def test_signing(page: Page, served: str) -> None:
    sign_in(page, served, "robin.vale", to=f"{PAPER}decide/")
    for choice in page.get_by_label("Approved", exact=True).or_(page.get_by_label("Noted", exact=True)).all():
        choice.check()
    page.get_by_label("Your interests").fill("None.")
    page.locator("main .govuk-button").first.click()
    _take(page, "pictures/sign.png", 1280, 860)
