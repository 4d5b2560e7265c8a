"""Promise: members who score at once lose and double no mark. The control, without the guard, shows that they could."""

import os
import re
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.conftest import ROOT, serving
from tests.promises import saving_at_once
from tests.promises.saving_at_once import MEMBERS, OK, STALE, Card, Comparison, Kept, Plan, Save

pytestmark = pytest.mark.promises

LAST_EVENT = "SELECT max(id) FROM grants_auditevent"
TRAIL = """
    SELECT u.username, e.bid, e.facts -> 'marks'
    FROM grants_auditevent e JOIN grants_user u ON u.id = e.actor_id
    WHERE e.action = 'save draft' AND e.id > %s ORDER BY e.round_id, e.number
"""
MARKS = """
    SELECT u.username, b.reference, s.id, s.version, c.number, m.passed, m.score, m.reason
    FROM bids_scorecard s JOIN bids_bid b ON b.id = s.bid_id JOIN grants_user u ON u.id = s.member_id
    JOIN bids_mark m ON m.scorecard_id = s.id JOIN bids_criterion c ON c.id = m.criterion_id
    WHERE u.username = ANY(%s) ORDER BY s.id, c.number
"""


def rows(url: str, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg2.connect(url) as connected, connected.cursor() as cursor:
        cursor.execute(sql, values)
        fetched = cursor.fetchall()
    connected.close()
    return fetched


def kept(url: str, since: int) -> dict[Card, Kept]:
    """What the database holds of each card, past the application."""
    trail = defaultdict(list)
    for member, bid, facts in rows(url, TRAIL, since):
        marks = {int(number): (mark["passed"], mark["score"]) for number, mark in facts.items()}
        trail[member, bid].append(saving_at_once.read(marks))
    cards: dict[Card, list[tuple[Any, ...]]] = defaultdict(list)
    for member, bid, *mark in rows(url, MARKS, list(MEMBERS)):
        cards[member, bid].append(tuple(mark))
    return {card: Kept(trail[card], marks[0][1], standing(marks)) for card, marks in cards.items() if card in trail}


def standing(marks: list[tuple[Any, ...]]) -> set[int]:
    """The numbers of the saves of which a mark or a reason stands. One card holds each criterion once."""
    assert len({card for card, *_ in marks}) == 1
    assert [number for _, _, number, *_ in marks] == list(range(1, 8))
    spelled = saving_at_once.read({number: (passed, score) for _, _, number, passed, score, _ in marks})
    reasons = [re.fullmatch(r"save (\d+) on criterion (\d)", mark[-1]) for mark in marks]
    assert [int(match[2]) for match in reasons] == list(range(1, 8))
    return {spelled, *(int(match[1]) for match in reasons)}


def verified(url: str) -> bool:
    environment = {**os.environ, "GRANTS_ENV": "test", "DATABASE_URL": url}
    command = [sys.executable, "manage.py", "verify_trail"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=60).returncode == 0


def saved(url: str, log: Path, plan: Plan, application: str) -> tuple[list[Save], Comparison, str]:
    """Serve, save and compare. The text is the comparison in one line, to print."""
    [(since,)] = rows(url, LAST_EVENT)
    with serving(url, log, application=application, workers=2) as address:
        began = time.monotonic()
        saves = saving_at_once.saved_at_once(address, plan)
        seconds = time.monotonic() - began
    comparison = saving_at_once.compared(saves, kept(url, since))
    cards = len({save.card for save in saves})
    return saves, comparison, f"{application}: {comparison}; on {cards} scorecards in {seconds:.0f} seconds"


def a_save(number: int, seen: int, version: int = 0) -> Save:
    return Save(("ben.hart", "BID-1"), number, seen, False, OK if version else STALE, version)


@pytest.mark.parametrize(
    ("saves", "held", "amiss"),
    [
        ([a_save(1, 0, 1), a_save(2, 1, 2), a_save(3, 1)], Kept([1, 2], 2, {2}), {}),
        ([a_save(1, 0, 1), a_save(2, 1, 2)], Kept([2], 2, {2}), {"lost": 1, "out_of_order": 1}),
        ([a_save(1, 0, 1), a_save(2, 1, 2)], Kept([1, 2, 2], 2, {2}), {"doubled": 1, "out_of_order": 1}),
        ([a_save(1, 0, 1), a_save(2, 0, 2)], Kept([1, 2], 2, {2}), {"overwritten": 1}),
        ([a_save(1, 0, 1), a_save(2, 0)], Kept([1, 2], 2, {1}), {"traces": 1, "out_of_order": 1}),
        ([a_save(1, 0, 1), a_save(2, 1, 3)], Kept([1, 2], 3, {2}), {"overwritten": 1, "out_of_order": 1}),
        ([a_save(1, 0, 1), a_save(2, 1, 2)], Kept([1, 2], 2, {1, 2}), {"not_standing": 1}),
    ],
)
def test_the_comparison_sees_each_fault(saves: list[Save], held: Kept, amiss: dict[str, int]) -> None:
    counts = vars(saving_at_once.compared(saves, {saves[0].card: held}))
    wrong = ("failed", "lost", "doubled", "overwritten", "traces", "out_of_order", "not_standing")
    assert {name: counts[name] for name in wrong if counts[name]} == amiss


def test_six_members_saving_at_once_lose_and_double_no_mark(
    copy: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saves, comparison, summary = saved(copy, tmp_path / "server.log", Plan(kept=84, late_after=8), "grants.wsgi")
    with capsys.disabled():
        print(f"\n{summary}")
    failures = [save.answer for save in saves if save.answer not in (OK, STALE)]
    assert failures == []
    assert comparison.acknowledged >= 1000
    assert comparison.late >= 100
    # Besides those sent on purpose, the two windows of each member met at least in their first bid.
    assert comparison.stale >= comparison.late + len(MEMBERS)
    assert {save.answer for save in saves if save.late} == {STALE}
    assert [comparison.lost, comparison.doubled, comparison.overwritten, comparison.traces] == [0, 0, 0, 0]
    assert [comparison.out_of_order, comparison.not_standing] == [0, 0]
    assert verified(copy)


def test_without_the_guard_members_overwrite_each_other(
    copy: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = Plan(kept=9, late_after=1)
    saves, comparison, summary = saved(copy, tmp_path / "server.log", plan, "tests.promises.unguarded")
    with capsys.disabled():
        print(f"\n{summary}")
    late = [save for save in saves if save.late]
    assert len(late) >= 100
    assert comparison.stale == 0
    assert sum(save.answer == OK and save.version != save.seen + 1 for save in late) >= 100
    assert comparison.overwritten >= 100
