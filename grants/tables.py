"""Tables as files: CSV and Excel, written row by row.

A workbook says of each text that it is text. A CSV file cannot, so what the service keeps to itself has an apostrophe
in front of what begins like a formula (`as_csv`), and what is published is exact (`as_exact_csv`): its texts were
refused where they were typed, or on the draft of the paper, if a spreadsheet would call something for them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain, islice, zip_longest
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from grants.characters import for_xml

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet program may take for the start of a formula, in plain and in full width.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", " ", "＝", "＋", "－", "＠")
_FORMATS: dict[type, str] = {Decimal: "#,##0.00", date: "d mmmm yyyy"}

# How many rows say how wide the columns are, and how narrow and how wide one gets, in characters.
_MEASURED = 200
_NARROWEST, _WIDEST = 9, 60

Table = Iterable[list[Any]]


class _Line:
    """What a csv writer writes into: it hands each line on, so that the file is sent as it is made."""

    def write(self, line: str) -> str:
        return line


def as_csv(table: Table) -> Iterator[str]:
    """The table as lines of CSV with a byte order mark, by which Excel reads it as UTF-8."""
    return _csv([harmless(value) for value in row] for row in table)


def as_exact_csv(table: Table) -> Iterator[str]:
    """The table as lines of CSV for publication: read back, each text is what it was, blanks at its ends included."""
    return _csv(table, quoted=True)


def _csv(table: Table, *, quoted: bool = False) -> Iterator[str]:
    writer = csv.writer(_Line(), quoting=csv.QUOTE_NONNUMERIC if quoted else csv.QUOTE_MINIMAL)
    yield "\ufeff"
    for row in table:
        yield writer.writerow(row)


def harmless(value: Any) -> Any:
    """Return a text that no spreadsheet computes: one that begins like a formula gets an apostrophe in front."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_STARTS) else value


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook: its title and its rows, of which the first is the heads of the columns."""

    title: str
    rows: Table


def as_xlsx(title: str, table: Table) -> bytes:
    """The table as an Excel workbook of one sheet; see `as_workbook`."""
    return as_workbook([Sheet(title, table)])


def as_workbook(sheets: Iterable[Sheet]) -> bytes:
    """The sheets as an Excel workbook that can be read and printed as it is.

    Every text is text, every amount has two decimals, every day is written out. The heads stay in sight and are
    printed on each page, columns are as wide as what they hold, long texts wrap, and the rows can be filtered.
    The rows go through a temporary file; what is given back is compressed, a few megabytes at most.
    """
    book = Workbook(write_only=True)
    for sheet in sheets:
        _write(book.create_sheet(sheet.title), iter(sheet.rows))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(sheet: Any, rows: Iterator[list[Any]]) -> None:
    """Write the rows. A sheet is written as it is made, so the widths are those of its first rows."""
    first = list(islice(rows, _MEASURED))
    widths = [_width(column) for column in zip_longest(*first, fillvalue="")]
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    head, long = _Look(sheet, bold=True), _Look(sheet)
    wide = {number for number, width in enumerate(widths) if width == _WIDEST}
    count = 0
    for count, row in enumerate(chain(first, rows), start=1):
        cells = [_cell(sheet, value) for value in row]
        for number, cell in enumerate(cells):
            if count == 1:
                cells[number] = head.of(cell)
            elif number in wide and isinstance(cell, Cell):
                cells[number] = long.of(cell)
        sheet.append(cells)
    if widths:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(widths))}{max(count, 1)}"


class _Look:
    """How a cell is set: its text wraps and begins at the top. It is worked out once, because a cell takes long."""

    def __init__(self, sheet: Any, *, bold: bool = False) -> None:
        self.sheet = sheet
        model: Any = WriteOnlyCell(sheet, value="")
        model.font, model.alignment = Font(bold=bold), Alignment(wrap_text=True, vertical="top")
        self.style = model._style

    def of(self, value: Any) -> Any:
        cell: Any = value if isinstance(value, Cell) else WriteOnlyCell(self.sheet, value=value)
        cell._style = self.style
        return cell


def _width(column: Iterable[Any]) -> int:
    """The width of a column in characters, by its longest line, with room for the button of the filter."""
    longest = max((len(line) for value in column for line in _shown(value).split("\n")), default=0)
    return min(max(longest + 3, _NARROWEST), _WIDEST)


def _shown(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return f"{value:%d September %Y}" if isinstance(value, date) else str("" if value is None else value)


def _cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, str):
        # A control character, such as a line break pasted from a word processor, has no place in a workbook.
        cell = WriteOnlyCell(sheet, value=for_xml(value))
        # Told that it is a string, a spreadsheet program does not compute what begins like a formula.
        cell.data_type = "s"
        return cell
    if type(value) not in _FORMATS:
        return value
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = _FORMATS[type(value)]
    return cell
