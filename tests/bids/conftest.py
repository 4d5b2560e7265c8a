"""A small panel: a round, its chair, a member, a bid, and the bid ready to be scored."""

import pytest

from bids.models import Bid
from bids.panel import assignments, interests
from grants.models import Round, User
from grants.roles import Role
from tests.factories import NOW, open_round, person
from tests.factories import bid as make_bid


@pytest.fixture
def round() -> Round:
    return open_round()


@pytest.fixture
def chair(round: Round) -> User:
    return person(Role.CHAIR, round=round)


@pytest.fixture
def member(round: Round) -> User:
    return person(Role.MEMBER, round=round, unit="East Area")


@pytest.fixture
def bid(round: Round) -> Bid:
    return make_bid(round)


@pytest.fixture
def ready(bid: Bid, member: User, chair: User) -> Bid:
    """A bid that the member is assigned to and has declared no interest in."""
    assignments.assign(bid=bid, member=member, by=chair, at=NOW)
    interests.declare_interest(bid=bid, conflicted=False, by=member, at=NOW)
    return bid
