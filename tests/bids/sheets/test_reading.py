"""Files as their owners see them: workbooks and text files, and which are refused as a whole with advice."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.styles.numbers import BUILTIN_FORMATS

from bids.sheets.book import MOST_ROWS, UnreadableSheet, book_of
from bids.sheets.number_formats import shown
from bids.sheets.reading import read_book
from tests.bids.sheets.making import HEADER, cells, csv_file, rewritten, xlsx_file

MAKERS: list[tuple[Callable[..., bytes], str]] = [(csv_file, "bids.csv"), (xlsx_file, "bids.xlsx")]
both = pytest.mark.parametrize(("make", "name"), MAKERS, ids=["csv", "xlsx"])


def texts(content: bytes, name: str = "bids.xlsx") -> dict[int, list[str]]:
    """The texts of the first sheet by the number of their row."""
    return {row.number: list(row.texts) for row in read_book(content, name).sheets[0].rows}


@both
def test_a_row_is_read_with_its_number_in_the_file(make: Callable[..., bytes], name: str) -> None:
    assert texts(make(["a", "b"], ["", ""], ["1", "x"]), name) == {1: ["a", "b"], 3: ["1", "x"]}


@both
def test_an_empty_file_is_refused(make: Callable[..., bytes], name: str) -> None:
    with pytest.raises(UnreadableSheet, match="it is empty"):
        read_book(make(), name)


@both
def test_no_more_rows_are_kept_than_a_sheet_may_have(make: Callable[..., bytes], name: str) -> None:
    sheet = read_book(make(*[[str(number)] for number in range(MOST_ROWS + 1)]), name).sheets[0]
    assert (len(sheet.rows), sheet.cut) == (MOST_ROWS, True)
    assert not read_book(make(*[["x"]] * MOST_ROWS), name).sheets[0].cut


@both
def test_a_book_is_the_same_after_it_was_stored(make: Callable[..., bytes], name: str) -> None:
    book = read_book(make(HEADER, cells(title="#N/A")), name)
    assert book_of(book.as_data()).as_data() == book.as_data()


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"%PDF-1.7 not a sheet", "bids.xlsx", "not an Excel workbook"),
        (b"", "bids.xlsx", "not an Excel workbook"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "bids.xlsx",
            "an older Excel workbook .* or has a password. Save it again",
        ),
        (b"a,b\n1,2", "bids.xlsx", "not an Excel workbook"),
        (b"a,b\n\x00", "bids.csv", "not a CSV file"),
        (b"PK\x03\x04\x14\x00\x06\x08rest of a workbook", "bids.csv", "not a CSV file"),
        (b'a,b\n"open', "bids.csv", "not a well-formed CSV"),
        (b"a,b\n" + b"x" * 10_000_000, "bids.csv", "not a well-formed CSV"),
    ],
    ids=[
        "a PDF",
        "nothing",
        "an old workbook",
        "a CSV called xlsx",
        "a nought byte",
        "a workbook called csv",
        "an open quote",
        "a cell of 10 MB",
    ],
)
def test_another_kind_of_file_is_refused_with_an_explanation(content: bytes, name: str, message: str) -> None:
    with pytest.raises(UnreadableSheet, match=message):
        read_book(content, name)


def test_a_zip_that_is_not_a_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("readme.txt", "Not a workbook")
    with pytest.raises(UnreadableSheet, match="not an Excel workbook"):
        read_book(out.getvalue(), "bids.xlsx")


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (101 * 1024 * 1024))
    assert len(out.getvalue()) < 1024 * 1024
    with pytest.raises(UnreadableSheet, match="too large once unpacked"):
        read_book(out.getvalue(), "bids.xlsx")


@pytest.mark.parametrize("broken", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_a_damaged_workbook_is_refused_with_an_explanation(broken: str) -> None:
    content = rewritten(xlsx_file(["a"]), lambda text: "<worksheet><sheetData><row", broken)
    with pytest.raises(UnreadableSheet):
        read_book(content, "bids.xlsx")


@pytest.mark.parametrize("number", ["1E999", "NaN", "-1E999", "12abc"])
def test_a_number_that_is_none_is_refused_with_an_explanation(number: str) -> None:
    content = rewritten(xlsx_file([5]), lambda text: text.replace("<v>5</v>", f"<v>{number}</v>"))
    with pytest.raises(UnreadableSheet):
        read_book(content, "bids.xlsx")


def test_an_encrypted_workbook_is_refused_with_an_explanation() -> None:
    content = bytearray(xlsx_file(["a"]))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(mark, at + 4)
    with pytest.raises(UnreadableSheet):
        read_book(bytes(content), "bids.xlsx")


# What a workbook claims about itself


@pytest.mark.parametrize("claim", ["A1", "A1:B2", "A1:XFD1048576", "C3:D4", "nonsense", ""])
def test_every_row_is_read_whatever_the_file_says_of_its_size(claim: str) -> None:
    content = xlsx_file(*[[str(number), "x", "y"] for number in range(1, 51)])
    wrong = rewritten(content, lambda text: text.replace('<dimension ref="A1:C50"', f'<dimension ref="{claim}"'))
    assert texts(wrong) == texts(content)
    assert len(texts(wrong)) == 50


def test_rows_out_of_order_are_read_in_their_order() -> None:
    def turned(text: str) -> str:
        first, second = '<row r="1">', '<row r="2">'
        one = text[text.index(first) : text.index(second)]
        two = text[text.index(second) : text.index("</sheetData>")]
        return text.replace(one + two, two + one)

    assert texts(rewritten(xlsx_file(["a"], ["b"]), turned)) == {1: ["a"], 2: ["b"]}


def test_a_row_that_is_there_twice_is_refused_rather_than_lost() -> None:
    content = rewritten(xlsx_file(["a"], ["b"]), lambda text: text.replace('<row r="2">', '<row r="1">'))
    with pytest.raises(UnreadableSheet, match="row 1 twice"):
        read_book(content, "bids.xlsx")


def test_a_cell_that_is_there_twice_is_refused_rather_than_lost() -> None:
    content = rewritten(xlsx_file(["a", "b"]), lambda text: text.replace('r="B1"', 'r="A1"'))
    with pytest.raises(UnreadableSheet, match="cell A1 twice"):
        read_book(content, "bids.xlsx")


def test_cells_that_the_reader_does_not_know_are_refused_rather_than_lost() -> None:
    def foreign(text: str) -> str:
        return text.replace('<row r="2">', '<row xmlns="urn:other" r="2">')

    with pytest.raises(UnreadableSheet, match="holds 2 cells, of which 1 could be read"):
        read_book(rewritten(xlsx_file(["a"], ["b"]), foreign), "bids.xlsx")


def test_a_styled_cell_far_below_costs_no_time_and_makes_no_row() -> None:
    def far(book: Workbook) -> None:
        book.worksheets[0].cell(1_048_576, 2).font = Font(bold=True)

    assert texts(xlsx_file(["a"], ["b"], change=far)) == {1: ["a"], 2: ["b"]}


# What a workbook shows


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
        (True, "TRUE"),
        (False, "FALSE"),
        (datetime.fromisoformat("2026-12-01T00:00"), "2026-12-01"),
        (date(1900, 3, 1), "1900-03-01"),
        (None, ""),
        ("  £1,200 ", "  £1,200 "),
        ("one_x000D_\ntwo_x000D_three", "one\ntwo\nthree"),
        ("a_x005F_x000D_b", "a_x000D_b"),
        (123456789012, "123456789012"),
        (1234567890123456, "1.23457E+15"),
    ],
)
def test_a_cell_of_a_workbook_is_read_as_it_is_shown(value: Any, text: str) -> None:
    assert texts(xlsx_file(["x", value, "y"]))[1][1] == text


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (234567, "00000000", "00234567"),
        (7, "000", "007"),
        (0, "000", "000"),
        (12345, '"SC"000000', "SC012345"),
        (12, "\\S\\C000000", "SC000012"),
        (1234567, "00 00", "12345 67"),
        (5, "00-00", "00-05"),
        (234567, "[$-809]00000000;-00000000", "00234567"),
        (49200, '"£"#,##0', "49200"),
        (49200.5, "£#,##0.00", "49200.5"),
        (1098765, "0", "1098765"),
        (1098765, "General", "1098765"),
        (3.5, "000", "3.5"),
    ],
)
def test_a_number_is_read_with_the_noughts_and_letters_of_its_format(
    value: float, number_format: str, text: str
) -> None:
    assert shown(value, number_format) == text

    def formatted(book: Workbook) -> None:
        book.worksheets[0]["B1"].number_format = number_format

    assert texts(xlsx_file(["x", value], change=formatted))[1][1] == text


def test_percentages_and_powers_of_ten_are_read_as_such() -> None:
    def formatted(book: Workbook) -> None:
        for cell, number_format in (("A1", "0%"), ("B1", "0.0%"), ("C1", "0.00E+00")):
            book.worksheets[0][cell].number_format = number_format

    (row,) = read_book(xlsx_file([0.5, 0.125, 12345678], change=formatted), "b.xlsx").sheets[0].rows
    assert list(row.texts) == ["50%", "12.5%", "1.23E+07"]
    assert {at: list(marks) for at, marks in row.marks.items()} == {0: ["percent"], 1: ["percent"]}


def test_the_value_of_a_formula_is_read_and_marked_and_a_missing_one_too() -> None:
    content = rewritten(
        xlsx_file(["=1+1", '="x"', "=2+2", "=NA()", "=TRUE()"]),
        lambda text: (
            text.replace("<f>1+1</f><v></v>", "<f>1+1</f><v>2</v>")
            .replace("<f>1+1</f><v />", "<f>1+1</f><v>2</v>")
            .replace('<c r="B1"><f>"x"</f><v />', '<c r="B1" t="str"><f>"x"</f><v></v>')
            .replace('<c r="B1"><f>"x"</f><v></v>', '<c r="B1" t="str"><f>"x"</f><v></v>')
            .replace('<c r="D1"><f>NA()</f><v />', '<c r="D1" t="e"><f>NA()</f><v>#N/A</v>')
            .replace('<c r="D1"><f>NA()</f><v></v>', '<c r="D1" t="e"><f>NA()</f><v>#N/A</v>')
            .replace('<c r="E1"><f>TRUE()</f><v />', '<c r="E1" t="b"><f>TRUE()</f><v>1</v>')
            .replace('<c r="E1"><f>TRUE()</f><v></v>', '<c r="E1" t="b"><f>TRUE()</f><v>1</v>')
        ),
    )
    (row,) = read_book(content, "b.xlsx").sheets[0].rows
    assert [row.text(at) for at in range(5)] == ["2", "", "", "#N/A", "TRUE"]
    assert list(row.marks[0]) == ["formula"]
    assert list(row.marks[2]) == ["formula", "uncomputed"]
    assert set(row.marks[3]) == {"formula", "error"}
    assert 1 not in row.marks


@both
@pytest.mark.parametrize(
    "error",
    [
        *("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#GETTING_DATA", "#BLOCKED!", "Err:502"),
        *("#NV", "#BEZUG!", "#WERT!", "#NOM?", "#VALEUR!", "########"),
    ],
)
def test_an_error_is_marked_in_either_kind_of_file(make: Callable[..., bytes], name: str, error: str) -> None:
    (row,) = read_book(make(["x", error]), name).sheets[0].rows
    assert list(row.marks[1]) == ["error"]


@both
@pytest.mark.parametrize("text", ["#MeToo", "#1", "#", "##", "No. #7!", "Err: none"])
def test_a_text_with_a_hash_is_no_error(make: Callable[..., bytes], name: str, text: str) -> None:
    (row,) = read_book(make(["x", text]), name).sheets[0].rows
    assert not row.marks


@pytest.mark.parametrize(
    ("number_format", "text"),
    [
        ('"€"#,##0.00', "€1200.5"),
        ("[$€-2] #,##0.00", "€1200.5"),
        ("[$$-409]#,##0.00", "$1200.5"),
        ('#,##0.00\\ "EUR"', "EUR1200.5"),
        ("[$PLN] #,##0.00", "PLN1200.5"),
        ("_-[$£-809]* #,##0.00_-;-[$£-809]* #,##0.00_-", "1200.5"),
        ('"£"#,##0;[Red]-"£"#,##0', "1200.5"),
        # Excel keeps only the number of this format and shows the currency of the country.
        (BUILTIN_FORMATS[44], "1200.5"),
        ("[$-809]#,##0.00", "1200.5"),
    ],
)
def test_an_amount_in_another_currency_is_read_with_its_sign(number_format: str, text: str) -> None:
    def formatted(book: Workbook) -> None:
        book.worksheets[0]["B1"].number_format = number_format

    assert texts(xlsx_file(["x", 1200.5], change=formatted))[1][1] == text


def test_a_column_without_width_is_hidden() -> None:
    columns = '<cols><col min="2" max="2" width="0" customWidth="1"/></cols><sheetData>'
    content = rewritten(xlsx_file(["a", "b"]), lambda text: text.replace("<sheetData>", columns))
    assert list(read_book(content, "b.xlsx").sheets[0].hidden_columns) == [1]


def test_what_is_hidden_is_marked() -> None:
    def hide(book: Workbook) -> None:
        book.worksheets[0].row_dimensions[2].hidden = True
        book.worksheets[0].column_dimensions["B"].hidden = True
        book.create_sheet("Secret").append(["x"])
        book.worksheets[1].sheet_state = "veryHidden"

    content = xlsx_file(["a", "b"], ["c", "d"], ["e", "f"], change=hide)
    flat = rewritten(content, lambda text: text.replace('<row r="3"', '<row r="3" ht="0" customHeight="1"'))
    book = read_book(flat, "b.xlsx")
    assert [row.hidden for row in book.sheets[0].rows] == [False, True, True]
    assert list(book.sheets[0].hidden_columns) == [1]
    assert [(sheet.name, sheet.hidden) for sheet in book.sheets] == [("Bids", False), ("Secret", True)]


def test_a_cell_that_spans_rows_is_read_in_each_of_them() -> None:
    def merge(book: Workbook) -> None:
        book.worksheets[0].merge_cells("B2:B4")

    content = xlsx_file(["a", "b"], ["1", "Growers"], ["2"], [], ["3"], change=merge)
    assert texts(content) == {1: ["a", "b"], 2: ["1", "Growers"], 3: ["2", "Growers"], 5: ["3"]}


# Text files


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_of_a_text_file_is_seen(delimiter: str) -> None:
    book = read_book(csv_file(HEADER, cells(amount="£49,200"), cells(), delimiter=delimiter), "bids.csv")
    assert book.delimiter == delimiter
    assert [list(row.texts) for row in book.sheets[0].rows] == [HEADER, cells(amount="£49,200"), cells()]


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_line_that_names_the_separator_is_obeyed_and_not_counted(line: str, ending: str) -> None:
    content = ending.join([line, "a,x;b", "1;2", ""]).encode()
    assert texts(content, "b.csv") == {1: ["a,x", "b"], 2: ["1", "2"]}


def test_a_stray_quotation_mark_is_named_with_its_line() -> None:
    with pytest.raises(UnreadableSheet, match="a quotation mark in line 2 or above it is not closed"):
        read_book(b'a,b\n"Allotment" Crew,1\n2,3\n', "b.csv")


def test_rows_that_two_stray_quotation_marks_make_one_of_are_marked() -> None:
    lines = ["a,b,c,d,e,f", '1,"Crew,x,x,x,x', '2,Gang",x,x,x,x', '3,"One, two\nand three",x,x,x,x']
    rows = read_book("\r\n".join(lines).encode(), "b.csv").sheets[0].rows
    assert [dict(row.marks) for row in rows] == [{}, {1: ("swallowed",)}, {}]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("cp1252", "cp1252"),
        ("mac_roman", "mac_roman"),
    ],
)
@pytest.mark.parametrize("text", ["Café Zoë’s", "Cost £5 – “fine”"])
def test_the_encoding_of_a_text_file_is_seen(encoding: str, name: str, text: str) -> None:
    book = read_book(f"ref,name\r\n1,{text}\r\n".encode(encoding), "b.csv")
    assert (book.encoding, list(book.sheets[0].rows[1].texts)) == (name, ["1", text])


def test_a_text_file_with_any_line_ending_is_read() -> None:
    for ending in ("\n", "\r\n", "\r"):
        assert texts(f"\ufeffa,b{ending}1,2{ending}".encode(), "b.csv") == {1: ["a", "b"], 2: ["1", "2"]}


def test_a_cell_may_hold_commas_quotes_and_lines() -> None:
    assert texts(csv_file(["a", "b"], ['A "B", C\r\nD', "x"]), "b.CSV")[2] == ['A "B", C\nD', "x"]


def test_a_text_that_begins_like_a_formula_is_text() -> None:
    assert texts(csv_file(["a", "b"], ["=1+1", "x"]), "b.csv")[2] == ["=1+1", "x"]
