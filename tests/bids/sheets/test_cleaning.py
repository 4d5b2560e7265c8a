"""Which column holds what, and which rows of a sheet are bids."""

from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from bids.sheets.book import Sheet
from bids.sheets.cleaning import Reading, Row, clean, row_of
from bids.sheets.mapping import Answers, answers_of, header_row, key, missing, propose
from bids.sheets.reading import read_book
from tests.bids.sheets.making import GOOD, HEADER, MPS_COLUMNS, cells, csv_file, xlsx_file


def sheet_of(*rows: list[Any], **changes: Any) -> Sheet:
    return read_book(xlsx_file(*rows, **changes), "bids.xlsx").sheets[0]


def reading(*rows: list[Any], **changes: Any) -> Reading:
    sheet = sheet_of(*rows, **changes)
    return clean(sheet, propose(sheet, 0, MPS_COLUMNS, {}).answers, MPS_COLUMNS)


def proposed(*rows: list[Any]) -> dict[str, str]:
    """The fields that are found, each with the letters of its column."""
    answers = propose(sheet_of(*rows), 0, MPS_COLUMNS, {}).answers
    return {name: get_column_letter(at + 1) for name, at in answers.columns.items()}


# Columns


def test_our_own_columns_are_settled_in_any_order_and_case() -> None:
    for header in (HEADER, [f" {name.upper()} " for name in reversed(HEADER)]):
        proposal = propose(sheet_of(header, list(GOOD.values())), 0, MPS_COLUMNS, {})
        assert proposal.settled and proposal.of_bids
        assert set(proposal.answers.columns) == set(HEADER)


def test_the_labels_of_the_form_are_headings_too() -> None:
    header = [MPS_COLUMNS.by_field[name].label for name in HEADER]
    assert propose(sheet_of(header, cells()), 0, MPS_COLUMNS, {}).settled


def test_the_columns_of_a_contact_may_be_missing() -> None:
    kept = [name for name in HEADER if not name.startswith("contact")]
    assert propose(sheet_of(kept, [GOOD[name] for name in kept]), 0, MPS_COLUMNS, {}).settled


@pytest.mark.parametrize(
    "header",
    [HEADER[1:], [name for name in HEADER if name != "objectives"], [*HEADER, "notes"], [*HEADER, "title"]],
    ids=["one missing", "an optional one missing", "one more", "one twice"],
)
def test_other_columns_are_asked_about(header: list[str]) -> None:
    row = [GOOD.get(name, "x") for name in header]
    proposal = propose(sheet_of(header, row), 0, MPS_COLUMNS, {})
    assert proposal.of_bids and not proposal.settled


def test_the_titles_of_the_360giving_standard_are_known() -> None:
    header = [
        *("Identifier", "Title", "Description", "Currency", "Amount Awarded", "Planned Dates:Start Date"),
        *("Planned Dates:End Date", "Planned Dates:Duration (months)", "Recipient Org:Identifier"),
        *(
            "Recipient Org:Name",
            "Recipient Org:Charity Number",
            "Recipient Org:Company Number",
            "Grant Programme:Title",
        ),
    ]
    assert proposed(header, ["x"] * len(header)) == {
        "your_reference": "A",
        "title": "B",
        "summary": "C",
        "currency": "D",
        "amount": "E",
        "starts_on": "F",
        "ends_on": "G",
        "months": "H",
        "organisation_id": "I",
        "recipient": "J",
        "charity_number": "K",
        "company_number": "L",
    }


def test_what_brackets_add_to_a_heading_is_passed_over() -> None:
    header = ["Ref.", "Project Title *", "Amount Requested (£)", "Start Date (dd/mm/yyyy)"]
    assert proposed(header, ["1", "2", "3", "4"]) == {
        "your_reference": "A",
        "title": "B",
        "amount": "C",
        "starts_on": "D",
    }


def test_a_column_of_other_places_is_not_taken_for_boroughs() -> None:
    header = ["Identifier", "Title", "Beneficiary Location:Name"]
    assert "boroughs" in proposed(header, ["1", "x", "Camden"], ["2", "y", "Hackney"])
    assert "boroughs" not in proposed(header, ["1", "x", "England"], ["2", "y", "Camden"], ["3", "z", "Wales"])


