"""A bid that two members have scored, before and after the marks are open."""

import pytest

from bids.models import Bid
from grants.models import Round, User
from grants.roles import Role
from tests.bids.panel.cards import close_it, open_it
from tests.factories import person, scorecard


@pytest.fixture
def other(round: Round) -> User:
    return person(Role.MEMBER, round=round, name="Ella Frost")


@pytest.fixture
def scored(bid: Bid, member: User, other: User) -> Bid:
    """A bid that two members have scored, with 1 and with 4. Scoring is open."""
    scorecard(bid, other, score=4)
    scorecard(bid, member, score=1)
    return bid


@pytest.fixture
def opened(scored: Bid, chair: User) -> Bid:
    close_it(scored, chair)
    open_it(scored, chair)
    return scored
