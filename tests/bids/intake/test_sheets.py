"""Spreadsheets of bids: what is read, and which files are refused as a whole with advice on what to do."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from bids.intake import sheets
from bids.intake.sheets import COLUMNS, MAY_BE_MISSING, MOST_ROWS, UnreadableSheet, template_workbook
from tests.bodies import MPS

read = partial(sheets.read, body=MPS)

ROW = {name: f"{name} of the bid" for name in COLUMNS}


def csv_file(*rows: list[str]) -> io.BytesIO:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return io.BytesIO(text.getvalue().encode())


def xlsx_file(*rows: list[Any]) -> io.BytesIO:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


HEADER, CELLS = list(ROW), list(ROW.values())
MAKERS: list[tuple[Callable[..., io.BytesIO], str]] = [(csv_file, "bids.csv"), (xlsx_file, "bids.xlsx")]
both = pytest.mark.parametrize(("make", "name"), MAKERS, ids=["csv", "xlsx"])


@both
def test_a_row_is_read_by_its_columns_with_its_number(make: Callable[..., io.BytesIO], name: str) -> None:
    assert read(make(HEADER, CELLS, CELLS), name) == [ROW | {"row": "2"}, ROW | {"row": "3"}]


@both
def test_columns_may_be_in_any_order_and_case(make: Callable[..., io.BytesIO], name: str) -> None:
    header = [f" {column.upper()} " for column in reversed(HEADER)]
    assert read(make(header, CELLS[::-1]), name) == [ROW | {"row": "2"}]


@both
def test_empty_rows_are_passed_over_and_the_numbers_stay_those_of_the_sheet(
    make: Callable[..., io.BytesIO], name: str
) -> None:
    rows = read(make(HEADER, [""] * len(HEADER), CELLS, [""] * len(HEADER), CELLS), name)
    assert [row["row"] for row in rows] == ["3", "5"]


@both
def test_the_columns_of_a_contact_may_be_missing(make: Callable[..., io.BytesIO], name: str) -> None:
    kept = [column for column in HEADER if column not in MAY_BE_MISSING]
    assert len(kept) == len(HEADER) - 2
    (row,) = read(make(kept, [ROW[column] for column in kept]), name)
    assert row == {column: ROW[column] for column in kept} | {"row": "2"}


@both
def test_empty_columns_after_the_last_are_passed_over(make: Callable[..., io.BytesIO], name: str) -> None:
    assert read(make([*HEADER, "", ""], [*CELLS, "", ""]), name) == [ROW | {"row": "2"}]


@both
@pytest.mark.parametrize(
    ("header", "message"),
    [
        (HEADER[1:], "these columns are missing: your_reference"),
        ([name for name in HEADER if name not in ("amount", "costs")], "these columns are missing: amount, costs"),
        ([*HEADER, "priority"], "these are not known: priority"),
        ([*HEADER, "title"], "a column appears twice"),
        ([*HEADER, "", "note"], r"these are not known: \(empty\), note"),
        (["a bid"], "these columns are missing"),
    ],
    ids=["one missing", "two missing", "unknown", "twice", "empty in the middle", "no header"],
)
def test_wrong_columns_are_named(make: Callable[..., io.BytesIO], name: str, header: list[str], message: str) -> None:
    with pytest.raises(UnreadableSheet, match=message):
        read(make(header, ["x"] * len(header)), name)


@both
@pytest.mark.parametrize("rows", [[], [HEADER], [HEADER, [""] * len(HEADER)]], ids=["empty", "header", "blank row"])
def test_a_file_without_bids_is_refused(make: Callable[..., io.BytesIO], name: str, rows: list[list[str]]) -> None:
    with pytest.raises(UnreadableSheet):
        read(make(*rows), name)


@both
def test_a_cell_beyond_the_last_column_is_named_by_its_row(make: Callable[..., io.BytesIO], name: str) -> None:
    with pytest.raises(UnreadableSheet, match="Row 3 has more cells"):
        read(make(HEADER, CELLS, [*CELLS, "lost"]), name)


@both
def test_more_rows_than_a_file_may_have_are_refused(make: Callable[..., io.BytesIO], name: str) -> None:
    short = CELLS[:1]
    assert len(read(make(HEADER, *[short] * MOST_ROWS), name)) == MOST_ROWS
    with pytest.raises(UnreadableSheet, match="more than 1,000 rows"):
        read(make(HEADER, *[short] * (MOST_ROWS + 1)), name)


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"%PDF-1.7 not a sheet", "bids.xlsx", "not an Excel workbook"),
        (b"", "bids.xlsx", "not an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "bids.xlsx", "not an Excel workbook"),
        (",".join(HEADER).encode(), "bids.xlsx", "not an Excel workbook"),
        (",".join(HEADER).encode("utf-16"), "bids.csv", "not in UTF-8"),
        ((",".join(HEADER) + "\nCafé").encode("latin-1"), "bids.csv", "not in UTF-8"),
        ((",".join(HEADER) + "\n\x00").encode(), "bids.csv", "not a CSV file"),
        (b"PK\x03\x04\x00\x00", "bids.csv", "not a CSV file"),
        ((",".join(HEADER) + '\n"open').encode(), "bids.csv", "not a well-formed CSV"),
        ((",".join(HEADER) + "\n" + "x" * 10_000_000).encode(), "bids.csv", "not a well-formed CSV"),
    ],
    ids=[
        "a PDF",
        "nothing",
        "an old workbook",
        "a CSV called xlsx",
        "UTF-16",
        "Latin-1",
        "a nought byte",
        "a workbook called csv",
        "an open quote",
        "a cell of 10 MB",
    ],
)
def test_another_kind_of_file_is_refused_with_an_explanation(content: bytes, name: str, message: str) -> None:
    with pytest.raises(UnreadableSheet, match=message):
        read(io.BytesIO(content), name)


def test_a_zip_that_is_not_a_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("readme.txt", "Not a workbook")
    with pytest.raises(UnreadableSheet, match="not an Excel workbook"):
        read(out, "bids.xlsx")


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (101 * 1024 * 1024))
    assert len(out.getvalue()) < 1024 * 1024
    with pytest.raises(UnreadableSheet, match="too large once unpacked"):
        read(out, "bids.xlsx")


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("http://example.org")', "=SUM(A1:A9)"])
def test_a_formula_is_refused_and_its_cell_named(formula: str) -> None:
    cells = [*CELLS[:7], formula, *CELLS[8:]]
    with pytest.raises(UnreadableSheet, match="Cell H3 holds a formula"):
        read(xlsx_file(HEADER, CELLS, cells), "bids.xlsx")


def test_a_csv_cell_that_begins_like_a_formula_is_text() -> None:
    cells = ["=1+1", *CELLS[1:]]
    assert read(csv_file(HEADER, cells), "bids.csv")[0]["your_reference"] == "=1+1"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (9600, "9600"),
        (9600.5, "9600.5"),
        (20580.6, "20580.6"),
        (0.1, "0.1"),
        (1000000.0, "1000000"),
        (49999.99, "49999.99"),
        (1200.505, "1200.505"),
        (True, "yes"),
        (False, "no"),
        (datetime.fromisoformat("2026-12-01T00:00"), "2026-12-01"),
        (date(1900, 3, 1), "1900-03-01"),
        (None, ""),
        ("  £1,200 ", "  £1,200 "),
    ],
)
def test_a_cell_of_a_workbook_is_read_as_it_was_typed(value: Any, text: str) -> None:
    assert read(xlsx_file(HEADER, ["B-1", value, *CELLS[2:]]), "bids.xlsx")[0]["title"] == text


def test_a_csv_with_a_byte_order_mark_and_any_line_ending_is_read() -> None:
    for ending in ("\n", "\r\n", "\r"):
        text = "\ufeff" + ",".join(HEADER) + ending + ",".join(CELLS) + ending
        assert read(io.BytesIO(text.encode()), "bids.csv") == [ROW | {"row": "2"}]


def test_a_cell_may_hold_commas_quotes_and_lines() -> None:
    cells = ['A "B", C\nD', *CELLS[1:]]
    assert read(csv_file(HEADER, cells), "bids.CSV")[0]["your_reference"] == 'A "B", C\nD'


def test_the_template_holds_the_columns_and_explains_them() -> None:
    book = load_workbook(io.BytesIO(template_workbook(MPS)))
    first, second = book.worksheets
    assert [cell.value for cell in first[1]] == list(COLUMNS)
    assert [row[0].value for row in second.iter_rows(min_row=2)] == list(COLUMNS)
    assert all(row[1].value for row in second.iter_rows())


def test_the_template_is_read_back_as_a_sheet_without_bids() -> None:
    with pytest.raises(UnreadableSheet, match="nothing below its first row"):
        read(io.BytesIO(template_workbook(MPS)), "template.xlsx")
