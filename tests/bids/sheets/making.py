"""Files of bids that tests make: CSV text, workbooks, and workbooks whose XML is changed by hand."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from bids.intake.rows import COLUMNS, columns
from bids.sheets.columns import Choice, Columns
from grants.bodies import Body
from tests.bids.intake.test_intake import GOOD as SHEET_ROW
from tests.bodies import MPS

INPUTS = Path(__file__).parent / "inputs"

GOOD = SHEET_ROW | {"amount": "1200.50", "costs": "Tools: 1000; Seeds: 200.50", "themes": "violence"}
GOOD |= {"ends_on": "2027-03-31"}
HEADER = list(COLUMNS)


def cells(**changes: Any) -> list[Any]:
    """The cells of a good row in the order of the template, with some of them changed."""
    assert set(changes) <= set(HEADER)
    return [{**GOOD, **changes}[name] for name in HEADER]


def columns_of(body: Body) -> Columns:
    """The columns of a round of a body that has the tags it starts with."""
    tags: dict[str, list[Choice]] = {}
    for tag in body.tags:
        tags.setdefault(tag.kind, []).append(Choice(tag.code, tag.label))
    return columns(body, tags)


MPS_COLUMNS = columns_of(MPS)


def csv_file(*rows: list[Any], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_file(*rows: list[Any], change: Callable[[Workbook], None] | None = None) -> bytes:
    """A workbook of one sheet, `Bids`. `change` may do anything to it before it is saved."""
    book, out = Workbook(), io.BytesIO()
    book.worksheets[0].title = "Bids"
    for row in rows:
        book.worksheets[0].append(row)
    if change:
        change(book)
    book.save(out)
    return out.getvalue()


def rewritten(content: bytes, change: Callable[[str], str], part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook with the XML of one of its parts changed as text."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            changed = change(text.decode()).encode() if name == part else text
            assert name != part or changed != text
            new.writestr(name, changed)
    return out.getvalue()


def proposed(form: Any) -> dict[str, Any]:
    """What a browser sends of a form that is left as it was shown."""
    return {name: value for name in form.fields if (value := form[name].value())}
