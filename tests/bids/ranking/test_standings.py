"""The stored place of each bid is the one that scoring works out, after every event of a round."""

import random
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import pytest

from approvals.review import reviewing
from bids import scoring
from bids.criteria import Rule
from bids.meetings import meetings
from bids.models import AgreedMark, Bid, Meeting, PanelOutcome, Scorecard, Severity, Standing
from bids.panel import closing, interests, opening, scorecards
from bids.ranking import insight, standings
from bids.scoring import Answer, Gate
from grants.models import AuditEvent, Round, User
from grants.refusal import Refused
from grants.roles import Role
from tests.factories import NOW, close, marks, person, scorecard
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db

LEFT = Decimal("100000.00")
OUTSIDE = (Bid.State.RECEIVED, Bid.State.INELIGIBLE)
UNSUCCESSFUL = (Bid.State.REJECTED, Bid.State.REDIRECTED)


def fresh(round: Round) -> list[tuple[object, ...]]:
    """The ranking from the scorecards and agreed marks alone, as rows of what a Standing keeps."""
    rules = [criterion.rule for criterion in round.criteria.all()]
    bids = {bid.source_reference: bid for bid in Bid.objects.filter(round=round).exclude(state__in=OUTSIDE)}
    results = {reference: result_of(bid, rules) for reference, bid in bids.items()}
    placed = scoring.rank(
        [scoring.Placed(ref, bid.amount, results[ref].gate, results[ref].mean) for ref, bid in bids.items()]
    )
    rows, running = [], Decimal("0.00")
    for position, each in enumerate(placed, start=1):
        bid, result = bids[each.reference], results[each.reference]
        counts = bid.led_by == "external" and result.gate is not Gate.FAILED and bid.state not in UNSUCCESSFUL
        running += bid.amount if counts else 0
        rows.append(
            (
                *(each.reference, each.place, position, running if counts else None, result.cards, result.gate.value),
                *(result.mean, result.panel_mean, result.spread, sorted(result.card_means), result.moderated),
            )
        )
    return rows


def result_of(bid: Bid, rules: list[Rule]) -> scoring.Result:
    cards = Scorecard.objects.filter(bid=bid, state__in=Scorecard.COUNTED).prefetch_related("marks__criterion")
    agreed = {
        mark.criterion.number: Answer(mark.passed, mark.score)
        for mark in AgreedMark.objects.filter(discussion__bid=bid).select_related("criterion")
    }
    return scoring.result([card.answers() for card in cards], rules, agreed)


def fresh_firmness(round: Round) -> dict[str, insight.Firmness]:
    """How robust each place is, from the scorecards alone."""
    rules = [criterion.rule for criterion in round.criteria.all()]
    bids = []
    for bid in Bid.objects.filter(round=round).exclude(state__in=OUTSIDE):
        cards = Scorecard.objects.filter(bid=bid, state__in=Scorecard.COUNTED).select_related("member")
        answers = {card.member.username: card.answers() for card in cards.prefetch_related("marks__criterion")}
        bids.append(insight.Scored(bid.source_reference, bid.amount, answers))
    return insight.firmness(bids, rules, insight.severities(bids, rules))


def stored_firmness(round: Round) -> dict[str, insight.Firmness]:
    return {
        row.bid.source_reference: insight.Firmness(
            row.best_place, row.worst_place, row.adjusted_mean, row.adjusted_place
        )
        for row in Standing.objects.filter(round=round).select_related("bid")
    }


def stored(round: Round) -> list[tuple[object, ...]]:
    return [
        (
            *(row.bid.source_reference, row.place, row.position, row.running, row.cards, row.gate),
            *(row.mean, row.panel_mean, row.spread, sorted(row.card_means), row.moderated),
        )
        for row in Standing.objects.filter(round=round).select_related("bid").order_by("position")
    ]


def advice(round: Round) -> list[tuple[object, ...]]:
    columns = ("bid", "best_place", "worst_place", "adjusted_mean", "adjusted_place")
    leans = Severity.objects.filter(round=round).values_list("member", "shared", "difference")
    return [*Standing.objects.filter(round=round).order_by("bid").values_list(*columns), *leans.order_by("member")]


# A random history


