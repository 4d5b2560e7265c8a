"""Reading the rows of a spreadsheet as text, and the template to fill in. `intake` interprets the text."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from bids.intake.forms import BidForm, in_words_of
from grants.bodies import Body

COLUMNS = tuple(BidForm.base_fields)
# A spreadsheet may leave out these columns.
MAY_BE_MISSING = frozenset({"contact", "contact_email"})
MOST_ROWS = 1000


class UnreadableSheet(Exception):
    """The file cannot be read at all. The message says what to do about it."""


def read(file: IO[bytes], name: str, body: Body) -> list[dict[str, str]]:
    """Return the rows of a spreadsheet as text by field. `row` holds the number of the row in the sheet.

    The columns are headed in the words of the body.

    Raises UnreadableSheet for another kind of file, wrong columns, no rows or too many rows.
    """
    rows = _xlsx(file) if name.lower().endswith(".xlsx") else _csv(file)
    header = [str(cell).strip().lower() for cell in next(rows, [])]
    while header and not header[-1]:
        header.pop()
    fields = {body.column(field): field for field in COLUMNS}
    missing = [column for column in fields if column not in header and column not in MAY_BE_MISSING]
    unknown = [column or "(empty)" for column in header if column not in fields]
    if missing or unknown or len(set(header)) != len(header):
        problems = []
        if missing:
            problems.append("these columns are missing: " + ", ".join(missing))
        if unknown:
            problems.append("these are not known: " + ", ".join(unknown)[:300])
        if len(set(header)) != len(header):
            problems.append("a column appears twice")
        raise UnreadableSheet("The first row must name the columns of the template; " + "; ".join(problems))
    bids = []
    for number, cells in enumerate(rows, start=2):
        if not any(cells):
            continue
        if any(cells[len(header) :]):
            raise UnreadableSheet(f"Row {number} has more cells than the first row has columns")
        padded = cells + [""] * (len(header) - len(cells))
        by_field = {fields[column]: cell for column, cell in zip(header, padded, strict=False)}
        bids.append(by_field | {"row": str(number)})
        if len(bids) > MOST_ROWS:
            raise UnreadableSheet(f"The file has more than {MOST_ROWS:,} rows. Split it into smaller files")
    if not bids:
        raise UnreadableSheet("The file has no bids: there is nothing below its first row")
    return bids


def _csv(file: IO[bytes]) -> Iterator[list[str]]:
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableSheet("The file is not in UTF-8. Save it as “CSV UTF-8”") from None
    if "\x00" in text:
        raise UnreadableSheet("The file is not a CSV file")
    try:
        yield from (list(row) for row in csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as wrong:
        raise UnreadableSheet(f"The file is not a well-formed CSV file: {wrong}") from None


def _xlsx(file: IO[bytes]) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(file) as packed:
            # A small file may unpack to gigabytes.
            if sum(entry.file_size for entry in packed.infolist()) > 100 * 1024 * 1024:
                raise UnreadableSheet("The file is too large once unpacked")
        file.seek(0)
        book = load_workbook(file, read_only=True)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows():
            yield [_cell(cell) for cell in row]
    except _DAMAGED:
        raise UnreadableSheet("The file is not an Excel workbook (.xlsx) that can be read") from None


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
    OSError,
    EOFError,
)


def _cell(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        raise UnreadableSheet(f"Cell {cell.coordinate} holds a formula. Paste its value instead")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float):
        # A spreadsheet keeps numbers as floats; their shortest spelling is what was typed.
        return format(Decimal(repr(value)).normalize(), "f")
    return str(value)


def template_workbook(body: Body) -> bytes:
    """Return an empty workbook: the columns in its first row, and a second sheet that explains each."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Bids"
    sheet.append([body.column(name) for name in COLUMNS])
    help_sheet = book.create_sheet("What goes where")
    help_sheet.append(["Column", "What it holds"])
    hints = _HINTS | {"boroughs": f"Names separated by semicolons, or {body.areas.everywhere}"}
    fields = deepcopy(BidForm.base_fields)
    in_words_of(body, fields)
    for name, field in fields.items():
        text = f"{field.label}. {hints.get(name, field.help_text)}".strip()
        help_sheet.append([body.column(name), text])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_HINTS = {
    "led_by": "external or internal",
    "register": "charity, company, local authority or not stated",
    "costs": "label: amount; label: amount",
    "themes": "Codes separated by semicolons",
    "priorities": "Codes separated by semicolons",
    "objectives": "Codes separated by semicolons, or empty",
    "starts_on": "A date",
    "ends_on": "A date",
    "employs_staff": "yes or no",
    "london_living_wage": "yes or no, if it pays staff",
    "personal_data": "yes or no",
    "future_cost": "yes or no",
}
