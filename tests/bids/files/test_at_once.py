"""Two leads who add files at the same moment: a bid never gets more than it can have, and no file twice."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from bids.files import adding
from bids.files.checking import Accepted, accept
from bids.models import Bid, BidFile
from grants.models import AuditEvent, User
from grants.refusal import Refused
from grants.roles import Role
from tests import factories, last_release
from tests.bids.files import samples
from tests.bids.files.conftest import kept
from tests.factories import NOW

World = tuple[Bid, list[User]]


@pytest.fixture
def committed(copy: str, django_db_blocker: pytest.FixtureRequest) -> Iterator[Callable[[], World]]:
    """Makes a bid and two leads in a database of the test's own, where other connections see them."""

    def make() -> World:
        round = factories.open_round()
        return factories.bid(round), [factories.person(Role.LEAD, round=round) for _ in range(2)]

    name = f"{connection.settings_dict['NAME']}_served"
    with django_db_blocker.unblock(), last_release.speaking_to(name):
        yield make


def pictures(*names: str) -> list[Accepted]:
    return [accept(f"{name}.png", samples.png(extra=name.encode())) for name in names]


def at_once(calls: list[Callable[[], object]]) -> list[str]:
    """Make all calls at the same moment, each on a connection of its own; give what each was refused with, if."""
    ready = threading.Barrier(len(calls))

    def call_when_ready(call: Callable[[], object]) -> str:
        try:
            ready.wait(10)
            call()
        except Refused as refused:
            return refused.message
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call_when_ready, calls))


def test_two_who_add_at_once_do_not_pass_the_limit(committed: Callable[[], World]) -> None:
    for _ in range(3):
        bid, leads = committed()
        adding.add_files(bid=bid, files=pictures(*(f"before {number}" for number in range(14))), by=leads[0], at=NOW)
        lots = [pictures(*(f"{who} {number}" for number in range(4))) for who in ("one", "two")]
        calls = [
            lambda bid=bid, lot=lot, lead=lead: adding.add_files(bid=bid, files=lot, by=lead, at=NOW)
            for lot, lead in zip(lots, leads, strict=True)
        ]
        assert sorted(at_once(calls)) == ["", "This bid has 18 files and can have 20. Choose at most 2"]
        assert BidFile.objects.filter(bid=bid).count() == kept(bid).count() == 18
        assert AuditEvent.objects.filter(bid=bid.reference, action="add file").count() == 18


def test_two_who_add_the_same_file_at_once_add_it_once(committed: Callable[[], World]) -> None:
    bid, leads = committed()
    calls = [lambda lead=lead: adding.add_files(bid=bid, files=pictures("a"), by=lead, at=NOW) for lead in leads]
    assert sorted(at_once(calls)) == ["", "a.png is the same file as a.png, which is already there"]
    assert BidFile.objects.filter(bid=bid).count() == kept(bid).count() == 1


def test_two_who_remove_a_file_at_once_remove_it_once(committed: Callable[[], World]) -> None:
    bid, leads = committed()
    (file,) = adding.add_files(bid=bid, files=pictures("a"), by=leads[0], at=NOW)
    calls = [lambda lead=lead: adding.remove_file(file=file, reason="Wrong", by=lead, at=NOW) for lead in leads]
    assert sorted(at_once(calls)) == ["", "a.png has already been removed."]
    assert AuditEvent.objects.filter(bid=bid.reference, action="remove file").count() == 1
