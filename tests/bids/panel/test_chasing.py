"""Members who are behind: the chair writes to them, and the service reminds them before scoring closes."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from bids.models import Bid, Panel
from bids.panel import assignments, chasing
from grants.models import AuditEvent, Mail, Round, User
from grants.refusal import Refused
from grants.roles import Role
from tests.bids.panel.test_assignments import ADDRESS, behind, last
from tests.factories import NOW, person
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db


def test_each_member_who_is_behind_gets_one_letter(round: Round, chair: User) -> None:
    Round.objects.filter(pk=round.pk).update(scoring_closes_on=date(2026, 12, 4))
    first, second = behind(round, chair, 2), behind_with(round, chair, 3, "bea@police.example")
    assert chasing.chase(round=round, members=[second, first], address=ADDRESS, by=chair, at=NOW) == 2
    assert Mail.objects.get(to=second).subject == "3 bids are waiting for your scores"
    letter = Mail.objects.get(to=first)
    assert letter.subject == "2 bids are waiting for your scores"
    assert letter.text.startswith(f"Dear Ada Obi,\n\n2 bids are waiting for your scores in {round.title}.")
    assert "by 4 December 2026" in letter.text
    assert ADDRESS in letter.text
    event = last("chase member")
    assert (event.actor, event.facts) == (chair, {"waiting": 2})


def test_one_bid_waits_in_the_singular(round: Round, chair: User) -> None:
    chasing.chase(round=round, members=[behind(round, chair, 1)], address=ADDRESS, by=chair, at=NOW)
    assert Mail.objects.get().subject == "1 bid is waiting for your scores"


def test_a_letter_says_nothing_of_any_bid(round: Round, chair: User) -> None:
    member = behind(round, chair, 3)
    chasing.chase(round=round, members=[member], address=ADDRESS, by=chair, at=NOW)
    letter = Mail.objects.get(to=member)
    for bid in Bid.objects.filter(round=round):
        for secret in (bid.title, bid.reference, bid.source_reference, bid.bidder, bid.sponsoring_unit):
            assert secret not in letter.text + letter.subject


@pytest.mark.parametrize(
    ("count", "email", "refusal"), [(0, "ada@police.example", "nothing left to score"), (2, "", "has no email address")]
)
def test_nobody_is_chased_if_one_of_them_is_not_behind_or_has_no_address(
    round: Round, chair: User, count: int, email: str, refusal: str
) -> None:
    fine, other = behind(round, chair, 1), behind_with(round, chair, count, email)
    with pytest.raises(Refused, match=refusal) as refused:
        chasing.chase(round=round, members=[fine, other], address=ADDRESS, by=chair, at=NOW)
    assert refused.value.field == "members"
    assert not Mail.objects.filter(to__in=[fine, other]).exists()


def behind_with(round: Round, chair: User, count: int, email: str) -> User:
    member = person(Role.MEMBER, round=round, unit="East Area", email=email)
    for _ in range(count):
        assignments.assign(bid=make_bid(round), member=member, by=chair, at=NOW)
    return member


def test_the_chair_adds_own_words_which_the_trail_keeps(round: Round, chair: User) -> None:
    member = behind(round, chair, 1)
    chasing.chase(round=round, members=[member], address=ADDRESS, words=" Ring me if you are stuck. ", by=chair, at=NOW)
    assert f"\n\nRing me if you are stuck.\n\n{ADDRESS}" in Mail.objects.get(to=member).text
    assert last("chase member").facts == {"waiting": 1, "words": "Ring me if you are stuck."}


def test_everybody_who_has_an_address_is_ticked_from_the_start(client: Client, round: Round, chair: User) -> None:
    ada, nobody = behind(round, chair, 1), behind_with(round, chair, 1, "")
    client.force_login(chair)
    form = client.get(reverse("bids:chase", args=[round.reference])).context["form"]
    assert form["members"].value() == [ada.username]
    assert nobody in form.fields["members"].queryset


# By itself, before the last day


def at(day: int) -> datetime:
    return datetime(2026, 12, day, 7, tzinfo=UTC)


@pytest.fixture
def closing(round: Round) -> Round:
    """A round whose scoring closes on 10 December 2026."""
    Round.objects.filter(pk=round.pk).update(scoring_closes_on=date(2026, 12, 10))
    return round


@pytest.mark.parametrize(("day", "letters"), [(6, 0), (7, 1), (8, 1), (10, 1), (11, 0)])
def test_members_are_reminded_within_three_days_of_the_last_one(
    closing: Round, chair: User, day: int, letters: int
) -> None:
    member = behind(closing, chair, 2)
    person(Role.MEMBER, round=closing, email="idle@police.example")
    behind_with(closing, chair, 1, "")
    assert chasing.remind(at=at(day)) == letters
    assert Mail.objects.filter(to=member).count() == letters


def test_a_day_is_reminded_of_once_and_an_extended_one_again(closing: Round, chair: User) -> None:
    member = behind(closing, chair, 2)
    assert [chasing.remind(at=at(7)), chasing.remind(at=at(8))] == [1, 0]
    event = last("chase member")
    assert (event.actor, event.actor_name, event.facts) == (None, "The service", {"waiting": 2})
    Round.objects.filter(pk=closing.pk).update(scoring_closes_on=date(2026, 12, 17))
    assert [chasing.remind(at=at(9)), chasing.remind(at=at(14))] == [0, 1]
    assert "by 17 December 2026" in Mail.objects.filter(to=member).latest("pk").text


def test_nobody_is_reminded_once_scoring_is_closed(closing: Round, chair: User) -> None:
    behind(closing, chair, 2)
    Panel.objects.filter(round=closing).update(closed_at=NOW)
    call_command("remind_members")
    assert chasing.remind(at=at(8)) == 0
    assert not AuditEvent.objects.filter(round=closing, action="chase member").exists()
