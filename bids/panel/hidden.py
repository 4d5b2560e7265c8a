"""The events of the trail that stay hidden while a panel scores."""

from django.db.models import Q

from bids.models import Bid
from bids.panel import members
from grants.models import Round


def references(*, round: Round, asked: str) -> list[str]:
    """Return the references of the bids that match `asked`, by our reference or the bidder's own."""
    bids = Bid.rows.filter(round=round).filter(Q(reference__iexact=asked) | Q(source_reference__iexact=asked))
    return list(bids.values_list("reference", flat=True))


# The actions of scorers. Shown while the panel scores, they would reveal marks too early.
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
    """Return the actions that no page of the trail shows now. Their events are still recorded and verified."""
    return () if members.scoring_closed(round) else BLIND
