"""Workbooks as people get them: heads that stay, widths, formats, and nothing that a spreadsheet computes."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from grants.tables import Sheet, as_workbook
from tests.office import OFFICE, as_shown

LONG = "The plan says who does what, when and how. " * 5
GRANTS: list[list[Any]] = [
    ["Bid", "Amount (£)", "Paid on", "Reason", "Boroughs"],
    ["B-001", Decimal("1234567.50"), date(2026, 9, 3), LONG, None],
    ["=1+1", Decimal("0.10"), date(2026, 11, 22), "Short\nand a second line", None],
]


def book(*sheets: Sheet) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(as_workbook(sheets)))


def test_heads_stay_in_sight_are_bold_filter_and_print_on_each_page() -> None:
    sheet = book(Sheet("Grants", GRANTS))["Grants"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:E3"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    assert all(cell.font.b and cell.alignment.wrap_text for cell in sheet[1])
    assert not sheet["A2"].font.b


def test_columns_are_as_wide_as_what_they_hold_and_long_texts_wrap() -> None:
    sheet = book(Sheet("Grants", GRANTS))["Grants"]
    widths = {letter: sheet.column_dimensions[letter].width for letter in "ABCDE"}
    assert widths == {"A": 9, "B": len("1,234,567.50") + 3, "C": len("22 September 2026") + 3, "D": 60, "E": 11}
    assert sheet["D2"].alignment.wrap_text
    assert sheet["D2"].alignment.vertical == "top"
    assert (sheet["B2"].number_format, sheet["C2"].number_format) == ("#,##0.00", "d mmmm yyyy")


def test_a_text_that_looks_like_a_formula_stays_a_text_in_every_look() -> None:
    sheet = book(Sheet("Grants", [["=1+1", "Reason"], ["=1+1", f"=1+1{LONG}"]]))["Grants"]
    assert {cell.data_type for row in sheet for cell in row} == {"s"}


def test_several_sheets_stand_in_their_order_and_one_may_be_empty() -> None:
    made = book(Sheet("Ranking", GRANTS), Sheet("None yet", []), Sheet("Heads alone", [["Bid"]]))
    assert made.sheetnames == ["Ranking", "None yet", "Heads alone"]
    assert made["Heads alone"].auto_filter.ref == "A1:A1"


def test_the_first_rows_say_the_widths_of_a_long_sheet() -> None:
    rows = (["B" * (5 if number < 1000 else 50)] for number in range(1001))
    assert book(Sheet("Long", rows))["Long"].column_dimensions["A"].width == 9


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it_and_shows_amounts_and_days_as_written(tmp_path: Path) -> None:
    shown = as_shown(as_workbook([Sheet("Grants", GRANTS)]), tmp_path)["Grants"]
    assert shown == [
        ["Bid", "Amount (£)", "Paid on", "Reason", "Boroughs"],
        ["B-001", "1,234,567.50", "3 September 2026", LONG, ""],
        ["=1+1", "0.10", "22 November 2026", "Short\nand a second line", ""],
    ]
