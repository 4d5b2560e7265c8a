"""The rows of a spreadsheet of bids as forms, so that one set of rules holds for a bid, typed or from a file."""

from __future__ import annotations

from datetime import date

from django.utils.datastructures import MultiValueDict

from bids.intake.content import LISTS
from bids.intake.forms import BidForm
from bids.intake.sheets import COLUMNS
from grants.bodies import NoSuchArea
from grants.models import Round

_DAYS = ("starts_on", "ends_on")
_YES_NO = ("employs_staff", "london_living_wage", "personal_data", "future_cost")


def row_form(round: Round, row: dict[str, str]) -> tuple[BidForm, list[tuple[str, str]]]:
    """Return the form of a row of a spreadsheet, and each error as a field and a message."""
    data: MultiValueDict[str, str] = MultiValueDict()
    errors: list[tuple[str, str]] = []
    for name in COLUMNS:
        text = row.get(name, "").strip()
        if name in LISTS:
            data.setlist(name, [code.strip() for code in text.split(";") if code.strip()])
        elif name == "boroughs":
            try:
                data.setlist(name, round.body.areas.read(text))
            except NoSuchArea as wrong:
                errors.append((name, str(wrong)))
        elif name in _DAYS:
            for part, value in enumerate(_day_parts(text)):
                data[f"{name}_{part}"] = value
        else:
            data[name] = text.lower() if name in ("led_by", "register", *_YES_NO) else text
    form = BidForm(data, round=round)
    # A cell that could not be read keeps that one message.
    own = {name for name, _ in errors}
    errors += [(name, str(messages[0])) for name, messages in form.errors.items() if name not in own]
    return form, errors


def _day_parts(text: str) -> list[str]:
    if not text:
        return ["", "", ""]
    try:
        day = date.fromisoformat(text)
        return [str(day.day), str(day.month), str(day.year)]
    except ValueError:
        parts = text.split("/")
        return parts if len(parts) == 3 else [text, text, text]
