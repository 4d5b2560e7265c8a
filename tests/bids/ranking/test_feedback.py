"""The letter to an unsuccessful bidder: the panel's view of each criterion, and nothing about who held it."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from bids.criteria import Rule
from bids.models import Bid, Interest
from bids.panel import closing, scorecards
from bids.panel.scorecards import Judgement
from bids.ranking import export_views, standings
from bids.ranking.feedback import by_criterion, letter, text
from bids.scoring import Answer, Card, result
from grants.models import Round, User
from grants.roles import Role
from tests.bodies import CRITERIA
from tests.factories import NOW, close, marks, open_round, person, scorecard
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db

GATE = Rule(1, "Aim", "?", gate=True, scored=False)
MARKED = Rule(
    2, "Experience", "?", gate=False, scored=True, points=((0, "None"), (1, "A Little"), (2, "Some"), (3, "Much"))
)
BOTH = Rule(3, "Value", "?", gate=True, scored=True, points=((0, "Poor"), (4, "Good")))


def paragraph(rule: Rule, *cards: Card) -> str:
    (block,) = by_criterion(result(list(cards), [rule]), [rule])
    heading, _, body = block.partition("\n")
    assert heading == f"{rule.number}. {rule.label}"
    return body


# The rules


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([True, True], "The panel found that the bid meets this."),
        ([False, False], "The panel found that the bid does not meet this, and no mark elsewhere makes up for it."),
        ([True, False], "Members of the panel differed on whether the bid meets this."),
        ([], "This was not judged."),
    ],
    ids=["met", "not met", "differed", "not judged"],
)
def test_a_gate_is_explained_in_words(answers: list[bool], words: str) -> None:
    assert paragraph(GATE, *({1: Answer(passed=answer)} for answer in answers)) == words


@pytest.mark.parametrize(
    ("scores", "mean", "nearest"),
    [
        ([0], "0.00", "none"),
        ([1], "1.00", "a little"),
        ([1, 1, 2], "1.33", "a little"),
        ([1, 2], "1.50", "some"),
        ([2, 3], "2.50", "much"),
        ([2, 2, 3], "2.33", "some"),
        ([3, 3], "3.00", "much"),
    ],
)
def test_a_mean_is_explained_by_the_nearest_point_rounded_half_up(scores: list[int], mean: str, nearest: str) -> None:
    words = paragraph(MARKED, *({2: Answer(score=score)} for score in scores))
    assert words == f"On average the panel’s mark was {mean} of 3, nearest to: {nearest}."


def test_a_criterion_with_a_gate_and_a_mark_explains_both() -> None:
    words = paragraph(BOTH, {3: Answer(passed=True, score=4)})
    assert (
        words == "The panel found that the bid meets this. On average the panel’s mark was 4.00 of 4, nearest to: good."
    )
    assert paragraph(BOTH) == "This was not judged."
    assert paragraph(MARKED) == "This was not judged."


def test_the_letter_uses_what_a_meeting_agreed() -> None:
    cards = [{3: Answer(passed=True, score=0)}, {3: Answer(passed=False, score=0)}]
    (block,) = by_criterion(result(cards, [BOTH], {3: Answer(passed=False, score=4)}), [BOTH])
    assert "does not meet this" in block
    assert "4.00 of 4, nearest to: good" in block


@pytest.mark.parametrize(
    ("verdict", "destination", "decided"),
    [
        ("reject", "", "It was not recommended for a grant."),
        ("redirect", "the Youth Board", "We passed it on to the Youth Board."),
    ],
)
def test_the_letter_says_what_was_decided_and_the_published_reason(
    verdict: str, destination: str, decided: str
) -> None:
    greeting, body, reason = letter(
        bidder="The Arches",
        title="Safe Nights",
        round="CPIE 2026",
        scored=True,
        verdict=verdict,
        reason="No survey.",
        destination=destination,
    )
    assert greeting == "Dear The Arches,"
    assert body.startswith("Thank you for your bid “Safe Nights” to CPIE 2026.")
    assert body.endswith(decided)
    assert reason == "The panel’s reason: No survey."


def test_the_whole_letter_is_plain_paragraphs_in_order() -> None:
    heading = "How the panel saw the bid on each criterion:"
    assert (
        text(["Dear A,", "Thanks."], ["1. Aim\nMet."], "Yours.")
        == f"Dear A,\n\nThanks.\n\n{heading}\n\n1. Aim\nMet.\n\nYours."
    )


# The letters of a round


@pytest.fixture
def rejected(round: Round, chair: User) -> Bid:
    """A rejected bid, scored by two members who each wrote a secret, beside another bid that was recommended."""
    bid = make_bid(round, title="Safe Nights")
    other = make_bid(round, title="The other project")
    for name, score in (("Ada Secret", 1), ("Bea Secret", 2)):
        member = person(Role.MEMBER, round=round, unit="East Area", name=name)
        for each in (bid, other):
            scorecard(each, member, submit=False)
            judgements = {n: Judgement(g.passed, g.score, f"A secret of {name}") for n, g in marks(score=score).items()}
            scorecards.submit_scorecard(bid=each, marks=judgements, seen=1, by=member, at=NOW)
    close(round)
    closing.record_outcome(
        bid=bid, verdict="reject", reason="It has no survey.", internal_reason="A hidden reason", by=chair, at=NOW
    )
    closing.record_outcome(bid=other, verdict="recommend", reason="It is good.", by=chair, at=NOW)
    return bid


def letter_to(bid: Bid) -> str:
    ((_, written),) = export_views.letters([Bid.objects.get(pk=bid.pk)], bid.round)
    return written


def test_a_letter_names_no_member_no_reason_of_theirs_and_no_other_bid(rejected: Bid) -> None:
    written = letter_to(rejected)
    other = Bid.objects.exclude(pk=rejected.pk).get(round=rejected.round)
    secrets = ["Secret", "secret", "hidden", other.title, other.reference, other.source_reference, other.bidder]
    assert [secret for secret in secrets if secret in written] == []
    assert rejected.recipient is not None
    for own in ("It has no survey.", rejected.title, rejected.source_reference, rejected.recipient.name):
        assert own in written


def test_a_letter_says_how_the_bid_did_on_each_of_the_seven_criteria(rejected: Bid) -> None:
    written = letter_to(rejected)
    paragraphs = written.split("\n\n")
    assert [part.splitlines()[0] for part in paragraphs if part[0].isdigit()] == [
        f"{rule.number}. {rule.label}" for rule in CRITERIA
    ]
    # Marks of 1 and 2 have a mean of 1.50, nearest to 2, half up.
    assert "was 1.50 of 4, nearest to: comparable work with results described." in written
    assert standings.result_of(rejected).means[4] == Decimal("1.50")


def page(reader: User, bid: Bid) -> str:
    client = Client()
    client.force_login(reader)
    return client.get(reverse("bids:feedback", args=[bid.reference])).content.decode()


@pytest.mark.parametrize("state", dict(Bid.STATES))
def test_only_a_rejected_or_redirected_bid_has_a_letter(rejected: Bid, chair: User, state: Bid.State) -> None:
    Bid.objects.filter(pk=rejected.pk).update(state=state)
    assert ("Dear Invented Body" in page(chair, rejected)) == (state in ("rejected", "redirected"))


def test_the_file_holds_a_letter_to_each_unsuccessful_bidder_that_the_reader_may_see(
    round: Round, rejected: Bid, chair: User, member: User
) -> None:
    second = make_bid(round, title="Redirected one")
    closing.record_outcome(bid=second, verdict="redirect", destination="The Board", reason="Theirs", by=chair, at=NOW)
    lead = person(Role.LEAD, round=round)
    Interest.objects.create(bid=second, member=lead, conflicted=True, nature="A sister", declared_at=NOW)
    letters = {}
    for reader in (chair, lead):
        client = Client()
        client.force_login(reader)
        response = client.get(reverse("bids:feedback_file", args=[round.reference]))
        assert response["Content-Disposition"] == f'attachment; filename="feedback-{round.reference}.txt"'
        letters[reader] = b"".join(response.streaming_content).decode()
    assert letters[chair].count("Dear ") == 2
    assert "We passed it on to The Board." in letters[chair]
    assert letters[lead].count("Dear ") == 1
    assert "Redirected one" not in letters[lead]
    assert "The other project" not in letters[chair]


def test_the_chair_of_another_round_reads_no_letter(rejected: Bid) -> None:
    client = Client()
    client.force_login(person(Role.CHAIR, round=open_round()))
    assert client.get(reverse("bids:feedback", args=[rejected.reference])).status_code == 404
    assert client.get(reverse("bids:feedback_file", args=[rejected.round.reference])).status_code == 404
