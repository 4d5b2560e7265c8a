"""The objects that a page of bids opens, each answering 404 where this person may not see it."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from bids.models import Bid
from grants.access import Request, enter


def bid_or_404(request: Request, reference: str, action: str, *related: str) -> Bid:
    """The bid, where this person may do the action on it, read with what is `related` to it."""
    visible = Bid.objects.visible_to(request.user, action).select_related("round", "recipient", *related)
    bid = get_object_or_404(visible, reference=reference)
    enter(request, bid.round)
    return bid
