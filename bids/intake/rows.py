"""What a round allows in a sheet, and a row of a sheet as a form, so that one set of rules holds for every bid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy, deepcopy
from typing import IO, Any, cast

from django.utils.datastructures import MultiValueDict
from openpyxl.utils import get_column_letter

from bids.intake.content import LISTS
from bids.intake.forms import BidForm, in_words_of
from bids.models import Tag
from bids.sheets import values
from bids.sheets.book import MOST_BIDS, UnreadableSheet
from bids.sheets.cleaning import Row, clean
from bids.sheets.columns import Choice, Column, Columns, Kind
from bids.sheets.mapping import missing, propose, shown_headings, unread
from bids.sheets.reading import read_book
from grants.bodies import Body, NoSuchArea
from grants.models import Round

COLUMNS = tuple(BidForm.base_fields)
_DAYS = ("starts_on", "ends_on")
_YES_NO = ("employs_staff", "london_living_wage", "personal_data", "future_cost")
# A spreadsheet may leave out these columns.
MAY_BE_MISSING = frozenset({"contact", "contact_email"})
_KINDS = {
    **dict.fromkeys(("your_reference", "register_number"), Kind.IDENTIFIER),
    **dict.fromkeys(("title", "recipient", "contact", "contact_email", "illustrative"), Kind.LINE),
    **dict.fromkeys(("led_by", "register"), Kind.CHOICE),
    **dict.fromkeys(("boroughs", *LISTS), Kind.CHOICES),
    **dict.fromkeys(_DAYS, Kind.DAY),
    **dict.fromkeys(_YES_NO, Kind.YES_NO),
    "sponsoring_unit": Kind.SUGGESTED,
    "amount": Kind.MONEY,
    "costs": Kind.COSTS,
}
_HINTS = {
    "costs": "label: amount; label: amount",
    "starts_on": "A date, such as 1 April 2027",
    "ends_on": "A date, such as 31 March 2028",
    "employs_staff": "yes or no",
    "london_living_wage": "yes or no, if it pays staff",
    "personal_data": "yes or no",
    "future_cost": "yes or no",
}


def columns_of(round: Round) -> Columns:
    """Return the columns of a round’s sheets with the values that each allows."""
    tags: dict[str, list[Choice]] = {}
    for tag in Tag.objects.filter(round=round):
        tags.setdefault(tag.kind, []).append(Choice(tag.code, tag.label))
    return columns(round.body, tags)


def columns(body: Body, tags: Mapping[str, list[Choice]]) -> Columns:
    """Return the columns of the sheets of a body, where a round has these themes, priorities and objectives."""
    fields = deepcopy(BidForm.base_fields)
    in_words_of(body, fields)
    choices = {
        **{name: tags.get(kind, []) for name, kind in zip(LISTS, ("theme", "priority", "objective"), strict=True)},
        "boroughs": [Choice(area.code, area.name) for area in body.areas.each],
        "sponsoring_unit": [Choice(unit, unit) for unit in body.units],
    }
    own = []
    for name, field in fields.items():
        kind = _KINDS.get(name, Kind.TEXT)
        allowed = choices.get(name, [])
        if kind is Kind.CHOICE:
            # As plain pairs, since the choices of a field may also be grouped and made anew each time.
            pairs: list[tuple[str, str]] = list(cast(Any, field).choices)
            allowed = [Choice(code, str(label)) for code, label in pairs if code]
        label = str(field.label)
        areas = name == "boroughs"
        several = "Separate several by semicolons." if kind is Kind.CHOICES else ""
        own.append(
            Column(
                field=name,
                heading=body.column(name),
                label=label,
                hint=" ".join(filter(None, [_HINTS.get(name, str(field.help_text)), several])),
                kind=kind,
                required=field.required,
                may_be_missing=name in MAY_BE_MISSING,
                choices=allowed,
                of=f"the {len(allowed)} {body.areas.many} of {body.areas.district}"
                if areas
                else f"the values of “{label}”",
                everything=body.areas.everywhere if areas else "",
                outside=body.areas.outside if areas else {},
            )
        )
    return Columns(own)


def read(file: IO[bytes], name: str, round: Round) -> list[Row]:
    """Return the rows of a spreadsheet that nobody is asked about, such as that of a round’s folder.

    Raises UnreadableSheet for another kind of file, for columns that are not those of the template, and for rows that
    may be no bids.
    """
    own, book = columns_of(round), read_book(file.read(), name)
    sheet = book.sheets[0]
    proposal = propose(sheet, 0, own, {})
    answers = proposal.answers
    if not proposal.settled:
        named = shown_headings(sheet, answers.header)
        lacking = missing(answers, own) or [
            column.heading for column in own.each if not column.may_be_missing and column.field not in answers.columns
        ]
        problems = []
        if lacking:
            problems.append("these columns are missing: " + ", ".join(lacking))
        if unknown := [named[at] or "(empty)" for at in unread(answers, sheet)]:
            problems.append("these are not known: " + ", ".join(unknown)[:300])
        raise UnreadableSheet("The first row must name the columns of the template; " + "; ".join(problems))
    reading = clean(sheet, answers, own)
    if reading.left_out:
        odd = reading.left_out[0]
        raise UnreadableSheet(f"Row {odd.number} is no bid ({odd.why.lower()}). Remove it from the file")
    must_fit(reading.rows)
    return list(reading.rows)


def must_fit(rows: Sequence[Row]) -> None:
    """Raise UnreadableSheet unless there are bids, and not more than one file may have."""
    if not rows:
        raise UnreadableSheet("The file has no bids: there is nothing below its first row")
    if len(rows) > MOST_BIDS:
        raise UnreadableSheet(f"The file has more than {MOST_BIDS:,} rows. Split it into smaller files")


def row_form(blank: BidForm, row: dict[str, str]) -> tuple[BidForm, list[tuple[str, str]]]:
    """Return the form of a row of a spreadsheet, and each error as a field and a message.

    `blank` is a form of the round without data. Its fields serve all rows: to make them took longer than to read a row.
    """
    data: MultiValueDict[str, str] = MultiValueDict()
    # A cell that could not be read keeps that one message.
    faults = dict(row.faults) if isinstance(row, Row) else {}
    for name in COLUMNS:
        text = row.get(name, "").strip()
        if name in LISTS:
            data.setlist(name, [code.strip() for code in text.split(";") if code.strip()])
        elif name == "boroughs":
            try:
                data.setlist(name, blank.body.areas.read(text))
            except NoSuchArea as wrong:
                faults.setdefault(name, str(wrong))
        elif name in _DAYS:
            for part, value in enumerate(_day_parts(text)):
                data[f"{name}_{part}"] = value
        else:
            data[name] = text.lower() if name in ("led_by", "register", *_YES_NO) else text
    form = copy(blank)
    vars(form).update(data=data, is_bound=True, _bound_fields_cache={})
    errors = [(name, str(messages[0])) for name, messages in form.errors.items() if name not in faults]
    return form, [*faults.items(), *errors]


def _day_parts(text: str) -> list[str]:
    if not text:
        return ["", "", ""]
    if day := values.read_day(text):
        return [str(day.day), str(day.month), str(day.year)]
    parts = text.split("/")
    return parts if len(parts) == 3 else [text, text, text]


def cell_of(row: dict[str, str], name: str) -> str:
    """Return where a field of a row stands in its file. A plain row has its fields in the order of the columns."""
    return row.cell(name) if isinstance(row, Row) else f"{get_column_letter(list(row).index(name) + 1)}{row['row']}"
