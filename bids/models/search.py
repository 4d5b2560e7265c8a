"""What a search of bids looks through."""

from __future__ import annotations

from django.db import models

from bids.models.bids import Bid
from grants.models.search import SearchWords


class BidWords(SearchWords):
    """The words of a bid that everybody may search who may open the bid.

    They are the bid's own case and names with the register number of its recipient. Not among them are its contact,
    what the panel says of it, and the names that its recipient uses in other bids.
    """

    bid = models.OneToOneField(Bid, models.CASCADE, primary_key=True, related_name="words", editable=False)

    class Meta(SearchWords.Meta):
        verbose_name_plural = "bid words"

    def __str__(self) -> str:
        return f"the words of {self.bid.reference}"
