"""Whatever happens while a member types, every word is still there, and nobody else is shown it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.conftest import DEMO_PASSWORD
from tests.journeys.helpers import axe, done, fits_phone, focused, look, sign_in, tab_to, without_script
from tests.journeys.panel import CHAIR, CRITERIA, GATES, MARKS, MEMBER, ROUND

OTHERS = ("ben.hart", "chloe.ng", "dev.patel", "ella.frost", "farid.aziz")
WORDS = "It’s O'Brien's “plan” 🚸 שלום"
ZOOMED = {"width": 320, "height": 256}
SAVED = re.compile(r"Draft saved \d\d:\d\d$")
COPIES = "() => Object.keys(localStorage).filter(key => key.startsWith('grants:typed:'))"


def _open(page: Page, served: str, username: str = MEMBER) -> str:
    """Sign in and open the next bid to score; gives its address."""
    sign_in(page, served, username, to=f"{ROUND}/scoring/")
    page.locator("main .govuk-button").first.click()
    expect(page.locator("#scorecard")).to_be_visible()
    # The page shows before its scripts have come; a test that cuts the connection must not cut them off.
    page.wait_for_load_state("load")
    return page.url


def _status(page: Page) -> Locator:
    return page.locator("[data-autosave-status]")


def _reason(page: Page, number: int = 1) -> Locator:
    return page.locator(f"#id_reason_{number}")


def _end_session(page: Page) -> None:
    page.context.clear_cookies(name="sessionid")


def _log_in(page: Page, username: str) -> None:
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def _complete(page: Page) -> None:
    for number in range(1, 8):
        if number in GATES:
            page.locator(f"#id_passed_{number}_0").check()
        if number in MARKS:
            page.locator(f"#id_score_{number}_2").check()
        _reason(page, number).fill(f"Reason {number}")


@pytest.fixture
def second(browser: Browser) -> Iterator[Page]:
    """A second person's browser."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_a_gap_in_the_connection_costs_nothing_and_ends_by_itself(page: Page, served: str) -> None:
    _open(page, served)
    page.context.set_offline(True)
    _reason(page).fill(WORDS)
    page.locator("#id_score_4_3").check()
    expect(_status(page)).to_contain_text("no connection. What you typed is kept on this computer")
    axe(page)
    page.get_by_role("button", name="Submit and go to next bid").click()
    expect(_status(page)).to_contain_text("Not submitted: no connection")
    expect(_reason(page)).to_have_value(WORDS)
    page.context.set_offline(False)
    expect(_status(page)).to_contain_text("Draft saved")
    assert page.evaluate(COPIES) == []
    page.reload()
    expect(_reason(page)).to_have_value(WORDS)
    expect(page.locator("#id_score_4_3")).to_be_checked()


def test_a_page_that_is_closed_while_offline_gives_back_what_was_typed(page: Page, served: str) -> None:
    address = _open(page, served)
    page.context.set_offline(True)
    _reason(page).fill(WORDS)
    page.locator("#id_passed_1_1").check()
    expect(_status(page)).to_contain_text("no connection")
    again = page.context.new_page()
    page.close()
    again.context.set_offline(False)
    again.goto(address)
    put_back = re.compile(r"^Put back what you typed at \d\d:\d\d. Draft saved \d\d:\d\d$")
    expect(_status(again)).to_have_text(put_back, timeout=15_000)
    expect(_reason(again)).to_have_value(WORDS)
    expect(again.locator("#id_passed_1_1")).to_be_checked()
    assert again.evaluate(COPIES) == []


def test_an_answer_that_got_lost_is_no_conflict(page: Page, served: str) -> None:
    _open(page, served)
    page.route("**/score/", lambda route: (route.fetch(), route.abort()) if route.request.method == "POST" else None)
    _reason(page).fill("The server has this, and the page does not know.")
    expect(_status(page)).to_contain_text("no connection")
    page.unroute("**/score/")
    _reason(page).press("End")
    page.keyboard.type(" And more.")
    expect(_status(page)).to_have_text(SAVED)
    page.reload()
    expect(_reason(page)).to_have_value("The server has this, and the page does not know. And more.")


