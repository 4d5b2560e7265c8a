"""Tables as files: CSV and Excel, written row by row.

A workbook says of each text that it is text. A CSV file cannot, so what the service keeps to itself has an apostrophe
in front of what begins like a formula (`as_csv`), and what is published is exact (`as_exact_csv`): its texts were
refused where they were typed, or on the draft of the paper, if a spreadsheet would call something for them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from grants.characters import for_xml

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet program may take for the start of a formula, in plain and in full width.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", " ", "＝", "＋", "－", "＠")
_FORMATS: dict[type, str] = {Decimal: "#,##0.00", date: "d mmmm yyyy"}

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


def as_xlsx(title: str, table: Table) -> bytes:
    """The table as an Excel workbook: every text as text, every amount with two decimals, every day written out.

    The rows go through a temporary file; what is given back is compressed, a few megabytes at most.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in table:
        sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


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
