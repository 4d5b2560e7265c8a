"""A new round begins with a practice bid: the real ones are locked until the panel has compared its marks on it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import DEMO_PASSWORD, ROOT
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
from tests.journeys.panel import CHAIR, MEMBER, row_of, type_scorecard

pytestmark = pytest.mark.usefixtures("both_widths")
REFERENCE = "winter-practice"
ROUND = f"/rounds/{REFERENCE}"
SECOND = "ben.hart"


@pytest.fixture
def new_round(copy: str, tmp_path: Path) -> None:
    """A round of two bids that a lead has passed on to its panel."""
    folder, source = tmp_path / REFERENCE, ROOT / "fixtures/safer-summer"
    folder.mkdir()
    settings = (source / "round.toml").read_text("utf-8").replace("safer-summer-2026-27", REFERENCE)
    settings = settings.replace("Safer Summer Fund 2026/27", "Winter practice")
    (folder / "round.toml").write_text(settings, "utf-8")
    lines = (source / "bids.csv").read_text("utf-8").splitlines(keepends=True)
    (folder / "bids.csv").write_text("".join(lines[:3]), "utf-8")
    environment = {**os.environ, "GRANTS_ENV": "test", "DATABASE_URL": copy, "DEMO_PASSWORD": DEMO_PASSWORD}
    command = [sys.executable, "manage.py", "load_round", str(folder), "--until", "eligible"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    shutil.rmtree(folder)


def _set_up(page: Page, served: str) -> None:
    sign_in(page, served, CHAIR, to=f"{ROUND}/panel/")
    expect(row_of(page, "SSF-01")).to_contain_text("Nobody yet")
    follow(page, page.get_by_role("link", name="Practice bid"))
    look(page)
    follow(page, page.get_by_role("button", name="Set up a practice bid"))
    look(page)
    follow(page, page.get_by_role("button", name="Save"))
    error_links_land(page, fields=4)
    axe(page)
    for label, words in (
        ("Title", "A lantern walk"),
        ("Who asks", "Larch Lane Residents"),
        ("Amount asked for", "4,500"),
        ("The case", "One evening, sixty lanterns, and a count of who came."),
    ):
        write(page, page.get_by_label(label, exact=True), words)
    press_on(page, page.get_by_role("button", name="Save"))
    done(page, re.compile("You set up the practice bid"))
    look(page)


def _assign(page: Page, served: str) -> None:
    page.goto(f"{served}{ROUND}/panel/assign/")
    tab_to(page, page.get_by_label("Bid", exact=True))
    page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_label("Panel member"))
    page.keyboard.type("Amara")
    press_on(page, page.get_by_role("button", name=re.compile("^Assign|^Save")))
    done(page, re.compile("You assigned .* to Amara Cole"))


def _score_practice(page: Page, served: str, member: str, mark: int) -> None:
    sign_in(page, served, member, to=f"{ROUND}/scoring/")
    follow(page, page.get_by_role("button", name="Score the practice bid first"))
    look(page)
    type_scorecard(page, skipping="reason_2", mark=mark)
    follow(page, page.get_by_role("button", name="Submit practice marks"))
    error_links_land(page, fields=1)
    axe(page)
    expect(page.locator("#id_reason_7")).to_have_value("Typed reason 7.")
    page.keyboard.type("Typed reason 2.")
    press_on(page, page.get_by_role("button", name="Submit practice marks"))
    done(page, "You submitted your practice marks")
    expect(page.get_by_text("You will see everybody’s marks once the chair opens the comparison.")).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(0)


def test_marks_on_the_practice_bid_are_compared_before_scoring_opens(page: Page, new_round: None, served: str) -> None:
    _set_up(page, served)
    _assign(page, served)
    sign_in(page, served, MEMBER, to=f"{ROUND}/interests/")
    press_on(page, page.get_by_label("No interest"), "Space")
    press_on(page, page.get_by_role("button", name="Record declarations"))
    done(page, re.compile("declaration"))
    _score_practice(page, served, MEMBER, 1)
    look(page)

    # A real bid stays locked, and says what comes first.
    page.goto(f"{served}{ROUND}/scoring/")
    look(page)
    press_on(page, page.get_by_role("link", name=re.compile("^SSF-")).first)
    page.wait_for_url("**/score/")
    bid = page.url
    type_scorecard(page)
    press_on(page, page.get_by_role("button", name="Submit and go to next bid"))
    expect(page.locator(".govuk-error-summary")).to_contain_text("practice bid")
    expect(page.locator("#id_reason_7")).to_have_value("Typed reason 7.")

    _score_practice(page, served, SECOND, 3)
    sign_in(page, served, CHAIR, to=f"{ROUND}/practice/")
    look(page)
    follow(page, page.get_by_role("button", name="Compare the marks"))
    look(page)
    follow(page, page.get_by_role("button", name="Compare and open scoring"))
    error_links_land(page, fields=1)
    axe(page)
    write(page, page.get_by_label("Reason"), "We agreed what a 2 means.")
    press_on(page, page.get_by_role("button", name="Compare and open scoring"))
    done(page, "You opened the comparison")
    look(page)

    sign_in(page, served, MEMBER, to=f"{ROUND}/practice/")
    expect(row_of(page, "4. Proven experience")).to_contain_text("1")
    expect(row_of(page, "4. Proven experience")).to_contain_text("3")
    look(page)
    # What was typed while the bid was locked is still there, and now it counts.
    page.goto(bid)
    expect(page.locator("#id_reason_7")).to_have_value("Typed reason 7.")
    press_on(page, page.get_by_role("button", name="Submit and go to next bid"))
    done(page, re.compile("You submitted your scorecard on"))
