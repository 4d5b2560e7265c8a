"""Six members, each in two windows, save scorecards over HTTP; the result of each save is noted and compared.

Each save carries a number that no other has, spelled in its marks, which the trail keeps, and in each of its reasons.
"""

import itertools
import json
import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.promises.test_races import Browser

MEMBERS = ("amara.cole", "ben.hart", "chloe.ng", "dev.patel", "ella.frost", "farid.aziz")
OK, STALE = "ok", "stale"
BIDS_EACH = 3
# So many saves in a row go to one bid before a window turns to the next.
STAY = 14

Card = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Save:
    """One save and its answer: `ok` with the version it became, `stale`, or what failed.

    `seen` is the version that it was based on; `late` says that this one was known to be superseded.
    """

    card: Card
    number: int
    seen: int
    late: bool
    answer: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """How many acknowledged saves each window makes, and after how many of them it sends one on an old version."""

    kept: int
    late_after: int


# A number as marks, and marks as a number


def spelled(number: int, names: Iterable[str]) -> dict[str, str]:
    """The marks that spell a number: yes or no for each gate, 0 to 4 for each mark."""
    marks = {}
    for name in names:
        number, digit = divmod(number, 2 if name.startswith("passed") else 5)
        marks[name] = ("no", "yes")[digit] if name.startswith("passed") else str(digit)
    assert number == 0, "more saves than the marks of one scorecard can tell apart"
    return marks


def read(marks: Mapping[int, tuple[bool | None, int | None]]) -> int:
    """The number that the marks of all criteria spell, gates first."""
    digits = [(2, int(passed)) for _, (passed, _) in sorted(marks.items()) if passed is not None]
    digits += [(5, score) for _, (_, score) in sorted(marks.items()) if score is not None]
    number = 0
    for base, digit in reversed(digits):
        number = number * base + digit
    return number


def reason(number: int, criterion: str) -> str:
    return f"save {number} on criterion {criterion}"


# Saving


@dataclass
class Window:
    """One session of a member, working through some bids; it knows of each the version that it last saw."""

    browser: Browser
    member: str
    bids: list[str]
    numbers: Iterator[int]
    pages: dict[str, str] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    saves: list[Save] = field(default_factory=list)

    def open(self, bid: str) -> None:
        self.pages[bid] = self.browser.get(f"/bids/{bid}/score/")
        self.seen[bid] = int(re.search(r'name="version" value="(\d+)"', self.pages[bid])[1])

    def save(self, bid: str, seen: int, *, late: bool = False) -> Save:
        number = next(self.numbers)
        page = self.pages[bid]
        marks = spelled(number, sorted(set(re.findall(r'name="((?:passed|score)_\d)"', page))))
        reasons = {name: reason(number, name[-1]) for name in re.findall(r'name="(reason_\d)"', page)}
        data = {"version": seen, "then": "draft", **marks, **reasons}
        try:
            answer = _understood(*self.browser.post(f"/bids/{bid}/score/", page, data, {"X-Autosave": "stay"}))
        except OSError as error:
            answer = repr(error), 0
        done = Save((self.member, bid), number, seen, late, *answer)
        self.saves.append(done)
        return done

    def work(self, plan: Plan, start: threading.Barrier) -> list[Save]:
        for bid in self.bids:
            self.open(bid)
        start.wait(timeout=60)
        first, *others = self.bids
        order = itertools.chain([first], itertools.cycle(others))
        turns = itertools.chain.from_iterable(itertools.repeat(bid, STAY) for bid in order)
        kept = 0
        # Bounded, so that a server that only refuses ends the test and does not hang it.
        for bid in itertools.islice(turns, 4 * plan.kept):
            done = self.save(bid, self.seen[bid])
            if done.answer != OK:
                self.open(bid)
                continue
            self.seen[bid] = done.version
            kept += 1
            if kept % plan.late_after == 0:
                self.save(bid, done.seen, late=True)
            if kept == plan.kept:
                break
        return self.saves


def _understood(status: int, text: str) -> tuple[str, int]:
    try:
        answer = json.loads(text)
    except ValueError:
        return f"{status}: {text[:200]}", 0
    if status == 200 and set(answer) == {"version", "saved"}:
        return OK, answer["version"]
    if status == 409 and answer["error"].startswith("Somebody changed"):
        return STALE, 0
    return f"{status}: {answer}", 0


def _windows(served: str, member: str, numbers: Iterator[int]) -> list[Window]:
    browsers = [Browser(served, member) for _ in range(2)]
    page = browsers[0].get("/rounds/safer-summer-2026-27/scoring/")
    listed = re.findall(r'href="/bids/(BID-\w+)/score/".*?task-list__status">(.*?)</div>', page, re.DOTALL)
    bids = [bid for bid, state in listed if state != "Submitted"][:BIDS_EACH]
    # Both make the first save of the same bid, then take the others in opposite order, so that they part and meet.
    orders = (bids, bids[:1] + bids[:0:-1])
    return [Window(browser, member, order, numbers) for browser, order in zip(browsers, orders, strict=True)]


def saved_at_once(served: str, plan: Plan) -> list[Save]:
    """Let all windows work at once, and return every save with its answer."""
    numbers = itertools.count(1)
    with ThreadPoolExecutor(2 * len(MEMBERS)) as pool:
        signed_in = pool.map(lambda member: _windows(served, member, numbers), MEMBERS)
        windows = list(itertools.chain.from_iterable(signed_in))
        start = threading.Barrier(len(windows))
        working = [pool.submit(window.work, plan, start) for window in windows]
        return [save for future in working for save in future.result()]


# Comparing


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database holds of one card: the saves in its trail in order, its version, the saves in its marks."""

    trail: list[int]
    version: int
    standing: set[int]


@dataclass
class Comparison:
    """What became of the saves, as counts; everything from `failed` on should be 0."""

    saves: int
    acknowledged: int
    late: int
    stale: int
    failed: int = 0
    lost: int = 0
    doubled: int = 0
    overwritten: int = 0
    traces: int = 0
    out_of_order: int = 0
    not_standing: int = 0

    def __str__(self) -> str:
        return ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in vars(self).items())


def compared(saves: list[Save], kept: Mapping[Card, Kept]) -> Comparison:
    """Compare the answers to the saves with what the database holds."""
    answers = Counter(save.answer for save in saves)
    late = sum(save.late for save in saves)
    comparison = Comparison(len(saves), answers[OK], late, answers[STALE])
    comparison.failed = len(saves) - comparison.acknowledged - comparison.stale
    for card in {save.card for save in saves}:
        _compare(comparison, [save for save in saves if save.card == card], kept[card])
    return comparison


def _compare(comparison: Comparison, saves: list[Save], kept: Kept) -> None:
    acknowledged = sorted((save for save in saves if save.answer == OK), key=lambda save: save.version)
    numbers = [save.number for save in acknowledged]
    in_trail = Counter(kept.trail)
    before = min(save.seen for save in saves)
    comparison.lost += sum(number not in in_trail for number in numbers)
    comparison.doubled += sum(count - 1 for count in in_trail.values())
    # A save replaced what its sender never saw where another came between the version seen and the one given.
    comparison.overwritten += sum(save.version != save.seen + 1 for save in acknowledged)
    comparison.traces += len(in_trail.keys() - set(numbers))
    rising = [before, *(save.version for save in acknowledged)] == list(range(before, kept.version + 1))
    comparison.out_of_order += kept.trail != numbers or not rising
    comparison.not_standing += kept.standing != set(numbers[-1:])
