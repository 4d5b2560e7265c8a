"""After scoring: the ranking, how firm it is, what it covers, the marks as files, and feedback."""

import csv
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.journeys.helpers import (
    done,
    follow,
    look,
    press_on,
    sign_in,
    tab_to,
    write,
)
from tests.journeys.panel import CHAIR, MEMBER, ROUND, close_scoring, row_of

pytestmark = pytest.mark.usefixtures("both_widths")


def _export(page: Page, kind: str, folder: Path) -> Path:
    follow(page, page.get_by_role("link", name="Export the scores"))
    look(page)
    # The arrows choose, wherever in the choices the focus comes to stand.
    tab_to(page, page.locator("input[name=kind]:checked"))
    while not page.get_by_label(kind).is_checked():
        page.keyboard.press("ArrowDown")
    with page.expect_download() as waiting:
        press_on(page, page.get_by_role("button", name="Export"))
    kept = folder / waiting.value.suggested_filename
    waiting.value.save_as(kept)
    return kept


def test_the_ranking_is_read_and_exported_by_keyboard(page: Page, served: str, tmp_path: Path) -> None:
    close_scoring(page, served)
    look(page)
    press_on(page, page.get_by_role("link", name="How robust the ranking is"))
    expect(page.get_by_role("heading", name="How each member marks")).to_be_visible()
    expect(row_of(page, "Amara Cole").locator("td").nth(1)).to_have_text(re.compile(r"^[+−±]?\d\.\d\d$"))
    look(page)
    follow(page, page.get_by_role("link", name="Ranking", exact=True).first)
    press_on(page, page.get_by_role("link", name="What the bids cover"))
    expect(page.get_by_role("img", name=re.compile("Map of London"))).to_be_visible()
    expect(row_of(page, "Westminster").locator("td").first).to_have_text(re.compile(r"^\d+$"))
    look(page)

    press_on(page, page.get_by_role("link", name="Ranking", exact=True).first)
    with _export(page, "CSV", tmp_path).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    page.goto(f"{served}{ROUND}/ranking/")
    book = load_workbook(_export(page, "Excel", tmp_path), read_only=True)
    sheet = [["" if cell is None else str(cell) for cell in row] for row in book["Scorecards"].values]
    assert book.sheetnames == ["Ranking", "Scorecards", "Members"]
    assert rows[0][:3] == sheet[0][:3] == ["Reference", "Bid", "Title"]
    assert len(rows) == len(sheet) > 50
    assert [row[11] for row in rows] == [row[11] for row in sheet]
    # A text that a spreadsheet would compute is disarmed in the one, and plain text in the other.
    assert {len(row) for row in rows} == {len(row) for row in sheet} == {len(rows[0])}

    page.goto(f"{served}{ROUND}/ranking/")
    _reject(page, tmp_path)


def _reject(page: Page, folder: Path) -> None:
    row = page.locator("tbody tr").filter(has_text="Passed").last
    title = row.get_by_role("link").inner_text()
    press_on(page, row.get_by_role("link"))
    look(page)
    tab_to(page, page.get_by_label("Recommend"))
    while not page.get_by_label("Reject").is_checked():
        page.keyboard.press("ArrowDown")
    write(page, page.get_by_label("Reason that can be published"), "Other bids do more for the money.")
    press_on(page, page.get_by_role("button", name="Record outcome"))
    done(page, re.compile("You recorded the outcome of"))
    follow(page, page.get_by_role("link", name=title).first)
    follow(page, page.get_by_role("link", name="Read the bid"))
    press_on(page, page.get_by_role("link", name="Feedback to the bidder"))
    letter = page.get_by_label("Text of the letter").input_value()
    assert "Other bids do more for the money." in letter and title in letter
    assert "Amara" not in letter and "Olive" not in letter
    look(page)
    with page.expect_download() as waiting:
        press_on(page, page.get_by_role("link", name=re.compile("^Download the text")))
    kept = folder / "feedback.txt"
    waiting.value.save_as(kept)
    assert "Other bids do more for the money." in kept.read_text("utf-8")


def test_only_the_chair_of_the_panel_sees_the_ranking(page: Page, served: str) -> None:
    close_scoring(page, served)
    sign_in(page, served, MEMBER)
    for address in ("ranking/", "ranking/insight/", "ranking/coverage/", "ranking/export/", "scenarios/"):
        refused = page.goto(f"{served}{ROUND}/{address}")
        assert refused is not None and refused.status == 403, address
    sign_in(page, served, CHAIR, to=f"{ROUND}/ranking/")
    expect(page.get_by_text("Running.", exact=True)).to_be_visible()