def test_headings_are_found_below_other_rows() -> None:
    sheet = sheet_of(["Grants of 2026"], [], ["Please fill in one row for each bid", "title"], HEADER, cells())
    assert header_row(sheet, MPS_COLUMNS) == 4
    assert [row["row"] for row in reading(["Grants of 2026"], [], HEADER, cells()).rows] == ["4"]


@pytest.mark.parametrize("parted", ["in either row", "within the words", "merged"])
def test_headings_in_two_rows_are_read_together(parted: str) -> None:
    labels = [MPS_COLUMNS.by_field[name].label for name in HEADER]
    upper = [name if at % 2 else "" for at, name in enumerate(HEADER)]
    lower = ["" if at % 2 else name for at, name in enumerate(HEADER)]
    if parted == "within the words":
        upper = [label.partition(" ")[0] for label in labels]
        lower = [label.partition(" ")[2] for label in labels]

    def merge(book: Workbook) -> None:
        for at in range(2, len(HEADER) + 1, 2) if parted == "merged" else ():
            book.worksheets[0].merge_cells(start_row=1, end_row=2, start_column=at, end_column=at)

    sheet = sheet_of(upper, lower, cells(), change=merge)
    proposal = propose(sheet, 0, MPS_COLUMNS, {})
    assert (proposal.settled, proposal.answers.header, len(proposal.answers.columns)) == (True, 2, len(HEADER))
    assert [row["row"] for row in clean(sheet, proposal.answers, MPS_COLUMNS).rows] == ["3"]


def test_names_of_groups_tell_columns_of_one_name_apart() -> None:
    groups = ["Project", None, None, "Recipient organisation", None, "Contact", None]
    header = ["Reference", "Title", "Start date", "Name", "Charity number", "Name", "Email"]
    assert proposed(groups, header, ["1", "x", "y", "z", "1234567", "Ana", "a@x"]) == {
        "your_reference": "A",
        "title": "B",
        "starts_on": "C",
        "recipient": "D",
        "charity_number": "E",
        "contact": "F",
        "contact_email": "G",
    }
    other = sheet_of(["Project", None, None, "Contact", None, "Recipient", None], header, ["1"])
    assert key(sheet_of(groups, header, ["1"]), 2) != key(other, 2)


def test_the_same_headings_have_the_same_key_whatever_their_case_and_rows() -> None:
    one, other = sheet_of(["Ref", "Who "], ["1", "x"]), sheet_of([], ["REF", "who"], ["2", "y"], ["3", "z"])
    assert key(one, 1) == key(other, 2)
    assert key(one, 1) != key(sheet_of(["Who", "Ref"], ["1", "x"]), 1)


def test_a_duration_stands_for_the_end_date() -> None:
    columns = {name: at for at, name in enumerate(HEADER) if name != "ends_on"}
    assert missing(Answers(0, 1, columns), MPS_COLUMNS) == ["ends_on"]
    assert missing(Answers(0, 1, {**columns, "months": 40}), MPS_COLUMNS) == []


def test_answers_are_the_same_after_they_were_stored() -> None:
    answers = Answers(1, 3, {"title": 2}, {"costs": "All"}, month_first=True, taken=[7])
    assert answers_of(answers.as_data()) == answers


# Rows


def test_a_row_holds_its_texts_by_field_and_the_cells_that_they_are_in() -> None:
    (row,) = reading(HEADER, [], cells(boroughs="Hackney", amount=49200)).rows
    assert row == GOOD | {"boroughs": "E09000012", "amount": "49200", "row": "3"}
    assert (row.cell("your_reference"), row.cell("amount"), row.cell("illustrative")) == ("A3", "J3", "AC3")
    assert row_of(row.as_data()) == row
    assert row_of(row.as_data()).cells == row.cells


def test_a_row_of_an_earlier_release_names_its_cells_by_their_order() -> None:
    row = row_of([["title", "Crew"], ["amount", "5"], ["row", "7"]])
    assert (dict(row), row.cell("amount")) == ({"title": "Crew", "amount": "5", "row": "7"}, "B7")


def test_a_field_without_a_column_is_named_by_its_row() -> None:
    assert Row({"row": "7"}).cell("summary") == "Row 7"


