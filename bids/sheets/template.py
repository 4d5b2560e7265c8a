"""The empty workbook to fill in: the columns of a round, lists to choose from in their cells, and what they mean."""

from __future__ import annotations

import io
from collections.abc import Iterator

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bids.sheets.book import HELP, MOST_BIDS, VALUES
from bids.sheets.columns import Choice, Column, Columns, Kind

# Text keeps the noughts that a number begins with; a date written out cannot be taken for another one.
_FORMATS = {Kind.IDENTIFIER: "@", Kind.MONEY: "#,##0.00", Kind.DAY: "d mmmm yyyy"}
_YES_NO = (Choice("yes", "yes"), Choice("no", "no"))
_LONGEST_MESSAGE = 255


def template_workbook(columns: Columns) -> bytes:
    """Return an empty workbook: the columns in its first row, what each holds, and the values that a round allows."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Bids"
    sheet.freeze_panes = "A2"
    ranges = _write_values(book.create_sheet(VALUES), columns)
    _write_help(book.create_sheet(HELP, 1), columns)
    for at, column in enumerate(columns.each, 1):
        letter = get_column_letter(at)
        sheet.cell(1, at, column.heading).font = Font(bold=True)
        sheet.column_dimensions[letter].width = max(14, len(column.heading) + 4)
        if column.kind in _FORMATS:
            sheet.column_dimensions[letter].number_format = _FORMATS[column.kind]
        if column.field in ranges:
            sheet.add_data_validation(_list(column, ranges[column.field], f"{letter}2:{letter}{MOST_BIDS + 1}"))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _listed(column: Column) -> list[tuple[str, str]]:
    """The values of a column as a person chooses them, each with the code that may be written instead."""
    choices = _YES_NO if column.kind is Kind.YES_NO else column.choices
    everything = [(column.everything, "")] if column.everything else []
    return [*everything, *((choice.label, choice.code) for choice in choices)]


def _write_values(sheet: Worksheet, columns: Columns) -> dict[str, str]:
    """Write every list of allowed values into two columns, and return where the first of them is, by field."""
    ranges = {}
    at = 1
    for column in columns.each:
        values = _listed(column)
        if not values:
            continue
        sheet.cell(1, at, f"For {column.heading}").font = Font(bold=True)
        sheet.cell(1, at + 1, "or its code").font = Font(bold=True)
        for row, (label, code) in enumerate(values, 2):
            sheet.cell(row, at, label)
            sheet.cell(row, at + 1, "" if code == label else code)
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = 40
        ranges[column.field] = f"{quote_sheetname(VALUES)}!${letter}$2:${letter}${len(values) + 1}"
        at += 2
    return ranges


def _list(column: Column, values: str, cells: str) -> DataValidation:
    """A list to choose from in the cells of a column. Several values, or another unit, may be typed instead."""
    only = column.kind in (Kind.CHOICE, Kind.YES_NO)
    validation = DataValidation(type="list", formula1=values, allow_blank=True, showErrorMessage=only, sqref=cells)
    validation.promptTitle, validation.prompt = column.label[:32], column.hint[:_LONGEST_MESSAGE] or None
    validation.showInputMessage = bool(column.hint)
    validation.errorTitle = column.label[:32]
    validation.error = f"Choose one of the list. The sheet “{VALUES}” has all values."
    return validation


def _write_help(sheet: Worksheet, columns: Columns) -> None:
    sheet.append(["Column", "What it holds", "Allowed values"])
    for column in columns.each:
        optional = "" if column.required else "May be empty."
        sheet.append(
            [column.heading, " ".join(filter(None, [f"{column.label}.", column.hint, optional])), _allowed(column)]
        )
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABC", (24, 60, 80), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _allowed(column: Column) -> str:
    """Every allowed value on a line of its own, with its code."""
    return "\n".join(_lines(column))


def _lines(column: Column) -> Iterator[str]:
    for label, code in _listed(column):
        yield label if code in ("", label) or column.everything else f"{label} (or {code})"
