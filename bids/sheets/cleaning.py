"""The rows of a sheet as bids: what each field holds and in which cell, and which rows are none and why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from openpyxl.utils import get_column_letter

from bids.sheets import values
from bids.sheets.book import FALSE, FORMULA, MERGED, OF_TEMPLATE, SWALLOWED, UNCOMPUTED, Book, Sheet, SheetRow
from bids.sheets.columns import Columns
from bids.sheets.encodings import ENCODINGS
from bids.sheets.mapping import Answers, headings, plain_heading, shown_headings, unread
from bids.sheets.text_file import DELIMITERS
from grants.characters import warning_of

# What a row of sums is called, in English and as other programs and languages have it.
_TOTAL = re.compile(
    r".{0,40}\b(?:sub-?)?totals?\b.{0,40}|sum\b.{0,40}|overall\b.{0,20}|average|mean|median|count|balance|tot\.?"
    r"|number of (?:bids|grants|rows)\b.{0,20}|(?:carried|brought) (?:forward|down)|[cb]/[fd]|∑.{0,20}|Σ.{0,20}"
    r"|(?:gesamt|insgesamt|summe|zwischensumme|somme|suma|soma|totale|totaal|totaux|razem|ogółem|cyfanswm|toplam)"
    r"\w*\b.{0,40}",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER = re.compile(r"[£$€]?\s*-?[\d,. ]+%?|\(\s*£?[\d,. ]+\)")
_ABOUT_THE_FILE = re.compile(r"[*©†]|notes?\b|source\b|generated\b|exported\b|prepared\b|end of\b|--", re.IGNORECASE)
# The registers by the letters that a global identifier of an organisation begins with: org-id.guide.
_REGISTERS = {"GB-CHC": "charity", "GB-SC": "charity", "GB-NIC": "charity", "GB-COH": "company"}
_REGISTERS |= dict.fromkeys(("GB-LAE", "GB-LAS", "GB-LAN", "GB-PLA"), "local authority")
_POUNDS = frozenset({"", "gbp", "£", "pounds", "pounds sterling", "sterling"})


_LIKE_A_TOTAL = "Looks like a total"


class Row(dict[str, str]):
    """A row as text by field. `row` holds its number.

    `cells` are the cells of the file by field, `faults` why a field cannot be taken, `marks` what a person should see.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        cells: Mapping[str, str] | None = None,
        faults: Mapping[str, str] | None = None,
        marks: Sequence[str] = (),
    ) -> None:
        super().__init__(texts)
        self.cells, self.faults, self.marks = dict(cells or {}), dict(faults or {}), list(marks)

    def cell(self, name: str) -> str:
        """Where a field stands in the file, or the row where the file has no such column."""
        return self.cells.get(name) or f"Row {self['row']}"

    def as_data(self) -> dict[str, Any]:
        """The row as plain JSON."""
        return {"texts": dict(self), "cells": self.cells, "faults": self.faults, "marks": self.marks}


