"""Reading a text file: what separates its cells, and its rows."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence

from bids.sheets.book import ERROR, MOST_ROWS, SWALLOWED, Book, Sheet, SheetRow, UnreadableSheet, is_error
from bids.sheets.encodings import decode
from bids.sheets.workbook import line_breaks

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
# Of so many columns on, a line of prose has seldom as many commas as a row.
_MANY_COLUMNS = 6


def read_text(content: bytes, encoding: str = "") -> Book:
    """Return the book of a CSV file, read in the encoding that a person chose, else in the likeliest.

    Raises UnreadableSheet if it is none.
    """
    text, encoding = decode(content, encoding)
    delimiter = ""
    # The line by which Excel is told the separator. Excel does not show it, and counts its rows after it.
    if line := re.match(r'"?sep=(.)"?[ ,;\t]*(?:\r\n|\r|\n)', text, re.IGNORECASE):
        delimiter, text = line[1], text[line.end() :]
    delimiter = delimiter or _delimiter_of(text)
    rows: list[SheetRow] = []
    cut = False
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, 1):
            texts = [line_breaks(cell) for cell in cells]
            if not any(texts):
                continue
            if len(rows) == MOST_ROWS:
                cut = True
                break
            rows.append(SheetRow(number, texts, _marks(texts, delimiter)))
    except csv.Error as wrong:
        why = (
            f"line {reader.line_num:,} has a cell that is too long"
            if "field limit" in str(wrong)
            else f"a quotation mark in line {reader.line_num:,} or above it is not closed, or stands inside a text. "
            "Write it twice where it belongs to the text"
        )
        raise UnreadableSheet(f"The file is not a well-formed CSV file: {why}") from None
    return Book([Sheet("", rows, cut=cut)], encoding, delimiter)


def _marks(texts: Sequence[str], delimiter: str) -> dict[int, tuple[str, ...]]:
    """What is to be known of the cells of a row: errors, and texts that may hold the rows below it."""
    marks: dict[int, tuple[str, ...]] = {}
    for at, cell in enumerate(texts):
        if is_error(cell):
            marks[at] = (ERROR,)
        elif _holds_rows(cell, len(texts), delimiter):
            marks[at] = (SWALLOWED,)
    return marks


def _holds_rows(cell: str, width: int, delimiter: str) -> bool:
    """Whether a cell has a comma for each cell of further rows.

    A quotation mark that is not closed makes one cell of all that follows it up to the next one.
    """
    breaks = cell.strip().count("\n")
    return breaks > 0 and width >= _MANY_COLUMNS and cell.count(delimiter) >= breaks * (width - 1)


def _delimiter_of(text: str) -> str:
    """The character that parts most rows of the beginning into the same number of cells, and into more than others."""
    widths = {}
    for delimiter in DELIMITERS:
        counted: Counter[int] = Counter()
        try:
            for number, cells in enumerate(csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=delimiter)):
                counted[len(cells)] += 1
                if number == 30:
                    break
        except csv.Error:
            continue
        several = {width: count for width, count in counted.items() if width > 1}
        if several:
            widths[delimiter] = max(several, key=lambda width: (several[width], width))
    return max(widths, key=lambda delimiter: widths[delimiter]) if widths else ","
