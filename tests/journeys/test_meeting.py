"""The panel meets: split gates are settled, the minutes record what was agreed, and the ranking becomes final."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.helpers import (
    axe,
    choose,
    done,
    error_links_land,
    follow,
    look,
    press_on,
    sign_in,
    tab_to,
    write,
)
from tests.journeys.panel import CHAIR, MEMBER, ROUND, SPLIT, close_scoring, menu, row_of, want_one_scorer

pytestmark = pytest.mark.usefixtures("both_widths")
PRESENT = ("Amara Cole", "Ben Hart", "Chloe Ng", "Dev Patel", "Ella Frost", "Farid Aziz")


def _plan(page: Page) -> None:
    menu(page, "Meetings")
    look(page)
    follow(page, page.get_by_role("button", name="Plan a meeting"))
    look(page)
    follow(page, page.get_by_role("button", name="Plan meeting"))
    error_links_land(page, fields=2)
    axe(page)
    for label, words in (("Day", "8"), ("Month", "12"), ("Year", "2026")):
        write(page, page.get_by_label(label, exact=True), words)
    write(page, page.get_by_label("Quorum"), "3")
    press_on(page, page.get_by_role("button", name="Plan meeting"))
    done(page, re.compile("You planned the meeting"))
    look(page)


def _open(page: Page) -> None:
    follow(page, page.get_by_role("button", name="Open the meeting"))
    look(page)
    press_on(page, page.get_by_label(PRESENT[0]), "Space")
    follow(page, page.get_by_role("button", name="Open the meeting"))
    error_links_land(page, fields=1)
    expect(page.locator(".govuk-error-summary")).to_contain_text("Only 1 member is present, below the quorum of 3")
    axe(page)
    for name in PRESENT[1:]:
        press_on(page, page.get_by_label(name), "Space")
    press_on(page, page.get_by_role("button", name="Open the meeting"))
    done(page, re.compile("The meeting is open"))
    expect(page.get_by_text(", ".join(PRESENT))).to_be_visible()
    look(page)


def _discuss(page: Page, row: str) -> None:
    press_on(page, row_of(page, row).get_by_role("link").first)
    look(page)
    follow(page, page.get_by_role("button", name="Record what was agreed"))
    error_links_land(page)
    axe(page)
    for group in page.get_by_role("group", name=re.compile("members are split")).all():
        press_on(page, group.get_by_label("Yes"), "Space")
    choose(page, page.get_by_label(re.compile("^4. .*agreed mark")), "4")
    press_on(page, page.get_by_label(PRESENT[-1]), "Space")
    tab_to(page, page.get_by_label("What was discussed and why this was agreed"))
    page.keyboard.type("It measures lateness before and after.")
    press_on(page, page.get_by_role("button", name="Record what was agreed"))
    done(page, re.compile("You recorded what the meeting agreed on"))


def test_the_panel_meets_and_the_ranking_becomes_final(page: Page, served: str, tmp_path: Path) -> None:
    close_scoring(page, served)
    expect(page.get_by_text("Running.", exact=True)).to_be_visible()
    look(page)
    # A gate on which members are split has no outcome before the meeting.
    press_on(page, row_of(page, SPLIT).get_by_role("link"))
    look(page)
    expect(page.get_by_text("Members are split on a gate.")).to_be_visible()
    _plan(page)
    meeting = page.url

    sign_in(page, served, MEMBER, to=f"{ROUND}/meetings/")
    expect(page.get_by_text("The chair opens one when the panel meets.")).to_be_visible()
    look(page)
    hidden = page.goto(meeting)
    assert hidden is not None and hidden.status == 404

    sign_in(page, served, CHAIR)
    page.goto(meeting)
    _open(page)
    split = page.locator("tbody tr").filter(has=page.get_by_role("cell", name="Split", exact=True))
    follow(page, page.get_by_role("button", name="Close the meeting"))
    look(page)
    press_on(page, page.get_by_role("button", name="Close the meeting"))
    expect(page.locator(".govuk-error-summary")).to_contain_text(SPLIT)
    axe(page)
    press_on(page, page.get_by_role("link", name="Cancel"))
    expect(split).not_to_have_count(0)
    while split.count():
        _discuss(page, split.first.locator(".govuk-hint").inner_text().partition(" ")[0])
    look(page)

    sign_in(page, served, MEMBER, to=f"{ROUND}/meetings/")
    press_on(page, page.locator("tbody").get_by_role("link").first)
    look(page)
    press_on(page, row_of(page, SPLIT).get_by_role("link"))
    expect(page.get_by_role("heading", name="What was agreed")).to_be_visible()
    expect(page.get_by_role("button", name="Record what was agreed")).to_have_count(0)
    look(page)

    sign_in(page, served, CHAIR)
    page.goto(meeting)
    _minutes(page, tmp_path)
    page.goto(meeting)
    follow(page, page.get_by_role("button", name="Close the meeting"))
    press_on(page, page.get_by_role("button", name="Close the meeting"))
    done(page, "You closed the meeting. Its minutes can no longer change.")
    expect(page.get_by_role("button", name="Close the meeting")).to_have_count(0)
    look(page)
    menu(page, "Ranking")
    expect(page.get_by_text("Final.", exact=True)).to_be_visible()
    expect(row_of(page, SPLIT)).to_contain_text("members")
    look(page)


def _minutes(page: Page, folder: Path) -> None:
    press_on(page, page.get_by_role("link", name="Minutes"))
    expect(page.get_by_text("It measures lateness before and after.").first).to_be_visible()
    expect(page.get_by_text(re.compile(f"Left the meeting for this bid: .*{PRESENT[-1]}")).first).to_be_visible()
    look(page)
    with page.expect_download() as waiting:
        press_on(page, page.get_by_role("button", name="Download as PDF"))
    kept = folder / waiting.value.suggested_filename
    waiting.value.save_as(kept)
    assert kept.suffix == ".pdf" and kept.read_bytes().startswith(b"%PDF-")


def test_a_bid_is_put_on_the_agenda(page: Page, served: str) -> None:
    # Else each bid is on the agenda from the start, since most have fewer scorecards than the round wants.
    want_one_scorer(page, served)
    close_scoring(page, served)
    _plan(page)
    follow(page, page.get_by_role("button", name="Add a bid"))
    look(page)
    follow(page, page.get_by_role("button", name="Add to agenda"))
    error_links_land(page, fields=2)
    axe(page)
    tab_to(page, page.get_by_label("Bid", exact=True))
    page.keyboard.press("ArrowDown")
    write(page, page.get_by_label("Why it should be discussed"), "Two members asked about the hall.")
    press_on(page, page.get_by_role("button", name="Add to agenda"))
    done(page, re.compile("You added .* to the agenda"))
    expect(page.locator("tbody tr").last).to_contain_text("Two members asked about the hall.")
