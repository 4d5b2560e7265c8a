"""The events of the trail that stay hidden until the marks of a panel are open."""

from django.db.models import Q

from bids.models import Bid
from bids.panel import members
from grants.models import Round


def references(*, round: Round, asked: str) -> list[str]:
    """Return the references of the bids that match `asked`, by our reference or the bidder's own."""
    bids = Bid.rows.filter(round=round).filter(Q(reference__iexact=asked) | Q(source_reference__iexact=asked))
    return list(bids.values_list("reference", flat=True))


# The actions of scorers. Shown before the marks are open, they would reveal them too early.
BLIND = (
    "save draft",
    "submit scorecard",
    "change scorecard",
    "declare interest",
    "waive interest",
    "decline assignment",
    "score practice",
    "chase member",
    # These tell how many scorecards were missing, and that there is one.
    "close scoring",
    "reopen scoring",
    "reopen scorecard",
    "end reopening",
)


def hidden_events(*, round: Round) -> tuple[str, ...]:
    """Return the actions that no page of the trail shows now. Their events are still recorded and verified."""
    return () if members.marks_open(round) else BLIND
