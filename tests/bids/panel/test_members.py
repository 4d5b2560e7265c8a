"""A chair who scored a bid alone or has an interest in it does not record its outcome."""

import pytest

from bids.models import Interest
from bids.panel import closing
from grants.refusal import Refused
from grants.roles import Role
from tests.factories import NOW, close, open_round, person, scorecard
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db


def test_a_chair_who_was_the_only_scorer_does_not_record_the_outcome() -> None:
    round = open_round()
    chair = person(Role.CHAIR, Role.MEMBER, round=round)
    bid = make_bid(round)
    scorecard(bid, chair)
    close(round)
    with pytest.raises(Refused):
        closing.record_outcome(bid=bid, verdict="recommend", reason="Mine", by=chair, at=NOW)


def test_a_chair_with_an_interest_does_not_record_the_outcome() -> None:
    round = open_round()
    chair = person(Role.CHAIR, Role.MEMBER, round=round)
    bid = make_bid(round)
    scorecard(bid, person(Role.MEMBER, round=round))
    Interest.objects.filter(bid=bid, member=chair).update(conflicted=True, nature="A sister")
    close(round)
    with pytest.raises(Refused, match="Ask another chair to do this"):
        closing.record_outcome(bid=bid, verdict="recommend", reason="Mine", by=chair, at=NOW)
