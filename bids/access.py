"""Fetching the objects that several pages of bids open, or answering 404 if this person may not see them."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from bids.models import Bid, Upload
from grants.access import Request, enter, round_or_404


def bid_or_404(request: Request, reference: str, action: str, *related: str) -> Bid:
    """Return the bid with its `related` objects. Raises Http404 unless this person may do the action on it."""
    visible = Bid.objects.visible_to(request.user, action).select_related("round", "recipient", *related)
    bid = get_object_or_404(visible, reference=reference)
    enter(request, bid.round)
    return bid


def row_or_404(request: Request, reference: str, action: str, *related: str) -> Bid:
    """Return the bid or the direct award with its `related` objects. Raises Http404 as `bid_or_404` does."""
    visible = Bid.rows.visible_to(request.user, action).select_related("round", "recipient", *related)
    row = get_object_or_404(visible, reference=reference)
    enter(request, row.round)
    return row


def upload_or_404(request: Request, reference: str) -> Upload:
    """Return this person's own upload. Raises Http404 unless they may take in bids in its round."""
    own = Upload.objects.filter(uploaded_by=request.user).select_related("round")
    upload = get_object_or_404(own, reference=reference)
    round_or_404(request, upload.round.reference, "take in bid")
    return upload
