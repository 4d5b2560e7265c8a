"""Steps with the scorecards of a bid that several tests take: change, close, open, reopen, look."""

from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse

from bids.models import Bid, Scorecard, Standing
from bids.panel import closing, opening, scorecards
from grants.models import AuditEvent, Round, User
from tests.factories import NOW, marks


def card_of(bid: Bid, member: User) -> Scorecard:
    return Scorecard.objects.select_related("bid__round", "member").get(bid=bid, member=member)


def change(bid: Bid, member: User, *, score: int = 2, at: Any = NOW, **kwargs: Any) -> Scorecard:
    card, fresh = card_of(bid, member), Bid.objects.get(pk=bid.pk)
    judgements = marks(score=score, **kwargs)
    return scorecards.submit_scorecard(bid=fresh, marks=judgements, seen=card.version, by=member, at=at)


def close_it(bid: Bid, chair: User, at: Any = NOW) -> None:
    closing.close_scoring(round=bid.round, reason="Time is up", by=chair, at=at)


def open_it(bid: Bid, chair: User, at: Any = NOW) -> None:
    opening.open_marks(round=bid.round, by=chair, at=at)


def reopen_card(bid: Bid, member: User, chair: User) -> Scorecard:
    return opening.reopen_scorecard(card=card_of(bid, member), reason="Read the wrong file", by=chair, at=NOW)


def events(round: Round, *actions: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(round=round, action__in=actions).order_by("pk"))


def page_of(user: User, bid: Bid, name: str = "bids:bid") -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse(name, args=[bid.reference])).content.decode()


SHOWN = "Marks by criterion"


def standing(bid: Bid) -> Decimal | None:
    return Standing.objects.get(bid=bid).mean