@pytest.mark.parametrize(
    ("label", "more"),
    [
        ("Total", {}),
        ("TOTAL:", {}),
        ("Grand total", {}),
        ("Subtotal", {}),
        ("Total requested (2 bids)", {}),
        ("Totals", {"title": "2 bids"}),
        ("Average", {}),
        ("Gesamtsumme", {}),
        ("Total général", {}),
        ("Cyfanswm", {}),
        ("Carried forward", {}),
        ("Hackney total", {}),
        ("NET TOTAL (£)", {}),
        ("Σ", {}),
        ("Whatever it is called", {}),
    ],
)
def test_a_total_is_left_out_with_its_reason(label: str, more: dict[str, str]) -> None:
    empty = dict.fromkeys(GOOD, "")
    total = {**empty, "your_reference": label, "amount": 2401, **more}
    made = reading(HEADER, cells(amount=1200.5), cells(amount=1200.5), [total[name] for name in HEADER])
    assert [(row.number, row.why) for row in made.left_out] == [(4, "Looks like a total")]
    assert len(made.rows) == 2


def test_a_total_in_one_cell_or_with_a_sum_that_was_not_computed_is_a_total() -> None:
    made = reading(HEADER, cells(), ["Total: £1,200.50"], ["Sum of amounts"] + [None] * 8 + ["=SUM(J2:J2)"])
    assert [(row.number, row.why) for row in made.left_out] == [(3, "Looks like a total"), (4, "Looks like a total")]


def test_a_sum_without_a_label_is_a_total() -> None:
    total: list[Any] = [None] * len(HEADER)
    total[HEADER.index("amount")] = 2401
    made = reading(HEADER, cells(amount=1200.5), cells(amount=1200.5), total)
    assert [row.why for row in made.left_out] == ["Looks like a total"]
    total[HEADER.index("amount")] = 2402
    assert not reading(HEADER, cells(amount=1200.5), cells(amount=1200.5), total).left_out


def test_a_sum_since_the_last_total_and_one_that_a_formula_gives_are_totals() -> None:
    def line(label: str, amount: Any) -> list[Any]:
        return [label, *[None] * 8, amount]

    made = reading(
        HEADER,
        *(cells(amount=100), cells(amount=200), line("Hackney", 300)),
        *(cells(amount=400), cells(amount=500), line("Camden", 900)),
        line("", "=SUM(J2:J7)"),
    )
    assert [(row.number, row.why) for row in made.left_out] == [(at, "Looks like a total") for at in (4, 7, 8)]


def test_a_bid_that_asks_for_as_much_as_all_others_is_a_bid() -> None:
    made = reading(
        HEADER, cells(amount=100), cells(amount=200), cells(amount=300), ["B-9", "Crew"] + [None] * 7 + [600]
    )
    assert (len(made.rows), list(made.left_out)) == (4, [])


@pytest.mark.parametrize("box", ["FALSCH", "Faux", "falso"])
def test_empty_boxes_are_skipped_in_other_languages(box: str) -> None:
    made = reading(HEADER, cells(), [None] * (len(HEADER) - 3) + [box, box, None])
    assert len(made.rows) == 1


def test_a_bid_whose_title_says_total_is_a_bid() -> None:
    assert len(reading(HEADER, cells(title="Total"), cells(title="Total Wellbeing")).rows) == 2


def test_a_bid_with_one_field_alone_is_a_bid_with_errors() -> None:
    made = reading(HEADER, cells(), ["B-2"])
    assert (len(made.rows), list(made.left_out)) == (2, [])


@pytest.mark.parametrize("note", ["* Subject to approval", "Notes: all sums in pounds", "Source: our own records"])
def test_a_note_below_the_bids_is_left_out(note: str) -> None:
    made = reading(HEADER, cells(), [], [note])
    assert [(row.number, row.why) for row in made.left_out] == [(4, "Looks like a note")]


def test_boxes_repeated_headings_and_rows_beside_the_columns_are_skipped_with_a_note() -> None:
    boxes = [None] * (len(HEADER) - 3) + [False, False, None]
    apart = [None] * len(HEADER) + ["see below"]
    made = reading([*HEADER, "notes"], cells(), boxes, boxes, HEADER, apart)
    assert [row["row"] for row in made.rows] == ["2"]
    assert list(made.notes) == [
        "5 rows below the headings: 1 as bids, 0 left out, 4 skipped",
        "Skipped rows 3 to 4: nothing but FALSE, zeros or empty formulas",
        "Skipped row 5: the headings again",
        "Skipped row 6: nothing in the columns that are read",
    ]