class History:
    """A round that was scored by lot, to which a lot of things then happen by lot."""

    def __init__(self, round: Round, seed: int) -> None:
        self.dice = random.Random(seed)
        self.round = round
        self.chair = person(Role.CHAIR, round=round)
        self.lead = person(Role.LEAD, round=round)
        self.members = [person(Role.MEMBER, round=round, unit="East Area") for _ in range(3)]
        for _ in range(6):
            led_by = self.dice.choice(["external", "external", "internal"])
            bid = make_bid(round, led_by=led_by, amount=Decimal(self.dice.randint(1, 4) * 10000))
            for member in self.dice.sample(self.members, self.dice.randint(1, 3)):
                scorecard(bid, member, passed=self.dice.random() < 0.75, score=self.dice.randint(0, 4))
        closing.close_scoring(round=round, reason="Done", by=self.chair, at=NOW)
        opening.open_marks(round=round, by=self.chair, at=NOW)
        self.meeting = meetings.plan_meeting(
            round=round, held_on=NOW.date(), quorum=1, left=LEFT, by=self.chair, at=NOW
        )
        meetings.open_meeting(meeting=self.meeting, present=self.members, seen=None, by=self.chair, at=NOW)

    def some_bid(self, *states: Bid.State) -> Bid:
        """A bid in one of the states where there is one, else any."""
        bids = Bid.objects.filter(round=self.round).order_by("pk")
        return self.dice.choice(list(bids.filter(state__in=states)) or list(bids))

    def discuss(self) -> None:
        bid = self.some_bid(Bid.State.ELIGIBLE)
        meeting = Meeting.objects.get(pk=self.meeting.pk)
        if not meeting.items.filter(bid=bid).exists():
            meetings.put_on_agenda(meeting=meeting, bid=bid, reason="By lot", by=self.chair, at=NOW)
        item = meeting.items.get(bid=bid)
        agreed = {
            number: Answer(passed=self.dice.random() < 0.7)
            for number, gate in standings.own_result(bid).gates.items()
            if gate is Gate.SPLIT
        }
        agreed[4] = Answer(score=self.dice.choice([None, 0, 4]))
        meetings.discuss_bid(
            item=item, agreed=agreed, left=[], reason="By lot", seen=item.version, by=self.chair, at=NOW
        )

    def declare(self) -> None:
        bid, member = self.some_bid(), self.dice.choice(self.members)
        interests.declare_interest(bid=bid, conflicted=True, nature="A friend", by=member, at=NOW)

    def record(self) -> None:
        verdict = self.dice.choice(list(PanelOutcome.Verdict))
        destination = "The Board" if verdict == PanelOutcome.Verdict.REDIRECT else ""
        closing.record_outcome(
            bid=self.some_bid(), verdict=verdict, destination=destination, reason="By lot", by=self.chair, at=NOW
        )

    def give_back(self) -> None:
        reviewing.return_bid(
            bid=self.some_bid(Bid.State.RECOMMENDED, *UNSUCCESSFUL), reason="By lot", by=self.lead, at=NOW
        )

    def change(self) -> None:
        bid, member = self.some_bid(Bid.State.ELIGIBLE), self.dice.choice(self.members)
        card = Scorecard.objects.select_related("bid__round", "member").filter(bid=bid, member=member).first()
        if card is None:
            return
        opening.reopen_scorecard(card=card, reason="By lot", by=self.chair, at=NOW)
        changed = marks(passed=self.dice.random() < 0.75, score=self.dice.randint(0, 4))
        scorecards.submit_scorecard(bid=bid, marks=changed, seen=card.version, by=member, at=NOW)

    def step(self) -> str:
        name = self.dice.choice(list(HAPPENS))
        with suppress(Refused):
            HAPPENS[name](self)
        return name


HAPPENS: dict[str, Callable[[History], None]] = {
    "discuss bid": History.discuss,
    "declare interest": History.declare,
    "record outcome": History.record,
    "return bid": History.give_back,
    "change scorecard": History.change,
}


@pytest.mark.parametrize("seed", range(6))
def test_the_stored_ranking_is_the_fresh_one_after_every_event(round: Round, seed: int) -> None:
    history = History(round, seed)
    assert stored(round) == fresh(round)
    for number in range(25):
        what = history.step()
        assert stored(round) == fresh(round), (number, what)
        assert stored_firmness(round) == fresh_firmness(round), (number, what)
    done = AuditEvent.objects.filter(round=round).values_list("action", flat=True)
    assert set(HAPPENS) <= set(done)


# What the running sum takes


STATES: dict[str, tuple[dict[str, str], bool, bool]] = {
    "external": ({}, True, True),
    "internal": ({"led_by": "internal"}, True, False),
    "fails a gate": ({}, False, False),
    "recommended": ({"state": "recommended"}, True, True),
    "agreed": ({"state": "agreed"}, True, True),
    "rejected": ({"state": "rejected"}, True, False),
    "redirected": ({"state": "redirected"}, True, False),
}


@pytest.mark.parametrize("what", STATES)
def test_the_running_sum_takes_only_what_a_grant_can_go_to(round: Round, member: User, what: str) -> None:
    values, passed, counts = STATES[what]
    first, middle, last = [make_bid(round) for _ in range(3)]
    for bid, score in ((first, 4), (last, 0)):
        scorecard(bid, member, score=score)
    scorecard(middle, member, score=2, passed=passed)
    if "led_by" in values:
        Bid.objects.filter(pk=middle.pk).update(led_by="internal", recipient=None)
    Bid.objects.filter(pk=middle.pk).update(**values)
    close(round)
    running = dict(Standing.objects.filter(round=round).values_list("bid", "running"))
    assert running[first.pk] == Decimal("20000.00")
    assert running[middle.pk] == (Decimal("40000.00") if counts else None)
    assert running[last.pk] == (Decimal("60000.00") if counts else Decimal("40000.00"))


