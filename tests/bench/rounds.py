"""Rounds of any size for the bench, written straight into the tables: a panel's own transitions would take hours."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product

from django.db import connection

from bids.intake import defaults
from bids.models import Assignment, Bid, Criterion, Interest, Panel, Scorecard
from bids.ranking import standings
from grants.models import BodyVersion, Organisation, RoleHolding, Round, User, own_body
from grants.roles import Role

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
# Words of a case: 1,728, so that a tenth of the bids have one of them, as with the words that people search for.
_SYLLABLES = ("ba", "co", "du", "fe", "gi", "lo", "mu", "na", "pe", "ri", "so", "tu")
_WORDS = ["".join(each) for each in product(_SYLLABLES, repeat=3)]
REASON = "The plan says who does what, when, and how it is to be measured."
MARKS = """
INSERT INTO bids_mark (scorecard_id, criterion_id, passed, score, reason)
SELECT card.id, criterion.id,
       CASE WHEN criterion.gate THEN (card.id * 31 + criterion.number) %% 29 > 0 END,
       CASE WHEN criterion.scored THEN (card.id * 7 + criterion.number * 3) %% 5 END,
       %s
FROM bids_scorecard card
JOIN bids_bid bid ON bid.id = card.bid_id
JOIN bids_criterion criterion ON criterion.round_id = bid.round_id
WHERE bid.round_id = %s
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a round is: bids, members who each score every bid, and criteria; whether scoring has closed."""

    bids: int
    members: int = 6
    criteria: int = 7
    closed: bool = True

    @property
    def is_plain(self) -> bool:
        """Whether it has as many members and criteria as the aims are set for."""
        return (self.members, self.criteria) == (6, 7)

    @property
    def name(self) -> str:
        state = "closed" if self.closed else "open"
        return f"{self.bids:,} bids, {self.members} members, {self.criteria} criteria, {state}"


@dataclass(frozen=True, slots=True)
class Built:
    """A round with the people who ask for its pages, and a bid that the member still has to submit."""

    round: Round
    chair: User
    member: User
    open_bid: Bid


def build(size: Size, number: int) -> Built:
    """Fill a round. In an open one the member's first card is a draft and the others are submitted."""
    round = Round.objects.create(
        reference=f"bench-{number}",
        title=f"Bench {number}",
        financial_year="2026/27",
        allocation=Decimal("4782000.00"),
        opens_on=date(2026, 11, 1),
        closes_on=date(2026, 12, 31),
        body_version=BodyVersion.objects.keep(own_body()),
    )
    chair = person(f"chair.{number}", Role.CHAIR, round)
    members = [person(f"member.{number}.{each}", Role.MEMBER, round) for each in range(size.members)]
    defaults.set_up(round=round, by=chair, at=AT)
    _more_criteria(round, size.criteria)
    bids = _bids(round, size.bids)
    _scored(bids, members, size.closed)
    declarations = (Interest(bid=bid, member=chair, conflicted=False, declared_at=AT) for bid in bids)
    Interest.objects.bulk_create(declarations, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute(MARKS, [REASON, round.pk])
    if size.closed:
        Panel.objects.filter(round=round).update(closed_at=AT, opened_at=AT)
        standings.refresh(round)
        standings.take_advice(round)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Built(round, chair, members[0], bids[0])


def person(username: str, role: Role, round: Round) -> User:
    """A person with a role in a round."""
    person = User.objects.create(username=username, name=username.title(), unit="CPIE")
    RoleHolding.objects.create(user=person, role=role, round=round, given_at=AT)
    return person


def _more_criteria(round: Round, wanted: int) -> None:
    own = list(Criterion.objects.filter(round=round))
    for extra in range(len(own), wanted):
        model = own[extra % len(own)]
        model.pk, model.number = None, extra + 1
        model.save()


def _bids(round: Round, wanted: int) -> list[Bid]:
    body = Organisation.objects.create(name=f"Body of {round.reference}")
    rows = [
        Bid(
            round=round,
            reference=f"B{round.pk}-{number}",
            source_reference=f"{number:05}",
            title=f"Project {number}",
            led_by=Bid.Led.EXTERNAL,
            recipient=body,
            sponsoring_unit="Central West",
            amount=Decimal(10_000 + number % 90 * 500),
            summary=text(number, 40),
            beneficiaries="Young people.",
            boroughs=["E09000033"],
            starts_on=date(2026, 12, 1),
            ends_on=date(2027, 3, 31),
            outputs="Ten sessions.",
            outcomes=text(number + 1, 80),
            evaluation_plan=text(number + 2, 80) + (" By the zodiac." if number % 800 == 5 else ""),
            track_record="Five years of it.",
            employs_staff=False,
            personal_data=False,
            future_cost=False,
            received_at=AT,
            state=Bid.State.ELIGIBLE,
        )
        for number in range(wanted)
    ]
    return Bid.objects.bulk_create(rows, batch_size=1000)


def text(number: int, words: int) -> str:
    """A text of so many words, of which each bid has others; a tenth of the texts are of crime."""
    return " ".join([*words_of(number, words), *(["crime"] if number % 10 == 0 else [])]).capitalize() + "."


def words_of(seed: int | str, wanted: int) -> list[str]:
    """So many words, the same for the same seed."""
    return random.Random(seed).choices(_WORDS, k=wanted)


def _scored(bids: list[Bid], members: list[User], closed: bool) -> None:
    pairs = [(bid, member) for bid in bids for member in members]
    Assignment.objects.bulk_create(
        (Assignment(bid=bid, member=member, assigned_at=AT, accepted_at=AT) for bid, member in pairs), batch_size=2000
    )
    Interest.objects.bulk_create(
        (Interest(bid=bid, member=member, conflicted=False, declared_at=AT) for bid, member in pairs), batch_size=2000
    )
    # Half of an open round's cards are in, so that there is always a next bid to score.
    state = {True: Scorecard.State.SUBMITTED, False: Scorecard.State.DRAFT}
    Scorecard.objects.bulk_create(
        (
            Scorecard(bid=bid, member=member, state=state[closed or number % 2 == 1], saved_at=AT, submitted_at=AT)
            for number, (bid, member) in enumerate(pairs)
        ),
        batch_size=2000,
    )