def test_every_row_below_the_headings_is_a_bid_or_left_out_or_in_a_note() -> None:
    def hide(book: Workbook) -> None:
        book.worksheets[0].row_dimensions[3].hidden = True

    made = reading(HEADER, cells(), cells(), ["Total"] + [None] * 8 + [2401], [False], change=hide)
    assert made.notes[0] == "4 rows below the headings: 1 as bids, 2 left out, 1 skipped"


def test_a_row_that_was_left_out_comes_in_when_it_is_ticked() -> None:
    sheet = sheet_of(HEADER, cells(), ["Total"] + [None] * 8 + [1200.5])
    answers = propose(sheet, 0, MPS_COLUMNS, {}).answers
    made = clean(sheet, Answers(0, 1, answers.columns, taken=[3]), MPS_COLUMNS)
    assert [row["row"] for row in made.rows] == ["2", "3"]
    assert made.rows[1].marks[0] == "Looks like a total"


def test_a_value_for_all_rows_fills_what_is_empty_and_is_told() -> None:
    sheet = sheet_of(HEADER, cells(summary="Own"), cells(summary=""))
    answers = propose(sheet, 0, MPS_COLUMNS, {}).answers
    made = clean(sheet, Answers(0, 1, answers.columns, {"summary": "Given"}), MPS_COLUMNS)
    assert [row["summary"] for row in made.rows] == ["Own", "Given"]
    assert "Summary: “Given”, given for rows without one" in made.notes


def test_a_row_of_formulas_that_no_program_computed_is_refused_rather_than_skipped() -> None:
    made = reading(HEADER, cells(), ["=Sheet2!A1", "=Sheet2!B1"])
    assert [row["row"] for row in made.rows] == ["2", "3"]
    assert set(made.rows[1].faults) == {"your_reference", "title"}


@pytest.mark.parametrize("costs", ["", None])
def test_one_cost_for_all_rows_is_the_whole_amount_where_a_row_names_none(costs: str | None) -> None:
    sheet = sheet_of(HEADER, cells(), cells(amount="GBP 1,300", costs=costs))
    answers = propose(sheet, 0, MPS_COLUMNS, {}).answers
    made = clean(sheet, Answers(0, 1, answers.columns, {"costs": "Whole amount"}), MPS_COLUMNS)
    assert [row["costs"] for row in made.rows] == ["Tools: 1000; Seeds: 200.50", "Whole amount: 1,300"]


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "1E999999", "٣", "-"])
def test_what_is_no_number_is_in_no_sum(amount: str) -> None:
    assert len(reading(HEADER, cells(amount=amount), cells()).rows) == 2


@pytest.mark.parametrize(
    ("own", "register", "number"),
    [
        ({"charity number": "1098765"}, "charity", "1098765"),
        ({"company number": "00234567"}, "company", "00234567"),
        ({"charity number": "1098765", "company number": "00234567"}, "charity", "1098765"),
        ({"recipient org identifier": "GB-CHC-1098765"}, "charity", "1098765"),
        ({"recipient org identifier": "GB-COH-00234567"}, "company", "00234567"),
        ({"recipient org identifier": "360G-Lantern-1"}, "", ""),
        ({"charity number": "1.1E+06"}, "charity", "1.1E+06"),
    ],
)
def test_numbers_that_other_files_say_apart_are_joined(own: dict[str, str], register: str, number: str) -> None:
    header = ["Identifier", "Title", "Recipient Org:Name", *own]
    (row,) = reading(header, ["1", "Crew", "Growers", *own.values()]).rows
    assert (row["register"], row["register_number"]) == (register, number)
    assert ("register_number" in row.faults) == (number == "1.1E+06")
    assert row.cell("register_number") == ("D2" if number else "Row 2")


def test_a_warning_about_letters_names_its_cell() -> None:
    content = csv_file(HEADER, cells(recipient="CafÃ©"), cells(recipient="Caf\ufffd"))
    sheet = read_book(content, "bids.csv").sheets[0]
    made = clean(sheet, propose(sheet, 0, MPS_COLUMNS, {}).answers, MPS_COLUMNS)
    assert made.rows[0].marks == ["D2 holds letters that were read in a wrong encoding. It may mean “Café”"]
    assert "D3 holds “\ufffd” in place of letters that were lost" in made.rows[1].marks[0]
    assert not made.rows[0].faults
