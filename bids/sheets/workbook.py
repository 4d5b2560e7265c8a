"""Reading an Excel workbook: each cell as its owner sees it, with what is hidden and what a formula computed.

openpyxl reads it. Its own sheets show either formulas or their values, pass over rows that are out of order, and end
where the file says that they end, so its parser of a sheet's XML is used here without them.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Generator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import COL_TAG, FORMULA_TAG, MERGE_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.functions import iterparse

from bids.sheets import number_formats
from bids.sheets.book import (
    ERROR,
    FORMULA,
    MERGED,
    MOST_COLUMNS,
    MOST_ROWS,
    PERCENT,
    UNCOMPUTED,
    Book,
    Sheet,
    SheetRow,
    UnreadableSheet,
    is_error,
)

# A spreadsheet program keeps fifteen digits of a number; those after them are lost.
_DIGITS = 15
_NOT_A_WORKBOOK = "The file is not an Excel workbook (.xlsx) that can be read"
_SAVE_AGAIN = "Save it again as “Excel workbook (.xlsx)”"
# What begins a file of Excel before 2007, and one of today that has a password.
_OLDER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The errors that the reader raises for a damaged, encrypted or foreign file.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    # What each of the two parsers of XML that the reader may use makes of a damaged part.
    SyntaxError,
    InvalidFileException,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
    ArithmeticError,
    OSError,
    EOFError,
)


def read_workbook(content: bytes) -> Book:
    """Return the book of an .xlsx file. Raises UnreadableSheet if it is none, or if any of it would be lost."""
    if content.startswith(_OLDER):
        raise UnreadableSheet(
            f"The file is an older Excel workbook (.xls), or has a password. {_SAVE_AGAIN} without one"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            # A small file may unpack to gigabytes.
            if sum(entry.file_size for entry in packed.infolist()) > 100 * 1024 * 1024:
                raise UnreadableSheet("The file is too large once unpacked")
        reader = ExcelReader(io.BytesIO(content), read_only=True)
        reader.read_manifest()
        reader.read_strings()
        reader.read_workbook()
        apply_stylesheet(reader.archive, reader.wb)
        sheets = [
            _sheet(reader, sheet.name, part.target, hidden=sheet.state != "visible")
            for sheet, part in reader.parser.find_sheets()
            if part.Type.endswith("/worksheet")
        ]
    except _DAMAGED:
        raise UnreadableSheet(f"{_NOT_A_WORKBOOK}. {_SAVE_AGAIN}") from None
    if not sheets:
        raise UnreadableSheet(f"{_NOT_A_WORKBOOK}. {_SAVE_AGAIN}")
    return Book(sheets)


class _Parser(WorkSheetParser):
    """The rows of a sheet's XML, each cell with whether it holds a formula."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.merged: list[tuple[int, int, int]] = []

    def parse(self) -> Generator[Any, None, None]:
        for _, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                number, cells = self.parse_row(element)
                yield number, cells, _is_set(element.get("hidden")) or element.get("ht") in ("0", "0.0")
                element.clear()
            elif element.tag == COL_TAG:
                self.parse_column_dimensions(element)
            elif element.tag == MERGE_TAG:
                # Column, first row and last row of each cell that was made of several below each other.
                ranges = [range_boundaries(cell.get("ref")) for cell in element]
                self.merged = [(left, top, bottom) for left, top, _, bottom in ranges if left and top and bottom]

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        if element.find(FORMULA_TAG) is not None:
            # A formula whose value is an empty text was computed; one that no program opened has no value yet.
            computed = element.findtext(VALUE_TAG) or element.get("t") == "str"
            cell["marks"] = [FORMULA] if computed else [FORMULA, UNCOMPUTED]
        return cell


def _is_set(attribute: str | None) -> bool:
    return attribute in ("1", "true")


