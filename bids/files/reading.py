"""The files of a bid as pages list them."""

from __future__ import annotations

from typing import Any

from bids.files.adding import closed
from bids.models import Bid
from grants.access import holdings
from grants.models import User


def shown(bid: Bid, user: User) -> dict[str, Any]:
    """Return what `bids/files/_files.html` needs: the files, and whether this person may change them now."""
    may_change = holdings(user).may("add file", bid.round)
    return {
        "files": list(bid.files.select_related("added_by")),
        "files_change": may_change and not closed(bid),
    }
