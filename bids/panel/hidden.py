"""What the trail of a round holds back while its panel scores."""

from django.db.models import Q

from bids.models import Bid
from bids.panel import members
from grants.models import Round


def references(*, round: Round, asked: str) -> list[str]:
    """The references of the bids that somebody means, by ours or by the bidder's own."""
    bids = Bid.objects.filter(round=round).filter(Q(reference__iexact=asked) | Q(source_reference__iexact=asked))
    return list(bids.values_list("reference", flat=True))


# What a scorer does, which the trail holds back while a panel scores: it would tell the marks before they may be told.
BLIND = (
    "save draft",
    "submit scorecard",
    "declare interest",
    "waive interest",
    "decline assignment",
    "score practice",
    "chase member",
)


def hidden_events(*, round: Round) -> tuple[str, ...]:
    """The actions that no page of the trail shows now. They are recorded all the same, and verified."""
    return () if members.scoring_closed(round) else BLIND
