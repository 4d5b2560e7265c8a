"""The export of a list of bids as a spreadsheet, recorded in the trail. No cell is ever a formula."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from bids.models.bids import BidQuerySet
from grants import audit
from grants.bodies import Areas
from grants.models import Round, User
from grants.tables import as_xlsx

_HEADER = (
    "Reference",
    "Your reference",
    "Title",
    "Led by",
    "Recipient",
    "Register",
    "Register number",
    "Sponsoring unit",
    "Areas",
    "Themes and priorities",
    "State",
    "Amount asked for (£)",
    "Illustrative",
)


@transaction.atomic
def workbook(round: Round, bids: BidQuerySet, *, by: User, at: datetime) -> bytes:
    """Return the bids of a list as an xlsx file, with a header and one row for each bid."""
    audit.record("export bids", round, round=round, by=by, at=at, facts={"rows": bids.count()})
    return as_xlsx("Bids", _rows(bids, round.body.areas))


def _rows(bids: BidQuerySet, areas: Areas) -> Iterator[list[Any]]:
    yield [areas.many.capitalize() if column == "Areas" else column for column in _HEADER]
    for bid in bids.for_list().iterator(chunk_size=500):
        yield [
            bid.reference,
            bid.source_reference,
            bid.title,
            bid.get_led_by_display(),
            bid.recipient.name if bid.recipient else "",
            bid.recipient.get_register_display() if bid.recipient and bid.recipient.number else "",
            bid.recipient.number if bid.recipient else "",
            bid.sponsoring_unit,
            areas.names(bid.boroughs),
            ", ".join(tag.label for tag in bid.tags.all()),
            bid.get_state_display(),
            bid.amount,
            bid.illustrative,
        ]