def _sheet(reader: Any, name: str, part: str, *, hidden: bool) -> Sheet:
    book, content = reader.wb, reader.archive.read(part)
    parser = _Parser(
        io.BytesIO(content),
        reader.shared_strings,
        data_only=True,
        epoch=book.epoch,
        date_formats=book._date_formats,
        timedelta_formats=book._timedelta_formats,
    )
    formats = _formats(book)
    rows: dict[int, SheetRow] = {}
    cells_read, cut = 0, False
    for number, cells, row_hidden in parser.parse():
        cells_read += len(cells)
        row = _row(number, cells, row_hidden, formats)
        if not any(row.texts) and not row.marks:
            continue
        if number in rows:
            raise UnreadableSheet(f"The sheet “{name}” holds row {number} twice. Save the file again in Excel")
        if len(rows) == MOST_ROWS:
            cut = True
            break
        rows[number] = row
    for column, first, last in parser.merged:
        _fill_down(rows, column - 1, first, last)
    there = len(re.findall(rb"<(?:\w+:)?c[\s/>]", content))
    if not cut and there != cells_read:
        raise UnreadableSheet(
            f"The sheet “{name}” holds {there:,} cells, of which {cells_read:,} could be read. "
            "Save the file again in Excel"
        )
    return Sheet(
        name=name,
        rows=[rows[number] for number in sorted(rows)],
        hidden=hidden,
        hidden_columns=_hidden_columns(parser.column_dimensions.values()),
        cut=cut,
    )


def _fill_down(rows: dict[int, SheetRow], column: int, first: int, last: int) -> None:
    """Give each row of a merged cell its text, as the owner of the file sees it beside each of them."""
    text = rows[first].text(column) if first in rows else ""
    for number in [number for number in rows if text and first < number <= last]:
        row = rows[number]
        texts = [*row.texts, *[""] * (column + 1 - len(row.texts))]
        texts[column] = text
        rows[number] = replace(row, texts=texts, marks={**row.marks, column: (MERGED,)})


def _formats(book: Any) -> list[str]:
    """The number format of each style of a workbook."""
    own = dict(enumerate(book._number_formats, 164))
    # A format that is only numbered shows the currency of the country in which the file is opened.
    numbered = {number: code.replace("$", "") for number, code in BUILTIN_FORMATS.items()}
    return [own.get(style.numFmtId) or numbered.get(style.numFmtId, "General") for style in book._cell_styles]


def _hidden_columns(columns: Any) -> list[int]:
    hidden = [column for column in columns if _is_set(column.get("hidden")) or column.get("width") in ("0", "0.0")]
    # A hidden range may reach to the last column that a sheet can have.
    return sorted({at - 1 for each in hidden for at in range(int(each["min"]), min(int(each["max"]), 500) + 1)})


def _row(number: int, cells: list[dict[str, Any]], hidden: bool, formats: list[str]) -> SheetRow:
    texts: list[str] = []
    marks: dict[int, list[str]] = {}
    for cell in cells:
        at = cell["column"] - 1
        style = cell["style_id"]
        text, own = _text(cell["value"], cell["data_type"], formats[style] if style < len(formats) else "General")
        own = [*cell.get("marks", ()), *own]
        if not text and UNCOMPUTED not in own:
            continue
        if at >= MOST_COLUMNS:
            raise UnreadableSheet(
                f"Cell {get_column_letter(at + 1)}{number} is too far to the right. Move it, or remove it from the file"
            )
        while len(texts) <= at:
            texts.append("")
        if texts[at] or at in marks:
            raise UnreadableSheet(
                f"The file holds cell {get_column_letter(at + 1)}{number} twice. Save it again in Excel"
            )
        texts[at] = text
        if own:
            marks[at] = own
    return SheetRow(number, texts, marks, hidden)


def _text(value: Any, kind: str, number_format: str) -> tuple[str, list[str]]:
    """The text of a cell as it is shown, and what is to be known of it."""
    if value is None:
        return "", []
    if kind == "e":
        return str(value), [ERROR]
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), []
    if isinstance(value, datetime):
        return value.date().isoformat(), []
    if isinstance(value, date):
        return value.isoformat(), []
    if isinstance(value, (int, float)):
        return _number(value, number_format)
    text = line_breaks(str(value))
    return text, [ERROR] if is_error(text) else []


def _number(value: int | float, number_format: str) -> tuple[str, list[str]]:
    if number_formats.is_percent(number_format):
        return f"{number_formats.plain(round(value * 100, 10))}%", [PERCENT]
    if number_formats.is_scientific(number_format) or abs(value) >= 10**_DIGITS:
        return number_formats.scientific(value, number_format), []
    return number_formats.currency(number_format) + number_formats.shown(value, number_format), []


_ESCAPED = re.compile(r"_x(000[9AaDd]|005[Ff])_")


def line_breaks(text: str) -> str:
    """Return a text with each break as one character, also where a file spells it out as `_x000D_`."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
