"""The practice bid: everybody scores it first, nobody sees another's marks before all do, and it counts nowhere."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from bids.meetings import reading
from bids.models import Bid, Practice, PracticeCard, Scorecard, Standing
from bids.panel import closing, opening, practice, scorecards
from bids.panel.scorecards import Judgement
from bids.ranking import standings
from grants.models import AuditEvent, Round, User
from grants.refusal import Incomplete, NotEntitled, Refused, Stale
from grants.roles import Role
from tests.factories import NOW, close, marks, person, scorecard

pytestmark = pytest.mark.django_db


def set_up(round: Round, by: User, title: str = "The invented centre") -> Practice:
    return practice.keep_practice(
        round=round, title=title, bidder="Nobody at all", amount=Decimal(987654), case="A case.", by=by, at=NOW
    )


@pytest.fixture
def made(round: Round, chair: User) -> Practice:
    return set_up(round, chair)


def score(made: Practice, member: User, points: int = 3) -> PracticeCard:
    return practice.score_practice(practice=made, marks=marks(score=points), by=member, at=NOW)


def compare(made: Practice, chair: User, seen: int = 1) -> Practice:
    return practice.compare_practice(practice=made, reason="All have scored it", seen=seen, by=chair, at=NOW)


def page(made: Practice, reader: User) -> str:
    client = Client()
    client.force_login(reader)
    response = client.get(reverse("bids:practice", args=[made.round.reference]))
    assert response.status_code == 200
    return response.content.decode()


# Before the real bids


def test_no_real_bid_is_scored_before_the_marks_are_compared(
    made: Practice, ready: Bid, member: User, chair: User
) -> None:
    for save in (scorecards.save_draft, scorecards.submit_scorecard):
        with pytest.raises(Refused, match="Score the practice bid first"):
            save(bid=ready, marks=marks(), seen=0, by=member, at=NOW)
    score(made, member)
    with pytest.raises(Refused, match="Score the practice bid first"):
        scorecards.save_draft(bid=ready, marks=marks(), seen=0, by=member, at=NOW)
    assert not Scorecard.objects.filter(bid=ready).exists()
    compare(made, chair)
    assert scorecards.submit_scorecard(bid=ready, marks=marks(), seen=0, by=member, at=NOW).state == "submitted"


def test_without_a_practice_bid_scoring_is_open(ready: Bid, member: User) -> None:
    assert scorecards.submit_scorecard(bid=ready, marks=marks(), seen=0, by=member, at=NOW).state == "submitted"


def test_a_practice_bid_is_set_up_before_anybody_scores(bid: Bid, member: User, chair: User) -> None:
    scorecard(bid, member, submit=False)
    with pytest.raises(Refused, match="Members have started to score"):
        set_up(bid.round, chair)
    assert not Practice.objects.filter(round=bid.round).exists()


def test_the_practice_bid_changes_until_somebody_has_scored_it(made: Practice, member: User, chair: User) -> None:
    changed = set_up(made.round, chair, "Another invented centre")
    assert (changed.pk, changed.title) == (made.pk, "Another invented centre")
    score(made, member)
    with pytest.raises(Refused, match="Members have scored the practice bid, so it can no longer change"):
        set_up(made.round, chair, "A third")
    assert Practice.objects.get(round=made.round).title == "Another invented centre"


def test_after_scoring_closed_no_practice_bid_is_set_up(round: Round, chair: User) -> None:
    close(round)
    with pytest.raises(Refused, match="Scoring has closed"):
        set_up(round, chair)


# Scoring it


def test_a_member_scores_it_once(made: Practice, member: User) -> None:
    score(made, member, 3)
    with pytest.raises(Refused, match="You have already scored the practice bid"):
        score(made, member, 0)
    kept = PracticeCard.objects.get(practice=made, member=member)
    assert kept.answers["4"] == {"passed": None, "score": 3, "reason": "Because of the plan."}
    assert kept.answers["6"] == {"passed": True, "score": 3, "reason": "Because of the plan."}


def test_every_answer_that_is_missing_is_named_at_once(made: Practice, member: User) -> None:
    judgements = {**marks(), 1: Judgement(), 4: Judgement(None, None, "Why"), 6: Judgement(None, 3, "  ")}
    del judgements[7]
    with pytest.raises(Incomplete) as refused:
        practice.score_practice(practice=made, marks=judgements, by=member, at=NOW)
    named = [field for field, _ in refused.value.missing]
    # One line a criterion, in the order of the page.
    assert named == ["passed_1", "passed_7", "score_4", "passed_6"]
    gate_and_reason = "1. Strategic aim: say whether the bid passes and give your reason"
    assert refused.value.missing[0] == ("passed_1", gate_and_reason)
    assert ("score_4", "4. Proven experience: give a mark") in refused.value.missing
    assert not made.cards.exists()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MEMBER])
def test_only_a_member_scores_it(made: Practice, role: Role) -> None:
    with pytest.raises(NotEntitled):
        score(made, person(role, round=made.round))
    assert not made.cards.exists()


def test_a_mark_of_0_and_a_failed_gate_are_answers(made: Practice, member: User) -> None:
    practice.score_practice(practice=made, marks=marks(passed=False, score=0), by=member, at=NOW)
    assert made.cards.get().answers["6"] == {"passed": False, "score": 0, "reason": "Because of the plan."}


# Comparing


def test_the_marks_of_all_are_shown_at_once_and_none_of_them_before(made: Practice, member: User, chair: User) -> None:
    other = person(Role.MEMBER, round=made.round, name="Bea Other")
    judgements = {n: Judgement(g.passed, g.score, f"Only Bea says {n}") for n, g in marks(score=1).items()}
    practice.score_practice(practice=made, marks=judgements, by=other, at=NOW)
    score(made, member)
    for reader in (member, chair):
        assert "Only Bea says" not in page(made, reader)
    compare(made, chair)
    for reader in (member, chair, other):
        shown = page(made, reader)
        assert all(f"Only Bea says {number}" in shown for number in range(1, 8))
        assert "Because of the plan." in shown


def test_the_comparison_shows_all_members_side_by_side(made: Practice, round: Round, chair: User) -> None:
    for name, mark in (("Cyn", 0), ("Ada", 4), ("Bea", 2)):
        score(made, person(Role.MEMBER, round=round, name=name), mark)
    compare(made, chair)
    rules = standings.rules_of(round)
    rows = reading.practice_marks(made, rules)
    assert [rule.number for rule, _ in rows] == [1, 2, 3, 4, 5, 6, 7]
    assert [(who.name, mark["score"]) for who, mark in rows[3][1]] == [("Ada", 4), ("Bea", 2), ("Cyn", 0)]


def test_members_who_did_not_score_it_are_named_to_the_chair_and_in_the_trail(
    made: Practice, member: User, chair: User
) -> None:
    score(made, member)
    away = person(Role.MEMBER, round=made.round, name="Zoe Away")
    assert practice.waiting_for(made) == [away]
    assert "Zoe Away" in page(made, chair)
    compare(made, chair)
    event = AuditEvent.objects.get(round=made.round, action="compare practice")
    assert (event.because, event.facts) == ("All have scored it", {"without a card": ["Zoe Away"]})


def test_there_is_nothing_to_compare_before_anybody_scored(made: Practice, chair: User) -> None:
    with pytest.raises(Refused, match="Nobody has scored"):
        compare(made, chair)
    assert Practice.objects.get(pk=made.pk).compared_at is None


def test_the_marks_are_compared_once_and_no_card_comes_in_afterwards(made: Practice, member: User, chair: User) -> None:
    score(made, member)
    compare(made, chair)
    with pytest.raises(Refused, match="The panel has already compared its marks"):
        compare(made, chair, seen=2)
    with pytest.raises(Refused, match="The panel has already compared its marks"):
        score(made, person(Role.MEMBER, round=made.round))
    assert made.cards.count() == 1


def test_an_outdated_page_compares_nothing(made: Practice, member: User, chair: User) -> None:
    score(made, member)
    with pytest.raises(Stale) as stale:
        compare(made, chair, seen=2)
    assert stale.value.current == 1
    assert Practice.objects.get(pk=made.pk).compared_at is None


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CHAIR])
def test_only_the_chair_sets_it_up_and_compares(round: Round, made: Practice, member: User, role: Role) -> None:
    other = person(role, round=round)
    with pytest.raises(NotEntitled):
        set_up(round, other, "Another")
    score(made, member)
    with pytest.raises(NotEntitled):
        compare(made, other)
    practice_bid = Practice.objects.get(pk=made.pk)
    assert (practice_bid.title, practice_bid.compared_at) == ("The invented centre", None)


# It never counts


def test_the_practice_bid_is_in_no_list_no_ranking_and_no_sum(
    made: Practice, ready: Bid, member: User, chair: User
) -> None:
    score(made, member, 4)
    compare(made, chair)
    scorecards.submit_scorecard(bid=ready, marks=marks(score=1), seen=0, by=member, at=NOW)
    closing.close_scoring(round=made.round, reason="Done", by=chair, at=NOW)
    opening.open_marks(round=made.round, by=chair, at=NOW)
    assert Bid.objects.filter(round=made.round).counted() == {"count": 1, "asked": Decimal("20000.00")}
    assert [(row.bid, row.mean, row.running) for row in Standing.objects.filter(round=made.round)] == [
        (ready, Decimal("1.00"), Decimal("20000.00"))
    ]
    client = Client()
    client.force_login(chair)
    for name in ("bids", "ranking", "insight", "coverage"):
        shown = client.get(reverse(f"bids:{name}", args=[made.round.reference])).content.decode()
        assert "The invented centre" not in shown
        assert "987,654" not in shown


def test_the_trail_shows_no_mark_of_the_practice_bid(made: Practice, member: User) -> None:
    score(made, member, 4)
    event = AuditEvent.objects.get(round=made.round, action="score practice")
    assert (event.actor, event.facts, event.because) == (member, {}, "")


def test_what_a_member_typed_in_the_practice_scorecard_is_back(made: Practice, member: User, client: Client) -> None:
    address = reverse("bids:practice", args=[made.round.reference])
    client.force_login(member)
    ticket = client.get(address).content.decode().partition('name="typed_by" value="')[2].partition('"')[0]
    typed = {"typed_by": ticket, "passed_1": "yes", "reason_1": "It names the aim."}
    assert client.post("/typed/", typed, headers={"X-Autosave": "stay"}).status_code == 200
    page = client.get(address).content.decode()
    assert ">\nIt names the aim.</textarea>" in page
    assert page.count(" checked>") == 1
