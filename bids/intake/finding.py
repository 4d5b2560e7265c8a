"""A page of the list of bids, and where a search hit each of them: its names, and an excerpt of its text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from bids.models import Bid
from bids.models.bids import BidQuerySet
from grants import money
from grants.marking import Marker
from grants.pages import page_of
from grants.search import Sought

# The texts of a bid that everybody reads who may open it; the words of `BidWords` come from no others.
TEXTS = (
    "summary",
    "beneficiaries",
    "outputs",
    "outcomes",
    "evaluation_plan",
    "track_record",
    "future_cost_note",
    "illustrative",
)


def page_of_bids(request: HttpRequest, rows: BidQuerySet) -> tuple[Any, dict[str, Any]]:
    """Return the page of bids that the address asks for, and the count and the sum in pounds of all of them.

    The search and the check of what the person may see run once, over narrow rows; all else is read for one page.
    """
    amounts = dict(rows.values_list("pk", "amount"))
    page = page_of(request, list(amounts))
    bids = Bid.objects.for_list().in_bulk(page.object_list)
    page.object_list = [bids[pk] for pk in page.object_list]
    return page, {"count": len(amounts), "asked": money.total(list(amounts.values()))}


class Hits:
    """What was hit in the bids of one page."""

    def __init__(self, sought: Sought, bids: Sequence[Bid]) -> None:
        texts = {bid.pk: list(_texts(bid)) for bid in bids}
        names = [name for bid in bids for name in (bid.title, bid.bidder)]
        self.marker = Marker(sought, [*names, *(text for each in texts.values() for text in each)])
        self.excerpts: dict[int, SafeString] = {pk: self.marker.excerpt(each) for pk, each in texts.items()}


def _texts(bid: Bid) -> Iterator[str]:
    if bid.recipient and bid.recipient.number:
        yield f"{bid.recipient.get_register_display()} {bid.recipient.number}"
    if bid.recipient and bid.recipient_as_written != bid.recipient.name:
        yield f"Written in the bid as {bid.recipient_as_written}"
    yield from filter(None, (getattr(bid, name) for name in TEXTS))
