"""Bids as a spreadsheet to take away. No cell is ever a formula, and the export stands in the trail."""

import io
from datetime import datetime
from typing import Any

from django.db import transaction
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from bids.models import BidQuerySet
from grants import audit
from grants.models import Round, User

_HEADER = (
    "Reference",
    "Your reference",
    "Title",
    "Led by",
    "Recipient",
    "Sponsoring unit",
    "Boroughs",
    "Themes and priorities",
    "State",
    "Amount asked for (£)",
    "Illustrative",
)


@transaction.atomic
def workbook(round: Round, bids: BidQuerySet, *, by: User, at: datetime) -> bytes:
    """The bids of a list as xlsx: every text as text, every amount as a number with two decimals."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Bids")
    sheet.append(list(_HEADER))
    count = 0
    for bid in bids.for_list().iterator(chunk_size=500):
        texts = (
            bid.reference,
            bid.source_reference,
            bid.title,
            bid.get_led_by_display(),
            bid.recipient.name if bid.recipient else "",
            bid.sponsoring_unit,
            bid.borough_names,
            ", ".join(tag.label for tag in bid.tags.all()),
            bid.get_state_display(),
        )
        amount: Any = WriteOnlyCell(sheet)
        amount.value = bid.amount
        amount.number_format = "#,##0.00"
        sheet.append([*(text_cell(sheet, text) for text in texts), amount, text_cell(sheet, bid.illustrative)])
        count += 1
    audit.record("export bids", round, round=round, by=by, at=at, facts={"rows": count})
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def text_cell(sheet: Any, value: str) -> Any:
    # A control character, such as a line break pasted from a word processor, has no place in a workbook.
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub(" ", value))
    # Told that it is a string, a spreadsheet program does not compute what begins like a formula.
    cell.data_type = "s"
    return cell
