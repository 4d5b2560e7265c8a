"""The typeface comes from the product, and the layout holds without it on a machine whose own faces run wide."""

from django.urls import reverse
from playwright.sync_api import Page

from tests.conftest import ROOT
from tests.journeys.helpers import DESK, PHONE, WIDER_BY, sign_in
from tests.journeys.test_every_page import DECIDING, LINKS, SCORING

# Verdana and DejaVu Sans Bold, the widest faces in common use, take up three tenths more room than Source Sans 3.
WIDE = "130%"
OF_ANY_ROUND = [
    "bids:bids",
    "bids:ranking",
    "bids:meetings",
    "approvals:scenarios",
    "approvals:routes",
    "approvals:approvals",
    "approvals:reconciliation",
    "approvals:decisions",
    "approvals:rules",
    "grants:round_trail",
]
# Who looks, and the names and arguments of the lists that they open.
LISTS: dict[str, list[tuple[str, list[str]]]] = {
    "": [
        ("approvals:register", []),
        ("approvals:grant_register", []),
        ("approvals:contract_register", []),
        ("grants:sign_in", []),
    ],
    "grace.hall": [
        *((name, [round]) for round in (DECIDING, SCORING) for name in OF_ANY_ROUND),
        ("grants:home", []),
        ("grants:deputies", []),
        ("approvals:review", [DECIDING]),
        ("approvals:families", [DECIDING]),
        ("approvals:families", [SCORING]),
        ("approvals:delegated_return", [DECIDING]),
        ("approvals:decision", ["PCD-681"]),
    ],
    "sam.wills": [
        *((name, [DECIDING]) for name in OF_ANY_ROUND),
        ("grants:people", []),
        ("bids:panel", [DECIDING]),
        ("approvals:single_tender_actions", [DECIDING]),
    ],
    "iris.jonas": [("grants:rounds", []), ("grants:people_trail", [])],
}
LOADED = """async () => {
  await document.fonts.ready;
  const loaded = [...document.fonts].filter((face) => face.status === "loaded");
  return loaded.map((face) => `${face.family.replaceAll('"', "")} ${face.weight}`);
}"""


def _widen(page: Page) -> None:
    """Scale the served face, so that the test needs no other face on the machine."""
    styles = (ROOT / "build" / "assets" / "styles.css").read_text(encoding="utf-8")
    assert "font-display:swap" in styles
    wide = styles.replace("font-display:swap", f"size-adjust:{WIDE}")
    page.route("**/styles.css", lambda route: route.fulfill(body=wide, content_type="text/css; charset=utf-8"))


def _overflows(page: Page, address: str) -> list[str]:
    """The windows, a phone's and a desk's, in which the page is too wide, with the number of pixels."""
    answer = page.goto(address)
    assert answer is not None and answer.status == 200, address
    overflows = []
    for window in (PHONE, DESK):
        page.set_viewport_size(window)
        if (pixels := page.evaluate(WIDER_BY)) > 0:
            overflows.append(f"{address} at {window['width']} pixels is {pixels} too wide")
    return overflows


def test_pages_are_set_in_the_typeface_of_the_paper(page: Page, served: str) -> None:
    page.goto(f"{served}/sign-in/")
    family = page.locator("h1").evaluate("heading => getComputedStyle(heading).fontFamily")
    assert family.startswith('"Source Sans 3"')
    assert {"Source Sans 3 400", "Source Sans 3 700"} <= set(page.evaluate(LOADED))
    for style in ("400-normal", "400-italic", "700-normal"):
        for subset in ("latin", "latin-ext"):
            face = page.request.get(f"{served}/static/source-sans-3-{subset}-{style}.woff2")
            assert (face.status, face.headers["content-type"]) == (200, "font/woff2")
    assert "SIL OPEN FONT LICENSE" in page.request.get(f"{served}/static/source-sans-3-licence.txt").text()


def test_the_admin_is_set_in_the_same_typeface(page: Page, served: str) -> None:
    sign_in(page, served, "iris.jonas", to="/admin/")
    assert page.locator("body").evaluate("body => getComputedStyle(body).fontFamily").startswith('"Source Sans 3"')
    assert "Source Sans 3 400" in page.evaluate(LOADED)


def test_lists_fit_the_window_in_a_wide_face(page: Page, served: str) -> None:
    _widen(page)
    overflows = []
    for username, lists in LISTS.items():
        if username:
            sign_in(page, served, username)
        for name, arguments in lists:
            overflows += _overflows(page, served + reverse(name, args=arguments))
            if name == "approvals:families":
                # What is suggested quotes names and addresses as they were typed.
                suggestions = {link for link in page.evaluate(LINKS) if "/families/bids/" in link}
                assert suggestions
                for suggestion in sorted(suggestions):
                    overflows += _overflows(page, suggestion)
    assert not overflows, "\n".join(overflows)
