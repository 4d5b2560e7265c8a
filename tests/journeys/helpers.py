"""What every journey does: sign in, work by keyboard, and look at each page as axe and a narrow phone would."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from weakref import WeakSet

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FilePayload, Locator, Page, ViewportSize, expect
from playwright.sync_api import TimeoutError as TimedOut

from tests.conftest import DEMO_PASSWORD

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What follows from the colours of the stylesheet is asked once for each kind of text.
OF_COLOURS = ["color-contrast", "link-in-text-block"]
OPTIONS = {
    "runOnly": TAGS,
    "resultTypes": ["violations"],
    "preload": False,
    "rules": {rule: {"enabled": False} for rule in OF_COLOURS},
}
# What the same page with the same controls can break at another width alone.
OF_THE_WIDTH = {
    "runOnly": ["target-size", "scrollable-region-focusable"],
    "resultTypes": ["violations"],
    "preload": False,
}
PHONE: ViewportSize = {"width": 320, "height": 640}
DESK: ViewportSize = {"width": 1280, "height": 800}
# Pages of journeys that are made at 320 pixels, and looked at as at a desk as well.
AT_BOTH_WIDTHS: WeakSet[Page] = WeakSet()

_AXE = Axe().axe_script
# Pages to which the browser adds axe by itself: to send it to each anew takes four times as long.
_WITH_AXE: WeakSet[Page] = WeakSet()
# The elements that hold text, one for each chain of tags and classes that is drawn in the same colours and size.
_KINDS_OF_TEXT = """() => {
  const named = (each) => `${each.localName}.${each.className}[${each.style?.cssText ?? ''}]`;
  const chain = (each) => each && `${named(each)} ${chain(each.parentElement)}`;
  const amongWords = (each) => each.localName === 'a'
    && each.parentElement.textContent.trim() !== each.textContent.trim();
  const drawn = (each) => {
    const { color, backgroundColor, fontSize, fontWeight, opacity } = getComputedStyle(each);
    return [innerWidth, color, backgroundColor, fontSize, fontWeight, opacity, each.matches(':disabled'),
      amongWords(each)];
  };
  const kinds = new Map();
  for (const each of document.body.querySelectorAll('*')) {
    const words = [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!(words || each.matches('a, input, select, textarea')) || !each.checkVisibility()) continue;
    const kind = [...drawn(each), chain(each)].join(' ');
    if (!kinds.has(kind)) kinds.set(kind, each);
  }
  window.kindsOfText = [...kinds.values()];
  return [...kinds.keys()];
}"""
_CONTRAST = """async ([numbers, rules]) => {
  const include = numbers.map((number) => window.kindsOfText[number]);
  const options = { runOnly: rules, resultTypes: ['violations'], preload: false };
  return (await axe.run({ include }, options)).violations;
}"""
# Where each node stands in the page takes axe a third of its time, so it is asked only of a page with faults.
_FAULTS = """async (options) => {
  const ask = async (selectors) => (await axe.run({ ...options, selectors })).violations;
  return (await ask(false)).length ? ask(true) : [];
}"""
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
_ID = re.compile(r'\sid="([^"]+)"')
# What two pages may have differently and yet be one to axe: the words between tags, the objects of links and rows.
_WORDS = re.compile(r">[^<]*\w[^<]*<")
_OBJECT = re.compile(r'\b(href|action|value|id|for|headers|aria-describedby|aria-labelledby)="[^"]+"')
_ROW = re.compile(r"(?=<(?:tr|li|dt|option|details)\b)")
_AROUND = """() => {
  const copy = document.body.cloneNode(true);
  copy.querySelector('main').remove();
  return copy.innerHTML;
}"""
_FOCUSED = """() => {
  const on = document.activeElement;
  return [on.tagName, on.id];
}"""
_REPEATS = 6
_STOP_HERE = """each => {
  const stop = (event) => {
    if (event.key !== 'Tab' || document.activeElement !== each) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  let catches = false;
  window.addEventListener('keydown', stop, true);
  window.addEventListener('probe', () => { catches = true; }, { once: true });
  window.dispatchEvent(new Event('probe'));
  return { stop, catches };
}"""
_PAST_THE_MENU = """each => document.activeElement === document.body && !location.hash
  && document.querySelector('.govuk-skip-link') && document.querySelector('main').contains(each)"""
# Outside the menu, which a phone folds behind a button.
# A fold of a phone stands open at a desk.
# On a phone a list is cards without a head: the form above it sorts.
_CONTROLS = """() => [...document.querySelectorAll('main :is(a[href], button, input, select, textarea, summary)')]
  .filter((each) => !each.matches('.app-fold > summary') && !each.closest('.app-cards thead'))
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .map((each) => each.id || each.name || each.textContent.trim())"""
WIDER_BY = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def sign_in(page: Page, served: str, username: str, password: str = DEMO_PASSWORD, *, to: str = "/") -> None:
    """Sign in, signing out whoever was there; ends on the home page, or on another.

    The form is sent without being drawn: `sign_in_by_keyboard` walks it, once for each role and without scripts.
    """
    page.context.clear_cookies()
    address = f"{served}/sign-in/"
    token = _TOKEN.search(page.request.get(address).text())
    assert token, "The sign-in page holds no token"
    form = {"csrfmiddlewaretoken": token[1], "username": username, "password": password}
    answer = page.request.post(address, form=form, headers={"Referer": address}, max_redirects=0)
    assert answer.status == 302, f"{username} is not signed in"
    page.goto(f"{served}{to}")
    if to == "/":
        expect(page.get_by_role("heading", level=1)).to_have_text("Your tasks")


def sign_in_by_keyboard(page: Page, served: str, username: str, password: str = DEMO_PASSWORD) -> None:
    """Sign in by the form, signing out whoever was there; ends on the home page."""
    page.context.clear_cookies()
    page.goto(f"{served}/sign-in/")
    write(page, page.get_by_label("User name"), username)
    write(page, page.get_by_label("Password"), password)
    press_on(page, page.get_by_role("button", name="Sign in"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Your tasks")


class Passed:
    """What axe passed in this run, for all its processes: each entry is an empty file, named by its digest."""

    def __init__(self) -> None:
        self.folder = Path()

    def _file(self, what: str) -> Path:
        return self.folder / sha256(what.encode()).hexdigest()

    def __contains__(self, what: str) -> bool:
        return self._file(what).exists()

    def add(self, what: str) -> None:
        self._file(what).touch()


PASSED = Passed()


def violations(page: Page, options: Mapping[str, object] = OPTIONS) -> list[str]:
    """What axe finds on the page: one line a node, with the rule and where it is.

    The Design System puts the back link before the main landmark, so that the skip link passes it; that is let be.
    Contrast is five sixths of axe's time and follows from the stylesheet, so it is asked once for each kind of text.
    """
    if page.evaluate("() => window.axe === undefined"):
        page.evaluate(_AXE)
    if page not in _WITH_AXE:
        page.add_init_script(_AXE)
        _WITH_AXE.add(page)
    breaches = page.evaluate(_FAULTS, options)
    kinds = page.evaluate(_KINDS_OF_TEXT)
    unseen = [number for number, kind in enumerate(kinds) if kind not in PASSED]
    if unseen:
        breaches += page.evaluate(_CONTRAST, [unseen, OF_COLOURS])
    if not breaches:
        for number in unseen:
            PASSED.add(kinds[number])
    return [
        f"{each['id']}: {node['target']} {node['html'][:160]}"
        for each in breaches
        for node in each["nodes"]
        if not (each["id"] == "region" and "govuk-back-link" in node["html"])
    ]


def axe(page: Page) -> None:
    """The page breaks no rule of WCAG 2.2 AA that a machine can check, nor one of good practice.

    A page of a shape that was found sound in this run at this width is not looked at again: a long paper takes axe
    seconds, and several people see the same one. At a second width it is asked only what depends on the width, where
    what is around it was found sound at that width.
    """
    content = page.locator("main").inner_html()
    ids = _ID.findall(content)
    assert len(ids) == len(set(ids)), f"{page.url} has an id twice: {sorted({id for id in ids if ids.count(id) > 1})}"
    shape = _shape(content)
    for size in (PHONE, DESK) if page in AT_BOTH_WIDTHS else (page.viewport_size or DESK,):
        at_this_width = f"{size['width']} {shape}"
        if at_this_width in PASSED:
            continue
        with _at(page, size):
            frame = f"{size['width']} around {_shape(page.evaluate(_AROUND))}"
            breaches = violations(page, OF_THE_WIDTH if shape in PASSED and frame in PASSED else OPTIONS)
        assert not breaches, f"{page.url}\n" + "\n".join(breaches)
        for each in (shape, frame, at_this_width):
            PASSED.add(each)


@contextmanager
def _at(page: Page, size: ViewportSize) -> Iterator[None]:
    """The window has a size, and then again the one that it had."""
    before = page.viewport_size or DESK
    if size != before:
        page.set_viewport_size(size)
    yield
    if size != before:
        page.set_viewport_size(before)


def _shape(content: str) -> str:
    """The HTML without what it says and without rows that are like an earlier one."""
    without_words = _OBJECT.sub(r"\1", _WORDS.sub(">words<", content))
    return "".join(dict.fromkeys(_ROW.split(without_words)))


def fits_phone(page: Page) -> None:
    """The page does not scroll sideways at 320 pixels; the window is given back as it was."""
    with _at(page, PHONE):
        too_wide = page.evaluate(WIDER_BY)
    assert too_wide <= 0, f"{page.url} is {too_wide} pixels wider than the window"


def _same_controls(page: Page) -> None:
    """What can be used at one width can be used at the other."""
    controls = []
    for size in (PHONE, DESK):
        with _at(page, size):
            controls.append(page.evaluate(_CONTROLS))
    assert controls[0] == controls[1], f"{page.url} has other controls on a phone than at a desk"


def look(page: Page) -> None:
    """What holds for every page: one heading of the first level, a title, nothing for axe, and room on a phone."""
    expect(page.locator("h1")).to_have_count(1)
    assert page.title().partition(" – ")[0].strip(), f"{page.url} has no title"
    axe(page)
    fits_phone(page)
    if page in AT_BOTH_WIDTHS:
        _same_controls(page)


def focused(page: Page) -> tuple[str, str]:
    """The tag and the id of what has the focus."""
    tag, id = page.evaluate(_FOCUSED)
    return tag, id


def tab_to(page: Page, target: Locator, *, key: str = "Tab", most: int = 120) -> None:
    """Press the tab key until the target has the focus, as somebody without a mouse does.

    The key is held down and looked after once in several repeats, since asking costs as much as pressing. What would
    carry the focus on from the target is caught in the page, unless that runs no script. From the top of a page the
    skip link leads past the menu.
    """
    wanted = target.element_handle()
    if wanted.evaluate(_PAST_THE_MENU):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        # The address stays as it was, since journeys come back to it.
        page.evaluate("() => history.replaceState(history.state, '', location.pathname + location.search)")
    stop = wanted.evaluate_handle(_STOP_HERE)
    repeats = _REPEATS if stop.evaluate("({ catches }) => catches") else 1
    *held, tab = key.split("+")
    for each in held:
        page.keyboard.down(each)
    try:
        for _ in range(0, most, repeats):
            for _ in range(repeats):
                page.keyboard.down(tab)
            if wanted.evaluate("each => each === document.activeElement"):
                return
    finally:
        for each in (tab, *held):
            page.keyboard.up(each)
        stop.evaluate("({ stop }) => window.removeEventListener('keydown', stop, true)")
    raise AssertionError(f"{most} presses of {key} on {page.url} do not reach {target}")


def press_on(page: Page, target: Locator, key: str = "Enter") -> None:
    """Go to a link, a button or a choice by keyboard and use it."""
    tab_to(page, target)
    page.keyboard.press(key)


def follow(page: Page, target: Locator) -> None:
    """Go to a link or a button by keyboard and use it; ends once the page that it leads to is there."""
    tab_to(page, target)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page: Page, field: Locator, words: str) -> None:
    """Go to a field by keyboard and type words in place of what it held."""
    tab_to(page, field)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(words)
    expect(field).to_have_value(words)


def choose(page: Page, select: Locator, words: str) -> None:
    """Go to a list by keyboard and choose the option that begins with these words."""
    tab_to(page, select)
    page.keyboard.type(words)
    expect(select.locator("option:checked")).to_contain_text(words)


def tick(page: Page, box: Locator) -> None:
    """Go to a checkbox by keyboard and tick it."""
    press_on(page, box, "Space")
    expect(box).to_be_checked()


def pick(page: Page, choice: Locator) -> None:
    """Go to a group of radio buttons by keyboard and take one of them with the arrow keys."""
    group = page.locator(f'input[type="radio"][name="{choice.get_attribute("name")}"]')
    taken = group.and_(page.locator(":checked"))
    if taken.count():
        tab_to(page, taken)
    else:
        press_on(page, group.first, "Space")
    for _ in range(group.count()):
        if choice.is_checked():
            return
        page.keyboard.press("ArrowDown")
    expect(choice).to_be_checked()


def upload(page: Page, field: Locator, file: FilePayload) -> None:
    """Go to a file field by keyboard, open its chooser and choose the file."""
    for last in (False, False, True):
        # A page that is still settling lets the key fall through.
        page.wait_for_load_state("networkidle")
        tab_to(page, field)
        try:
            with page.expect_file_chooser(timeout=5_000) as chooser:
                page.keyboard.press("Space")
        except TimedOut:
            if last:
                raise
        else:
            chooser.value.set_files(file)
            return


def error_links_land(page: Page, *, fields: int | None = None) -> None:
    """The error summary has the focus, and each of its links moves it to an input.

    The page must be there: come here by `follow`, since a page that had errors before looks the same while it goes.
    """
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert page.title().startswith("Error: "), page.title()
    links = page.locator(".govuk-error-summary__list a")
    assert links.count() > 0, "The error summary links to nothing"
    if fields is not None:
        expect(links).to_have_count(fields)
    for number, link in enumerate(links.all()):
        target = (link.get_attribute("href") or "").removeprefix("#")
        tab_to(page, link, key="Shift+Tab" if number else "Tab")
        page.keyboard.press("Enter")
        tag, id = focused(page)
        assert tag in {"INPUT", "TEXTAREA", "SELECT"} and id == target, f"{link.inner_text()!r} lands on {tag} {id}"


def done(page: Page, words: str | re.Pattern[str]) -> None:
    """The page says that something was done, in its banner or in a quiet line."""
    notice = page.locator(".govuk-notification-banner__heading, [data-done]")
    expect(notice.filter(has_text=words)).to_be_visible()


def fill_day(page: Page, legend: str, day: int, month: int, year: int) -> None:
    """Type a date into its three boxes."""
    group = page.get_by_role("group", name=legend)
    for label, value in (("Day", day), ("Month", month), ("Year", year)):
        write(page, group.get_by_label(label), str(value))


def decide_and_sign(page: Page, served: str, *, deputy_mayor: str = "robin.vale") -> None:
    """Approve every item of PCD-681 as it stands, declare no interest, and sign."""
    sign_in(page, served, deputy_mayor, to="/decisions/PCD-681/decide/")
    for choice in page.get_by_label("Approved", exact=True).or_(page.get_by_label("Noted", exact=True)).all():
        pick(page, choice)
    write(page, page.get_by_label("Your interests"), "None.")
    press_on(page, page.get_by_role("button", name="Continue to signature"))
    write(page, page.get_by_label("Your password"), DEMO_PASSWORD)
    press_on(page, page.get_by_role("button", name="Sign the decision"))
    done(page, "You signed PCD-681")


def without_script(browser: Browser) -> Page:
    """A page in a browser that runs no script. The browser's end closes it."""
    return browser.new_context(java_script_enabled=False).new_page()