@pytest.mark.parametrize("state", OUTSIDE)
def test_a_bid_that_never_came_to_the_panel_has_no_place(round: Round, member: User, state: Bid.State) -> None:
    kept, gone = make_bid(round), make_bid(round)
    for bid in (kept, gone):
        scorecard(bid, member)
    close(round)
    assert Standing.objects.filter(round=round).count() == 2
    Bid.objects.filter(pk=gone.pk).update(state=state)
    standings.refresh(round)
    assert [row.bid for row in Standing.objects.filter(round=round)] == [kept]


def test_equal_results_share_a_place_and_the_next_place_is_left_out(round: Round, member: User) -> None:
    bids = [make_bid(round, amount=Decimal(amount)) for amount in (30000, 10000, 20000, 5000)]
    for bid, score in zip(bids, (3, 3, 4, 1), strict=True):
        scorecard(bid, member, score=score)
    close(round)
    rows = Standing.objects.filter(round=round).order_by("position").values_list("bid", "place", "position")
    assert list(rows) == [(bids[2].pk, 1, 1), (bids[1].pk, 2, 2), (bids[0].pk, 2, 3), (bids[3].pk, 4, 4)]


# Refreshing


def test_refreshing_again_changes_nothing(round: Round) -> None:
    History(round, 11)
    before = (stored(round), advice(round), sorted(Standing.objects.values_list("pk", flat=True)))
    for refresh in REFRESHES:
        refresh(round)
        after = (stored(round), advice(round), sorted(Standing.objects.values_list("pk", flat=True)))
        assert after == before


REFRESHES: list[Callable[[Round], None]] = [
    standings.refresh,
    lambda round: standings.refresh(round, bids=list(Bid.objects.filter(round=round)[:2])),
    lambda round: standings.refresh(round, bids=[]),
    standings.put_in_order,
    standings.take_advice,
]


def test_one_bid_refreshed_moves_the_places_of_the_others(round: Round, member: User) -> None:
    first, second = make_bid(round), make_bid(round)
    for bid, score in ((first, 4), (second, 3)):
        scorecard(bid, member, score=score)
    close(round)
    other = person(Role.MEMBER, round=round)
    card = Scorecard.objects.create(bid=first, member=other, state="submitted", submitted_at=NOW, saved_at=NOW)
    criteria = {criterion.number: criterion for criterion in round.criteria.all()}
    for number, judgement in marks(score=0).items():
        card.marks.create(
            criterion=criteria[number], passed=judgement.passed, score=judgement.score, reason=judgement.reason
        )
    standings.refresh(round, bids=[first])
    places = dict(Standing.objects.filter(round=round).values_list("bid", "place"))
    assert places == {first.pk: 2, second.pk: 1}


def test_another_round_is_left_alone(round: Round, member: User) -> None:
    before = list(Standing.objects.exclude(round=round).order_by("pk").values())
    scorecard(make_bid(round), member)
    close(round)
    assert list(Standing.objects.exclude(round=round).order_by("pk").values()) == before
    assert len(before) > 50


# The advice that is kept with it


def test_taking_advice_changes_no_result_and_no_place(round: Round) -> None:
    History(round, 12)
    before = stored(round)
    Standing.objects.filter(round=round).update(best_place=0, worst_place=0, adjusted_mean=None, adjusted_place=0)
    standings.take_advice(round)
    assert stored(round) == before
    assert Standing.objects.filter(round=round, best_place=0).count() == 0


def test_the_stored_advice_is_what_the_rules_give(round: Round) -> None:
    ada, bea = [person(Role.MEMBER, round=round, unit="East Area") for _ in range(2)]
    first, second, alone = [make_bid(round) for _ in range(3)]
    for bid, member, score in ((first, ada, 4), (first, bea, 2), (second, ada, 2), (second, bea, 3), (alone, ada, 0)):
        scorecard(bid, member, score=score)
    close(round)
    # On the two shared bids Ada lies 2 above and 1 below Bea.
    leans = dict(Severity.objects.filter(round=round).values_list("member", "difference"))
    assert leans == {ada.pk: Decimal("0.50"), bea.pk: Decimal("-0.50")}
    assert set(Severity.objects.filter(round=round).values_list("shared", flat=True)) == {2}
    kept = {row.bid: (row.best_place, row.worst_place, row.adjusted_mean) for row in round.standings.all()}
    assert kept == {
        first: (1, 2, Decimal("3.00")),
        second: (1, 2, Decimal("2.50")),
        alone: (3, 3, Decimal("0.00")),
    }
