"""Count what a piece of work costs in the browser: clicks, keys, typed texts, page loads and seconds.

The browser counts, so that a step of Playwright cannot be forgotten: every press of the mouse, every key and every page
that loads between `counting` and the end of its block. Work with `Hand`, which does only what a person's hand can do;
`fill` and `check` of Playwright put a value into a field without a key.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

_SIGN = "effort: "
# A key that writes is a character of a text; any other, and a letter outside a text, is a key. A chord is one key.
_REPORT = """() => {
  if (window.top !== window || window.countsEffort) return;
  window.countsEffort = true;
  const writes = ({ key, target, ctrlKey, metaKey, altKey }) => (key.length === 1 || key === 'Backspace')
    && !ctrlKey && !metaKey && !altKey && target.matches('textarea, input:not([type=radio], [type=checkbox])');
  const typed = new Set();
  const report = (kind) => console.debug(`effort: ${kind}`);
  addEventListener('mousedown', (event) => { if (event.isTrusted) report('clicks'); }, true);
  addEventListener('keydown', (event) => {
    if (!event.isTrusted || ['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return;
    if (!writes(event)) return void report('keys');
    report('characters');
    if (typed.has(event.target)) return;
    typed.add(event.target);
    report('texts');
  }, true);
}"""


@dataclass
class Effort:
    """What a piece of work took. `keys` are those that write no text, `texts` the fields that were typed in.

    The seconds are those of the browser and the service: a person reads and thinks as well.
    """

    clicks: int = 0
    keys: int = 0
    texts: int = 0
    characters: int = 0
    loads: int = 0
    seconds: float = 0

    def __add__(self, other: Effort) -> Effort:
        return Effort(*(own + more for own, more in zip(astuple(self), astuple(other), strict=True)))

    @property
    def actions(self) -> int:
        """Clicks and keys that write no text."""
        return self.clicks + self.keys

    def row(self, work: str) -> str:
        """Return the line of the table of `docs/effort.md` for this work."""
        cells = (work, self.clicks, self.keys, self.texts, self.loads, f"{self.seconds:.1f}")
        return f"| {' | '.join(map(str, cells))} |"


@contextmanager
def counting(page: Page) -> Iterator[Effort]:
    """Count all that is done on a page within the block. The effort is complete once the block has ended.

    Open the page before; a page that loads within the block counts. One block at a time on a page.
    """
    effort = Effort()

    def count(kind: str) -> None:
        setattr(effort, kind, getattr(effort, kind) + 1)

    def reported(message: ConsoleMessage) -> None:
        if message.text.startswith(_SIGN):
            count(message.text.removeprefix(_SIGN))

    def loaded(_: Page) -> None:
        count("loads")

    page.add_init_script(f"({_REPORT})()")
    page.evaluate(_REPORT)
    page.on("console", reported)
    page.on("domcontentloaded", loaded)
    start = time.perf_counter()
    try:
        yield effort
        # What the browser has yet to report comes before this answer.
        page.evaluate("() => new Promise(requestAnimationFrame)")
    finally:
        effort.seconds = time.perf_counter() - start
        page.remove_listener("console", reported)
        page.remove_listener("domcontentloaded", loaded)


class Hand:
    """A person's hand on mouse and keyboard."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def click(self, target: Locator) -> None:
        """Click on a link, a button, a choice or the label of one."""
        target.click()

    def go(self, target: Locator) -> None:
        """Click on a link or a button and wait for the page that it leads to."""
        with self.page.expect_navigation(wait_until="load"):
            target.click()

    def press(self, key: str) -> None:
        """Press a key or a chord, such as `Control+Enter`."""
        self.page.keyboard.press(key)

    def write(self, field: Locator, words: str) -> None:
        """Type words into a field, which is clicked first unless the cursor is in it already."""
        if not field.evaluate("each => each === document.activeElement"):
            field.click()
        self.page.keyboard.type(words)

    def rewrite(self, field: Locator, words: str) -> None:
        """Type words into a field in place of what is in it."""
        field.click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(words)

    def choose(self, select: Locator, option: str) -> None:
        """Choose an option of a list by its words: a click on the list and a click on the option.

        What is done in an open list does not reach the page, so the second click is reported here.
        """
        select.click()
        self.page.keyboard.type(option)
        self.page.keyboard.press("Enter")
        self.page.evaluate("sign => console.debug(`${sign}clicks`)", _SIGN)
        expect(select.locator("option:checked")).to_contain_text(option)
