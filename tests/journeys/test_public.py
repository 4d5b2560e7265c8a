"""Anybody reads a published decision without signing in, and finds nothing in it that is not for them."""

import io
import json
import re

import psycopg2
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.journeys.helpers import (
    DESK,
    PHONE,
    axe,
    choose,
    decide_and_sign,
    done,
    follow,
    look,
    press_on,
    sign_in,
    without_script,
    write,
)

OFFICE, LEAD = "mo.novak", "grace.hall"
PAPER = "/decisions/PCD-681/"
SECRET = "Obsidian kettle clause"
_COLOURS = """() => {
  const link = document.querySelector("main a.govuk-link");
  return {
    body: getComputedStyle(document.body).backgroundColor,
    main: getComputedStyle(link).color,
    after: getComputedStyle(link, "::after").content,
  };
}"""


def _publish_with_a_part_two(page: Page, served: str) -> None:
    sign_in(page, served, OFFICE, to=f"{PAPER}return/")
    write(page, page.get_by_label("Reason"), "Part 2 is missing.")
    follow(page, page.get_by_role("button", name=re.compile("^Return")))
    sign_in(page, served, LEAD, to=f"{PAPER}part-2/edit/")
    write(page, page.get_by_label("Part 2"), f"{SECRET}: what the supplier charges others.")
    write(page, page.get_by_label("Why it is exempt from publication"), "Commercial interests")
    press_on(page, page.get_by_role("button", name=re.compile("^Save")))
    done(page, "You saved Part 2")
    page.goto(f"{served}{PAPER}submit/")
    press_on(page, page.get_by_role("button", name="Submit"))
    done(page, re.compile("version 2"))
    sign_in(page, served, OFFICE, to=f"{PAPER}put-forward/")
    follow(page, page.get_by_role("button", name="Put the pack forward"))
    decide_and_sign(page, served)
    sign_in(page, served, OFFICE, to=f"{PAPER}publish/")
    look(page)
    press_on(page, page.get_by_role("button", name=re.compile("^Publish")))
    done(page, "You published PCD-681 in the register")
    page.context.clear_cookies()


def prints_plainly(page: Page) -> None:
    """On paper the page is black on white, without what only a screen can use and without addresses of links."""
    page.emulate_media(media="print")
    for gone in (".app-header__nav", ".app-contents", ".govuk-back-link", ".app-no-print", ".govuk-skip-link"):
        for each in page.locator(gone).all():
            expect(each).to_be_hidden()
    assert page.evaluate(_COLOURS) == {"body": "rgba(0, 0, 0, 0)", "main": "rgb(0, 0, 0)", "after": "none"}
    text = " ".join(each.extract_text() for each in PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages)
    assert page.locator("h1").inner_text().split()[0] in text
    assert "(/" not in text and "http" not in text, "The address of a link is printed"
    page.emulate_media(media="screen")


def test_a_published_decision_is_open_and_holds_nothing_secret(
    page: Page, browser: Browser, served: str, copy: str
) -> None:
    page.goto(f"{served}/register/")
    expect(page.get_by_text("No decisions have been published yet.")).to_be_visible()
    look(page)
    early = page.goto(f"{served}/register/PCD-681/")
    assert early is not None and early.status == 404
    look(page)

    _publish_with_a_part_two(page, served)

    page.goto(f"{served}/register/")
    look(page)
    prints_plainly(page)
    write(page, page.get_by_label("Search", exact=True), "zeppelin")
    press_on(page, page.get_by_role("button", name="Search"))
    expect(page.get_by_text("No decisions match your search.")).to_be_visible()
    look(page)
    write(page, page.get_by_label("Search", exact=True), "engagement mutual")
    choose(page, page.get_by_label("Recipient"), "London Blues")
    press_on(page, page.get_by_role("button", name="Search"))
    expect(page.get_by_text("1 decision found, newest first.")).to_be_visible()
    look(page)
    press_on(page, page.get_by_role("link", name=re.compile("^PCD-681")))
    expect(page.get_by_text("Signed by Robin Vale on")).to_be_visible()
    look(page)
    prints_plainly(page)
    page.set_viewport_size(PHONE)
    axe(page)
    press_on(page, page.get_by_role("link", name="Appendix 2: grants approved under delegation"))
    expect(page.get_by_role("heading", name="Appendix 2: grants approved under delegation")).to_be_in_viewport()
    page.goto(f"{served}/register/?q=engagement")
    axe(page)
    page.set_viewport_size(DESK)
    page.goto(f"{served}/register/PCD-681/")
    words = [page.content()]

    with page.expect_download() as loading:
        press_on(page, page.get_by_role("link", name="PDF of PCD-681"))
    pdf = loading.value.path().read_bytes()
    reader = PdfReader(io.BytesIO(pdf))
    assert pdf.startswith(b"%PDF-") and "/StructTreeRoot" in reader.trailer["/Root"], "The PDF is not tagged"
    words.append(" ".join(each.extract_text() for each in reader.pages))
    with page.expect_download() as loading:
        press_on(page, page.get_by_role("link", name="Data of PCD-681"))
    data = loading.value.path().read_text(encoding="utf-8")
    assert json.loads(data)["paper"]["reference"] == "PCD-681"
    words.append(data)

    for where, text in zip(("page", "PDF", "data"), words, strict=True):
        assert "947,234" in text or "947234" in text, f"The {where} lacks the sum of the grants"
        for word in (SECRET, "Commercial interests", "scorecard", "internal_reason", "Amara Cole", "card_means"):
            assert word.lower() not in text.lower(), f"The {where} holds {word!r}"
        assert not re.search(r"\bmarks?\b", text.partition("<main")[2] or text, re.IGNORECASE), (
            f"A mark is in the {where}"
        )

    # What is inside asks for a sign-in.
    for inside in (PAPER, f"{PAPER}part-2/", f"{PAPER}v2/data/", "/rounds/cpie-2019-20/bids/"):
        page.goto(f"{served}{inside}")
        assert "/sign-in/" in page.url, f"{inside} is open to anybody"

    plain = without_script(browser)
    plain.goto(f"{served}/register/")
    press_on(plain, plain.get_by_role("link", name=re.compile("^PCD-681")))
    expect(plain.get_by_role("heading", name="Appendix 1: grants for decision")).to_be_visible()
    plain.context.close()

    _change_the_page(copy)
    answer = page.goto(f"{served}/register/PCD-681/")
    assert answer is not None and answer.status == 500
    expect(page.get_by_role("heading", name="This cannot be shown")).to_be_visible()
    expect(page.get_by_text("947,234")).to_have_count(0)
    look(page)


def _change_the_page(database: str) -> None:
    """Change what was frozen as only the owner of the database could, past its triggers."""
    with psycopg2.connect(database) as owner, owner.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE approvals_decisionrecord SET html = html || ' '")
    owner.close()