def test_an_ended_session_is_announced_and_saving_resumes_after_signing_in(page: Page, served: str) -> None:
    _open(page, served)
    _end_session(page)
    _reason(page).fill(WORDS)
    expect(_status(page)).to_contain_text("you are signed out")
    axe(page)
    fits_phone(page)
    page.get_by_role("button", name="Submit and go to next bid").click()
    expect(_status(page)).to_contain_text("Not submitted: you are signed out")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in a new tab").click()
    _log_in(opened.value, MEMBER)
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("You are signed in")
    look(opened.value)
    opened.value.close()
    expect(_status(page)).to_contain_text("Draft saved", timeout=15_000)
    expect(_reason(page)).to_have_value(WORDS)
    # The token that this page was drawn with is of the last session; submitting takes the new one.
    _complete(page)
    page.get_by_role("button", name="Submit and go to next bid").click()
    done(page, re.compile("You submitted your scorecard on"))
    assert page.evaluate(COPIES) == []


def test_an_ended_session_costs_nothing_without_javascript(browser: Browser, served: str) -> None:
    page = without_script(browser)
    address = _open(page, served)
    expect(page.get_by_text("Keyboard shortcuts")).to_be_hidden()
    _complete(page)
    _reason(page).fill(WORDS)
    _end_session(page)
    page.get_by_role("button", name="Submit and go to next bid").click()
    expect(page.get_by_text("What you typed is kept for you")).to_be_visible()
    _log_in(page, MEMBER)
    assert page.url == address
    expect(page.get_by_text("What you typed is here, but it is not saved yet.")).to_be_visible()
    expect(_reason(page)).to_have_value(WORDS)
    expect(page.locator("#id_score_5_2")).to_be_checked()
    page.get_by_role("button", name="Submit and go to next bid").click()
    done(page, re.compile("You submitted your scorecard on"))
    page.context.close()


def test_a_second_sign_in_costs_nothing_without_javascript(browser: Browser, served: str) -> None:
    page = without_script(browser)
    _open(page, served)
    _reason(page).fill(WORDS)
    other = page.context.new_page()
    other.goto(f"{served}/sign-in/")
    _log_in(other, MEMBER)
    page.get_by_role("button", name="Save as draft").click()
    expect(page.get_by_text("What you typed is here, but it is not saved yet.")).to_be_visible()
    expect(_reason(page)).to_have_value(WORDS)
    page.get_by_role("button", name="Save as draft").click()
    done(page, re.compile("You saved a draft on"))
    expect(_reason(page)).to_have_value(WORDS)
    page.context.close()


def test_somebody_else_in_the_same_browser_is_shown_nothing(page: Page, second: Page, served: str) -> None:
    address = _open(page, served)
    _end_session(page)
    _reason(page).fill(WORDS)
    expect(_status(page)).to_contain_text("you are signed out")

    other = page.context.new_page()
    other.goto(f"{served}/sign-in/")
    _log_in(other, _other_scorer(second, served, address))
    # The first page goes on trying, and is not let in under the other's name.
    _reason(page).press("End")
    page.keyboard.type("!")
    expect(_status(page)).to_contain_text("somebody else is signed in in this browser")
    expect(_reason(page)).to_have_value(f"{WORDS}!")
    page.close()
    other.goto(address)
    expect(other.locator("#scorecard")).to_be_visible()
    assert WORDS not in other.content()
    for each in other.locator("textarea").all():
        assert WORDS not in each.input_value()

    other.goto(f"{served}/sign-in/")
    _log_in(other, MEMBER)
    other.goto(address)
    expect(_reason(other)).to_have_value(f"{WORDS}!")
    expect(_status(other)).to_contain_text("Draft saved")


def _other_scorer(page: Page, served: str, address: str) -> str:
    """Another member who scores the same bid."""
    for username in OTHERS:
        sign_in(page, served, username)
        answer = page.goto(address)
        if answer and answer.status == 200:
            return username
    raise AssertionError(f"Nobody else scores {address}")


