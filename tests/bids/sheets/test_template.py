"""The empty workbook: every allowed value in it, lists to choose from, and read back as it is."""

import io

import pytest
from openpyxl import load_workbook

from bids.sheets.book import MOST_BIDS, UnreadableSheet
from bids.sheets.mapping import propose
from bids.sheets.reading import read_book
from bids.sheets.template import template_workbook
from tests.bids.sheets.making import HEADER, MPS_COLUMNS, cells, columns_of
from tests.bodies import MPS, VALE


def test_the_template_holds_the_columns_and_explains_each() -> None:
    book = load_workbook(io.BytesIO(template_workbook(MPS_COLUMNS)))
    assert book.sheetnames == ["Bids", "What goes where", "Allowed values"]
    assert [cell.value for cell in book["Bids"][1]] == HEADER
    rows = list(book["What goes where"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == HEADER
    assert all(row[1] for row in rows)


@pytest.mark.parametrize("body", [MPS, VALE], ids=lambda body: body.short_name)
def test_every_allowed_value_is_on_both_sheets_and_in_the_list_of_its_column(body: object) -> None:
    columns = columns_of(body)
    book = load_workbook(io.BytesIO(template_workbook(columns)))
    lists = {str(one.sqref): one for one in book["Bids"].data_validations.dataValidation}
    explained = {row[0]: row[2] for row in book["What goes where"].iter_rows(min_row=2, values_only=True)}
    with_values = {"led_by", "register", "sponsoring_unit", "boroughs", "themes", "priorities", "objectives"}
    with_values |= {"employs_staff", "london_living_wage", "personal_data", "future_cost"}
    for at, column in enumerate(columns.each):
        letter = book["Bids"].cell(1, at + 1).column_letter
        one = lists.get(f"{letter}2:{letter}{MOST_BIDS + 1}")
        assert (one is not None) == (column.field in with_values), column.field
        if one is None:
            continue
        sheet, _, cells_of_list = one.formula1.rpartition("!")
        listed = [cell.value for (cell,) in book[sheet.strip("'")][cells_of_list.replace("$", "")]]
        labels = [choice.label for choice in column.choices] or ["yes", "no"]
        assert listed == [*([column.everything] if column.everything else []), *labels]
        assert all(label in explained[column.heading] for label in listed)
        # Where one value alone is right, no other can be typed.
        assert one.showErrorMessage == (column.kind in ("choice", "yes or no"))


def test_the_template_keeps_the_noughts_of_a_number() -> None:
    sheet = load_workbook(io.BytesIO(template_workbook(MPS_COLUMNS)))["Bids"]
    letter = sheet.cell(1, HEADER.index("register_number") + 1).column_letter
    assert sheet.column_dimensions[letter].number_format == "@"
    # A format of the column alone leaves the next free row where it is.
    assert sheet.max_row == 1


def test_a_filled_template_is_read_without_a_question() -> None:
    book = load_workbook(io.BytesIO(template_workbook(MPS_COLUMNS)))
    for at, value in enumerate(cells(), 1):
        book["Bids"].cell(2, at, value)
    out = io.BytesIO()
    book.save(out)
    sheets = read_book(out.getvalue(), "bids.xlsx").sheets
    proposals = [propose(sheet, number, MPS_COLUMNS, {}) for number, sheet in enumerate(sheets)]
    assert [(proposal.of_bids, proposal.settled) for proposal in proposals] == [
        (True, True),
        (False, False),
        (False, False),
    ]


def test_an_unreadable_file_says_what_to_do() -> None:
    with pytest.raises(UnreadableSheet, match="not an Excel workbook"):
        read_book(template_workbook(MPS_COLUMNS)[:200], "bids.xlsx")