def row_of(data: Any) -> Row:
    """The row that plain JSON describes. An earlier release kept pairs of field and text, in the order of the file."""
    if isinstance(data, list):
        texts = dict(data)
        return Row(texts, {name: f"{get_column_letter(at + 1)}{texts['row']}" for at, name in enumerate(texts)})
    return Row(**data)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that does not come in unless somebody says so: why, and what it holds."""

    number: int
    why: str
    holds: str


@dataclass(frozen=True)
class Reading:
    """All rows of a sheet below its headings: the bids, those left out, and notes on the file in plain sentences."""

    rows: Sequence[Row]
    left_out: Sequence[LeftOut] = ()
    notes: Sequence[str] = ()


@dataclass
class _Notes:
    """Notes that are alike become one sentence, with the cells that they are about."""

    cells: dict[str, list[str]] = field(default_factory=dict)

    def add(self, note: str, cell: str) -> None:
        self.cells.setdefault(note, []).append(cell)

    def sentences(self) -> list[str]:
        return [note.format(cells=_several(cells)) for note, cells in self.cells.items()]


def _several(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5:,} more"


def clean(sheet: Sheet, answers: Answers, columns: Columns) -> Reading:
    """Return the rows below the headings of a sheet: each is a bid, is left out with its reason, or is in a note."""
    header = [plain_heading(heading) for heading in headings(sheet, answers.header)]
    rows: list[Row] = []
    left_out: list[LeftOut] = []
    unused: dict[str, list[int]] = {}
    notes = _Notes()
    below = [row for row in sheet.rows if row.number > answers.header]
    used = set(answers.columns.values())
    last = max((row.number for row in below if _filled(row, used) > 2), default=0)
    sums = _Sums()
    for row in below:
        amount = _amount(row.text(answers.columns["amount"])) if "amount" in answers.columns else None
        if why := _no_bid(row, header, used):
            unused.setdefault(why, []).append(row.number)
            continue
        why = _doubt(row, answers, sums, after=row.number > last)
        if why == _LIKE_A_TOTAL:
            sums.since_total = Decimal(0)
        if why and row.number not in answers.taken:
            left_out.append(LeftOut(row.number, why, " · ".join(text for text in row.texts if text.strip())[:200]))
            continue
        sums.add(amount or Decimal(0))
        rows.append(_row(row, answers, columns, notes, why))
    sentences = [f"Skipped {_rows(numbers)}: {why}" for why, numbers in unused.items()]
    if len(rows) < len(below):
        parts = (f"{len(rows):,} as bids", f"{len(left_out):,} left out", f"{sum(map(len, unused.values())):,} skipped")
        sentences.insert(0, f"{_counted_rows(len(below))} below the headings: {', '.join(parts)}")
    return Reading(rows, left_out, [*sentences, *_tell_defaults(answers, columns), *notes.sentences()])


def about_file(book: Book, answers: Answers) -> list[str]:
    """What a person should know of a file as it was read: its letters, and what of it is not read."""
    sheet = book.sheets[answers.sheet]
    sentences = []
    if book.encoding not in ("", "utf-8"):
        samples = [
            f"“{text[:40]}” ({get_column_letter(at + 1)}{row.number})"
            for row in sheet.rows
            for at, text in enumerate(row.texts)
            if not text.isascii()
        ][:3]
        letters_to_check = f". Check its letters and signs, such as {', '.join(samples)}" if samples else ""
        sentences.append(f"The file was read as {ENCODINGS[book.encoding]}{letters_to_check}")
    if book.delimiter not in ("", ","):
        sentences.append(f"Its cells are separated by {DELIMITERS.get(book.delimiter, book.delimiter)}")
    for other in book.sheets:
        if other is not sheet and other.rows and other.name not in OF_TEMPLATE:
            hidden = "hidden sheet" if other.hidden else "sheet"
            sentences.append(f"The {hidden} “{other.name}” is not read: {_counted_rows(len(other.rows))}")
    names = shown_headings(sheet, answers.header)
    not_read = [f"{get_column_letter(at + 1)} “{names[at][:60] or 'no heading'}”" for at in unread(answers, sheet)]
    if not_read:
        sentences.append(f"The file has columns that are not read: {', '.join(not_read)}")
    read_hidden = [at for at in sheet.hidden_columns if at in answers.columns.values()]
    sentences += [
        f"Column {get_column_letter(at + 1)}, “{names[at][:60]}”, is hidden in the file and is read"
        for at in read_hidden
    ]
    return sentences


def _counted_rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"


def _no_bid(row: SheetRow, header: Sequence[str], used: set[int]) -> str:
    """Why a row is plainly no bid, empty if it may be one."""
    texts = {at: text.strip() for at, text in enumerate(row.texts) if text.strip()}
    if len(texts) > 1 and all(at < len(header) and plain_heading(text) == header[at] for at, text in texts.items()):
        return "the headings again"
    # A formula that no program has computed may say anything.
    speaking = {*texts, *(at for at, marks in row.marks.items() if UNCOMPUTED in marks)}
    if all(_says_nothing(row, at) for at in speaking):
        return "nothing but FALSE, zeros or empty formulas"
    if all(_says_nothing(row, at) for at in speaking if at in used):
        return "nothing in the columns that are read"
    return ""


def _says_nothing(row: SheetRow, at: int) -> bool:
    text = row.text(at).strip()
    if UNCOMPUTED in row.marks.get(at, ()):
        return False
    return not text or text.lower() in FALSE or (text == "0" and FORMULA in row.marks.get(at, ()))


@dataclass
class _Sums:
    """The amounts of the rows above, of all of them and of those since the last total."""

    whole: Decimal = Decimal(0)
    since_total: Decimal = Decimal(0)
    rows: int = 0

    def add(self, amount: Decimal) -> None:
        self.whole += amount
        self.since_total += amount
        self.rows += 1


def _doubt(row: SheetRow, answers: Answers, sums: _Sums, *, after: bool) -> str:
    """Why a person should look at a row before it comes in, empty if nothing is odd about it."""
    if row.hidden:
        return "Hidden row"
    texts = {at: text.strip() for at, text in enumerate(row.texts) if text.strip() and not _says_nothing(row, at)}
    words = [text for text in texts.values() if not _NUMBER.fullmatch(text)]
    labels = [text for text in words if _TOTAL.fullmatch(text)]
    # A sum that no program has computed has no text yet, and a label may say the sum itself.
    uncomputed = any(UNCOMPUTED in marks for marks in row.marks.values())
    with_number = len(words) < len(texts) or uncomputed or any(re.search(r"\d", label) for label in labels)
    if labels and len(words) - len(labels) <= 1 and with_number:
        return _LIKE_A_TOTAL
    at = answers.columns.get("amount", -1)
    amount = _amount(texts.get(at, ""))
    # Whatever it is called: little more than a sum that is that of the rows above, or that a formula gives.
    if len(words) <= (1 if sums.rows > 1 else 0) and amount and amount in (sums.whole, sums.since_total):
        return _LIKE_A_TOTAL
    if not words and (FORMULA in row.marks.get(at, ()) or UNCOMPUTED in row.marks.get(at, ())):
        return _LIKE_A_TOTAL
    if after and len(texts) == 1 and words and (_ABOUT_THE_FILE.match(words[0]) or len(words[0]) > 40):
        return "Looks like a note"
    return ""


def _filled(row: SheetRow, used: set[int]) -> int:
    return sum(bool(row.text(at).strip()) for at in used)


def _amount(text: str) -> Decimal | None:
    plain_text = values.without_artefacts(re.sub(r"[£,\s]", "", text))
    return Decimal(plain_text) if re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", plain_text, re.ASCII) else None


def _row(row: SheetRow, answers: Answers, columns: Columns, notes: _Notes, why: str) -> Row:
    texts: dict[str, str] = {}
    faults: dict[str, str] = {}
    from_all: set[str] = set()
    cells = {name: f"{get_column_letter(at + 1)}{row.number}" for name, at in answers.columns.items()}
    marks = [why] if why else []
    for name, column in columns.by_field.items():
        at = answers.columns.get(name)
        own = row.marks.get(at, ()) if at is not None else ()
        text = row.text(at) if at is not None else ""
        if not text.strip() and not own and name in answers.defaults:
            text = answers.defaults[name]
            from_all.add(name)
        texts[name], fault = values.read(column, text, own, month_first=answers.month_first)
        if fault:
            faults[name] = fault
        if FORMULA in own and not fault:
            notes.add("{cells}: the value that a formula gave was taken", cells[name])
            marks.append(f"{cells[name]}: value of a formula")
        if SWALLOWED in own:
            notes.add("{cells}: may hold other rows. A quotation mark in front of them may not be closed", cells[name])
            marks.append(f"{cells[name]}: may hold other rows")
        if MERGED in own:
            notes.add("{cells}: the text of a cell that spans several rows was taken for each of them", cells[name])
        if (warning := warning_of(text)) and at is not None:
            notes.add(f"{{cells}} {_braced(warning)}", cells[name])
            marks.append(f"{cells[name]} {warning}")
    _join(texts, cells, faults, from_all)
    own_fields = {column.field: texts[column.field] for column in columns.each}
    own_faults = {name: fault for name, fault in faults.items() if name in own_fields}
    return Row({**own_fields, "row": str(row.number)}, cells, own_faults, marks)


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _join(texts: dict[str, str], cells: dict[str, str], faults: dict[str, str], from_all: set[str]) -> None:
    """Put what other files say apart into the fields of a bid. `from_all` are fields with a value for all rows."""
    for helper, register in (("charity_number", "charity"), ("company_number", "company")):
        if texts[helper] and not texts["register_number"]:
            _number(texts, cells, faults, helper, register, texts[helper])
    prefix = re.fullmatch(r"(GB-[A-Z]+)-(.+)", texts["organisation_id"].upper())
    if prefix and prefix[1] in _REGISTERS and not texts["register_number"]:
        _number(texts, cells, faults, "organisation_id", _REGISTERS[prefix[1]], prefix[2])
    if not texts["register_number"] and "register" in from_all:
        texts["register"] = ""
    if not texts["ends_on"] and texts["months"]:
        texts["ends_on"] = values.day_after_months(texts["starts_on"], texts["months"])
        cells["ends_on"] = cells.get("months", "")
    texts["amount"] = re.sub(r"^GBP\s*|\s*GBP$", "", texts["amount"], flags=re.IGNORECASE)
    if "costs" in from_all and ":" not in texts["costs"] and texts["amount"]:
        # One value for all rows names one cost, which is the whole amount.
        texts["costs"] = f"{texts['costs']}: {texts['amount']}"
    if texts["currency"].casefold() not in _POUNDS:
        faults["amount"] = f"The amount is in {texts['currency'][:20]}. Enter it in pounds"


def _number(
    texts: dict[str, str], cells: dict[str, str], faults: dict[str, str], helper: str, register: str, number: str
) -> None:
    texts["register"], texts["register_number"] = register, number
    cells["register_number"] = cells.get(helper, "")
    if helper in faults:
        faults["register_number"] = faults[helper]


def _tell_defaults(answers: Answers, columns: Columns) -> list[str]:
    """What was given for all rows, or for those without a value of their own."""
    sentences = []
    for name, text in answers.defaults.items():
        label = columns.by_field[name].label
        given_by = "given for every row" if name not in answers.columns else "given for rows without one"
        sentences.append(f"{label}: “{text[:100]}”, {given_by}")
    return sentences


def _rows(numbers: Sequence[int]) -> str:
    """Rows by number: “rows 4 to 203”, “row 7”."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1] = [parts[-1][0], number]
        else:
            parts.append([number, number])
    named = [str(first) if first == last else f"{first} to {last}" for first, last in parts]
    return ("row " if len(numbers) == 1 else "rows ") + _several(named)
