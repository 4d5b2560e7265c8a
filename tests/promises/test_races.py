"""Several people at once, over HTTP against a real server: promises 1 to 5, bounded to a few seconds."""

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.cookiejar import CookieJar
from typing import Any

import psycopg2
import pytest
from django.db import connection

from tests import snapshots
from tests.conftest import DEMO_PASSWORD


class Browser:
    """A person's session: cookies kept, the CSRF token taken from the page."""

    def __init__(self, served: str, username: str) -> None:
        self.served = served
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(jar)
        page = self.get("/sign-in/")
        self.post("/sign-in/", page, {"username": username, "password": DEMO_PASSWORD})

    def get(self, path: str) -> str:
        with self.opener.open(self.served + path, timeout=30) as answer:
            return answer.read().decode()

    def post(
        self, path: str, page: str, data: dict[str, Any], headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, page[:500]
        body = urllib.parse.urlencode({**data, "csrfmiddlewaretoken": token[1]}, doseq=True).encode()
        request = urllib.request.Request(self.served + path, body, headers or {})
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()


def rows(sql: str) -> list[tuple[Any, ...]]:
    """What the database of the server holds, past the application."""
    settings = connection.settings_dict
    address = snapshots.address(settings, f"{settings['NAME']}_served")
    with psycopg2.connect(address) as connected, connected.cursor() as cursor:
        cursor.execute(sql)
        fetched = cursor.fetchall() if cursor.description else []
    connected.close()
    return fetched


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


@pytest.fixture
def next_bid(served: str) -> tuple[Browser, str]:
    """A panel member in front of the next bid to score, and its address."""
    member = Browser(served, "amara.cole")
    match = re.search(r'href="(/bids/BID-\w+/score/)"', member.get("/"))
    assert match
    return member, match[1]


def filled(version: int, word: str) -> dict[str, Any]:
    marks: dict[str, Any] = {"version": version, "then": "draft"}
    for number in range(1, 8):
        marks[f"reason_{number}"] = f"{word} {number}"
    return marks


def test_four_saves_of_one_scorecard_at_once_leave_one_row_a_criterion(next_bid: tuple[Browser, str]) -> None:
    member, address = next_bid
    page = member.get(address)
    version = int(re.search(r'name="version" value="(\d+)"', page)[1])
    for current in range(version, version + 5):
        forms = [filled(current, word) for word in ("a", "b", "c", "d")]
        answers = at_once([partial(member.post, address, page, form) for form in forms])
        assert sorted(status for status, _ in answers) == [200, 409, 409, 409]
    reference = address.split("/")[2]
    counts = rows(
        "SELECT count(*), count(DISTINCT criterion_id) FROM bids_mark m JOIN bids_scorecard s ON s.id = m.scorecard_id "
        "JOIN bids_bid b ON b.id = s.bid_id JOIN grants_user u ON u.id = s.member_id "
        f"WHERE b.reference = '{reference}' AND u.username = 'amara.cole'"
    )
    assert counts == [(7, 7)]


def test_a_stale_save_shows_both_and_overwrites_nothing(next_bid: tuple[Browser, str]) -> None:
    member, address = next_bid
    page = member.get(address)
    version = int(re.search(r'name="version" value="(\d+)"', page)[1])
    assert member.post(address, page, filled(version, "first tab"))[0] == 200
    status, answer = member.post(address, page, filled(version, "second tab"))
    assert status == 409
    assert "first tab 1" in answer and "second tab 1" in answer
    reference = address.split("/")[2]
    reasons = rows(
        "SELECT DISTINCT split_part(m.reason, ' ', 1) FROM bids_mark m JOIN bids_scorecard s ON s.id = m.scorecard_id "
        f"JOIN bids_bid b ON b.id = s.bid_id WHERE b.reference = '{reference}' AND m.reason LIKE '%tab%'"
    )
    assert reasons == [("first",)]


def test_the_deputy_mayor_signing_twice_at_once_signs_once(served: str) -> None:
    mayor = Browser(served, "robin.vale")
    address = "/decisions/PCD-681/decide/"
    page = mayor.get(address)
    answers: dict[str, Any] = {"interests": "None", "version": re.search(r'name="version" value="(\d+)"', page)[1]}
    for number, value in re.findall(r'name="answer_(\d+)"[^>]*value="(approved|noted)"', page):
        answers[f"answer_{number}"] = value
    mayor.post(address, page, answers)
    address = "/decisions/PCD-681/sign/"
    page = mayor.get(address)
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    data = {"version": version, "password": DEMO_PASSWORD}
    done = at_once([lambda: mayor.post(address, page, data) for _ in range(4)])
    assert all(status == 200 for status, _ in done)
    events = "SELECT count(*), count(DISTINCT subject) FROM grants_auditevent WHERE action = 'sign decision'"
    # The decision itself, each of its 11 grants, and its contract.
    assert rows(f"{events} AND subject = 'PCD-681'") == [(1, 1)]
    assert rows(f"{events} AND subject <> 'PCD-681'") == [(12, 12)]
    assert rows("SELECT count(*) FROM approvals_approval WHERE level = 'dmpc' AND invalid_at IS NULL") == [(11,)]
    assert rows("SELECT count(*) FROM approvals_decisionrecord") == [(1,)]


def test_of_sixty_guesses_sent_at_once_five_are_checked(served: str) -> None:
    stranger = Browser(served, "nobody.at-all")
    page = stranger.get("/sign-in/")
    guess = {"username": "mo.novak", "password": "not the password"}
    answers = at_once([partial(stranger.post, "/sign-in/", page, guess) for _ in range(60)])
    checked = [text for _, text in answers if "User name or password is wrong" in text]
    held_back = [text for _, text in answers if "There were too many wrong passwords" in text]
    assert (len(checked), len(held_back)) == (5, 55)
    by_name = "SELECT count(*) FROM grants_signinattempt a JOIN grants_user u ON u.id = a.person_id"
    assert rows(f"{by_name} WHERE u.username = 'mo.novak' AND a.result = 'wrong'") == [(5,)]
    # The right password waits too, and nobody else does.
    right = {"username": "mo.novak", "password": DEMO_PASSWORD}
    assert "There were too many wrong passwords" in stranger.post("/sign-in/", page, right)[1]
    assert "Your tasks" in Browser(served, "grace.hall").get("/")
