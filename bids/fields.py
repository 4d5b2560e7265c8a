"""Form fields that choose bids, for the forms of every package."""

from __future__ import annotations

from typing import Any

from django import forms

from bids.models import Bid


def bid_label(bid: Bid) -> str:
    return f"{bid.source_reference} {bid.title} ({bid.bidder})"


class BidField(forms.ModelChoiceField):
    """One bid, named by its reference, its title and its bidder."""

    def label_from_instance(self, obj: Any) -> str:
        return bid_label(obj)


class BidsField(forms.ModelMultipleChoiceField):
    """Bids to tick, named in the same way."""

    def label_from_instance(self, obj: Any) -> str:
        return bid_label(obj)