def test_closing_while_typing_keeps_the_text_to_copy(page: Page, second: Page, served: str) -> None:
    sign_in(page, served, MEMBER, to=f"{ROUND}/scoring/")
    page.get_by_role("link", name=re.compile("^SSF-16")).click()
    _complete(page)
    page.get_by_role("button", name="Submit and go to next bid").click()
    done(page, re.compile("You submitted your scorecard on"))
    address = page.url
    _reason(page).fill("A first reason.")
    expect(_status(page)).to_have_text(SAVED)

    sign_in(second, served, CHAIR, to=f"{ROUND}/panel/close/")
    second.get_by_label("Reason").fill("The day has come.")
    second.get_by_role("button", name="Close scoring").click()
    done(second, re.compile("You closed scoring"))

    _reason(page).fill(WORDS)
    expect(_status(page)).to_contain_text("Not saved: Scoring has closed")
    expect(_reason(page)).to_have_value(WORDS)
    page.get_by_role("button", name="Submit and go to next bid").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(page.get_by_label("What you typed, which could not be saved")).to_have_value(re.compile(WORDS))
    expect(page.get_by_text("A first reason.")).to_be_visible()
    look(page)

    # Opened once more, this browser still has it, until it is discarded.
    page.goto(address)
    expect(page.get_by_label("to copy")).to_have_value(re.compile(WORDS))
    look(page)
    page.get_by_role("button", name="Discard this copy").click()
    page.reload()
    expect(page.get_by_label("to copy")).to_have_count(0)


def test_two_windows_show_both_versions_where_they_differ(page: Page, served: str) -> None:
    address = _open(page, served)
    other = page.context.new_page()
    other.goto(address)
    _reason(other, 1).fill("From the second window.")
    _reason(other, 2).fill("The same in both.")
    other.locator("#id_score_4_1").check()
    expect(_status(other)).to_have_text(SAVED)

    _reason(page, 2).fill("The same in both.")
    _reason(page, 1).fill(WORDS)
    expect(_status(page)).to_contain_text("was saved in another window")
    axe(page)
    page.get_by_role("button", name="See both versions").click()
    notes = page.locator("[data-saved-meanwhile]")
    expect(notes).to_have_count(2)
    expect(notes.first).to_contain_text("From the second window.")
    expect(_reason(page, 1)).to_have_value(WORDS)
    look(page)
    # Typing alone puts nothing in place of what is saved; the button does.
    _reason(page, 1).press("End")
    page.keyboard.type("!")
    expect(_status(page)).to_contain_text("Save or submit to put this in place")
    page.get_by_role("button", name="Save as draft").click()
    done(page, re.compile("You saved a draft on"))
    expect(_reason(page, 1)).to_have_value(f"{WORDS}!")
    assert page.evaluate(COPIES) == []


def test_a_copy_of_another_version_is_shown_next_to_the_form(page: Page, served: str) -> None:
    address = _open(page, served)
    page.context.set_offline(True)
    _reason(page).fill(WORDS)
    expect(_status(page)).to_contain_text("no connection")
    again = page.context.new_page()
    page.close()
    # Meanwhile, on another computer, the same person saves something else.
    again.context.set_offline(False)
    copies = again.context.browser
    assert copies
    elsewhere = copies.new_context().new_page()
    sign_in(elsewhere, served, MEMBER)
    elsewhere.goto(address)
    _reason(elsewhere).fill("From another computer.")
    expect(_status(elsewhere)).to_have_text(SAVED)
    elsewhere.context.close()

    again.goto(address)
    expect(_reason(again)).to_have_value("From another computer.")
    expect(again.get_by_text(WORDS)).to_be_visible()
    look(again)
    again.get_by_role("button", name="Put this back: 1. Strategic aim").click()
    assert focused(again) == ("TEXTAREA", "id_reason_1")
    expect(_status(again)).to_have_text(SAVED)
    expect(_reason(again)).to_have_value(WORDS)
    expect(again.get_by_role("button", name=re.compile("Put this back"))).to_have_count(0)
    assert again.evaluate(COPIES) == []


