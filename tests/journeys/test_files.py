"""Files of a bid in a browser: a lead adds some, is told which are refused, and removes one; a member downloads one."""

import re

import psycopg2
from django.db import connection
from playwright.sync_api import FilePayload, Page, expect

from tests import snapshots
from tests.bids.files import samples
from tests.journeys.helpers import look, sign_in
from tests.journeys.panel import LEAD, MEMBER

LETTER = "Letter from Church Lane Traders.pdf"
LONG = f"{'a_policy_without_a_space_in_its_name_' * 4}.docx"


def payload(name: str, content: bytes) -> FilePayload:
    return FilePayload(name=name, mimeType="application/octet-stream", buffer=content)


def bid_with_files(*, asked: bool) -> str:
    """The reference of a bid of the round in scoring; unless `asked`, no member is asked to score it any more."""
    settings = connection.settings_dict
    address = snapshots.address(settings, f"{settings['NAME']}_served")
    with psycopg2.connect(address) as connected, connected.cursor() as cursor:
        cursor.execute("SELECT reference, id FROM bids_bid WHERE source_reference = 'SSF-02'")
        ((reference, key),) = cursor.fetchall()
        if not asked:
            cursor.execute("DELETE FROM bids_assignment WHERE bid_id = %s", [key])
    connected.close()
    return str(reference)


def test_a_member_downloads_a_file_beside_the_scorecard(page: Page, served: str) -> None:
    sign_in(page, served, MEMBER, to=f"/bids/{bid_with_files(asked=True)}/score/")
    look(page)
    with page.expect_download() as download:
        page.get_by_role("link", name=LETTER).click()
    assert download.value.suggested_filename == LETTER
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def test_a_lead_adds_files_and_removes_one(page: Page, served: str) -> None:
    bid = bid_with_files(asked=False)
    sign_in(page, served, LEAD, to=f"/bids/{bid}/")
    look(page)
    page.get_by_role("link", name="Add files").click()
    look(page)
    wrong = [payload("budget.xls", samples.OLD_OFFICE), payload("setup.pdf", samples.PROGRAM)]
    page.get_by_label("Files", exact=True).set_input_files([*wrong, payload(LONG, samples.word())])
    page.get_by_role("button", name="Add files").click()
    expect(page.locator(".govuk-error-summary__list li")).to_have_count(2)
    look(page)
    page.get_by_label("Files", exact=True).set_input_files([payload(LONG, samples.word())])
    page.get_by_role("button", name="Add files").click()
    expect(page.locator(".app-files li")).to_have_count(3)
    look(page)
    page.get_by_role("link", name=f"Remove {LETTER}").click()
    look(page)
    page.get_by_label("Reason").fill("It is about another shop.")
    page.get_by_role("button", name="Remove file").click()
    expect(page.locator(".app-files li")).to_have_count(2)
    page.goto(f"{served}/trail/bids/{bid}/")
    expect(page.get_by_text(re.compile("removed a file from the bid"))).to_be_visible()
    look(page)