def test_a_scorecard_is_filled_by_shortcuts_alone(page: Page, served: str) -> None:
    first = _open(page, served)
    page.get_by_text("Keyboard shortcuts").click()
    look(page)
    page.get_by_text("Keyboard shortcuts").click()
    page.keyboard.press("Alt+PageDown")
    for number in CRITERIA:
        criterion = page.locator(f'[data-criterion="{number}"]')
        assert criterion.evaluate("each => each.contains(document.activeElement)"), number
        if number in GATES:
            page.keyboard.press("n" if number == 7 else "y")
        if number in MARKS:
            page.keyboard.press("3")
        tab_to(page, _reason(page, number))
        # In a text the same keys are letters.
        page.keyboard.type(f"y n 0 {number}")
        page.keyboard.press("Alt+PageDown")
    expect(page.locator("#id_passed_7_1")).to_be_checked()
    for number in MARKS:
        expect(page.locator(f"#id_score_{number}_3")).to_be_checked()
    page.keyboard.press("Alt+PageUp")
    assert page.locator('[data-criterion="5"]').evaluate("each => each.contains(document.activeElement)")
    page.keyboard.press("Control+s")
    expect(_status(page)).to_have_text(re.compile("Draft saved"))
    assert page.url == first
    page.keyboard.press("Control+Enter")
    done(page, re.compile("You submitted your scorecard on"))
    following = page.url
    assert following != first
    page.keyboard.press("Alt+n")
    page.wait_for_url(lambda url: url not in (first, following))
    page.goto(first)
    expect(page.get_by_text("y n 0 7")).to_be_visible()


def test_skipping_at_once_saves_what_was_just_typed(page: Page, served: str) -> None:
    first = _open(page, served)
    _reason(page).fill(WORDS)
    page.get_by_role("link", name="Skip for now").click()
    page.wait_for_url(lambda url: url != first)
    page.goto(first)
    expect(_reason(page)).to_have_value(WORDS)
    expect(_status(page)).to_contain_text("Draft saved")


def test_the_longest_reason_survives(page: Page, served: str) -> None:
    _open(page, served)
    longest = ("Line’s end 🚸\n" * 400)[:3990] + "0123456789"
    _reason(page).fill(longest)
    expect(_status(page)).to_have_text(SAVED)
    page.reload()
    expect(_reason(page)).to_have_value(longest)
    _reason(page).fill(f"{longest}!")
    expect(_status(page)).to_contain_text("your reason has 4001 characters. Shorten it to 4,000")
    page.reload()
    expect(_reason(page)).to_have_value(f"{longest}!")


# Of what has the focus: whether its middle can be seen, and whether it is large enough for a finger (24 pixels, unless
# it stands in a sentence or has as much room around it).
_FOCUS = """() => {
  const on = document.activeElement;
  // A link that goes on in the next line is looked at where it begins.
  const box = on.getClientRects()[0];
  const top = Math.max(box.top, 0);
  const atMiddle = document.elementFromPoint(box.left + box.width / 2, (top + Math.min(box.bottom, innerHeight)) / 2);
  const least = on.tagName === 'A' ? 16 : 24;
  return [on.id || on.textContent.trim(), on.contains(atMiddle), Math.min(box.width, box.height) >= least];
}"""


def test_the_page_is_usable_on_a_phone_and_much_enlarged(page: Page, served: str) -> None:
    address = _open(page, served)
    fits_phone(page)
    page.set_viewport_size(ZOOMED)
    fits_phone(page)
    page.goto(address)
    seen = []
    # From the top through the whole scorecard, nothing lies over what has the focus.
    while not seen or seen[-1][0] != "Declare an interest":
        page.keyboard.press("Tab")
        seen.append(page.evaluate(_FOCUS))
        assert len(seen) < 100
    assert [name for name, visible, large in seen if not (visible and large)] == []
    assert "id_reason_7" in [name for name, *_ in seen]
    for label in ("Submit and go to next bid", "Save as draft"):
        button = page.get_by_role("button", name=label)
        tab_to(page, button, most=200)
        expect(button).to_be_in_viewport(ratio=0.9)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(address)
    page.mouse.move(300, 500)
    page.mouse.wheel(0, 700)
    page.wait_for_function("() => window.scrollY > 500")
    expect(page.locator("#scorecard")).to_be_in_viewport()
    expect(_status(page)).to_be_in_viewport()
