"""What a cell means for its column: labels and codes, days, amounts, numbers that name something."""

from datetime import date

import pytest

from bids.sheets import values
from tests.bids.sheets.making import MPS_COLUMNS


def read(name: str, text: str, *marks: str) -> tuple[str, str]:
    return values.read(MPS_COLUMNS.by_field[name], text, marks)


@pytest.mark.parametrize(
    ("name", "text", "meaning"),
    [
        ("themes", "violence", "violence"),
        ("themes", " Violence ;ENGAGEMENT", "violence; engagement"),
        ("themes", "reducing  and preventing violence by diversion and early INTERVENTION", "violence"),
        ("themes", "Community engagement, confidence and crime prevention", "engagement"),
        ("themes", "Community engagement, confidence and crime prevention; business", "engagement; business"),
        ("themes", "violence, business", "violence; business"),
        ("themes", "violence\nbusiness", "violence; business"),
        ("themes", "violence; violence", "violence"),
        ("priorities", "Violence against women & girls", "vawg"),
        ("objectives", "", ""),
        ("boroughs", "hackney;  WESTMINSTER", "E09000012; E09000033"),
        ("boroughs", "Camden, Tower Hamlets", "E09000007; E09000030"),
        ("boroughs", "E09000012", "E09000012"),
        ("boroughs", "Barking & Dagenham", "E09000002"),
        ("led_by", "An organisation outside the force", "external"),
        ("led_by", "INTERNAL", "internal"),
        ("register", "Company number", "company"),
        ("register", "Local  Authority", "local authority"),
        ("employs_staff", "TRUE", "yes"),
        ("employs_staff", "N", "no"),
        ("sponsoring_unit", "central  west", "Central West"),
        ("sponsoring_unit", "A unit of its own", "A unit of its own"),
        ("amount", "49200.00000000001", "49200.00"),
        ("amount", "£49,199.99999999999", "£49200.00"),
        ("amount", "1200.505", "1200.505"),
        ("costs", "Tools: 1000.0000000000002; Seeds: 200.5", "Tools: 1000.00; Seeds: 200.5"),
        ("register_number", "00234567", "00234567"),
        ("register_number", "1098765.0", "1098765"),
        ("register_number", " SC 012345 ", "SC 012345"),
        ("title", "One\ntwo", "One two"),
        ("summary", "One\ntwo", "One\ntwo"),
        ("starts_on", "1 April 2027", "2027-04-01"),
        ("themes", "ＶＩＯＬＥＮＣＥ", "violence"),
        ("themes", "\u200bviolence\u00a0", "violence"),
        ("employs_staff", "1.0", "yes"),
        ("employs_staff", "WAHR", "yes"),
        ("employs_staff", "Faux", "no"),
        ("employs_staff", "ＴＲＵＥ", "yes"),
        ("amount", "49\u00a0200", "49200"),
        ("amount", "£49 200.50", "£49200.50"),
        ("amount", "1\u202f049\u202f200", "1049200"),
        ("amount", "49 20", "49 20"),
        ("amount", "49.200", "49.200"),
        ("amount", "1200.0000", "1200.00"),
        ("costs", "Phase 1 200: 1 000; Seeds:\u00a0200.50", "Phase 1 200: 1000; Seeds:\u00a0200.50"),
        ("register_number", "1089464.00", "1089464"),
    ],
)
def test_a_cell_is_read_by_label_or_code(name: str, text: str, meaning: str) -> None:
    assert read(name, text) == (meaning, "")


def test_everywhere_stands_for_each_borough() -> None:
    codes, refusal = read("boroughs", "all  32 BOROUGHS")
    assert (len(codes.split("; ")), refusal) == (32, "")


@pytest.mark.parametrize(
    ("name", "text", "refusal"),
    [
        ("themes", "gardening", "“gardening” is not one of the values of “Themes”. Allowed: violence (Reducing and"),
        ("themes", "violence; gardening", "“gardening” is not one of"),
        ("led_by", "nobody", "Allowed: external (An organisation outside the force), internal (A unit of the force)"),
        ("register", "golf club", "Allowed: charity (Charity number), scottish charity (Scottish charity number)"),
        ("boroughs", "Narnia", "“Narnia” is not one of the 32 boroughs of the Metropolitan Police District. Allowed: "),
        ("boroughs", "Narnia", "Barking and Dagenham, Barnet,"),
        ("boroughs", "Narnia", "Westminster, or All 32 boroughs"),
        ("boroughs", "City of London", "The City of London is outside the Metropolitan Police District"),
        ("personal_data", "perhaps", "“perhaps” is neither yes nor no"),
        ("register_number", "1.23E+07", "“1.23E+07” is a number that the spreadsheet cut short"),
        ("register_number", "1,23457E+11", "cut short"),
        ("your_reference", "1E+05", "cut short"),
        ("employs_staff", "vielleicht", "“vielleicht” is neither yes nor no"),
        ("starts_on", "when it is warm", "“when it is warm” is no date. Enter one like 1 April 2027"),
        ("starts_on", "46478", "“46478” is a number, which may stand for 1 April 2027. Format the column as dates"),
        ("starts_on", "46478.5", "may stand for 1 April 2027"),
        (
            "starts_on",
            "12/31/2027",
            "“12/31/2027” is no date with the day first. Say how dates are written on the page",
        ),
        ("starts_on", "31/02/2027", "“31/02/2027” is no date. Enter one"),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is(name: str, text: str, refusal: str) -> None:
    assert refusal in read(name, text)[1]


@pytest.mark.parametrize(
    ("name", "mark", "refusal"),
    [
        ("title", "error", "is an error in the spreadsheet"),
        ("amount", "percent", "is a percentage. Enter an amount in pounds"),
        ("starts_on", "percent", "is a percentage. Enter a date"),
        ("title", "uncomputed", "holds a formula without a value"),
        ("amount", "merged", "stands in a cell that spans several rows. Enter what each of them asks for"),
        ("costs", "merged", "stands in a cell that spans several rows"),
    ],
)
def test_a_marked_cell_is_refused(name: str, mark: str, refusal: str) -> None:
    assert refusal in read(name, "50%", mark)[1]


def test_a_percentage_in_prose_and_the_value_of_a_formula_are_taken() -> None:
    assert read("summary", "50%", "percent") == ("50%", "")
    assert read("title", "Crew", "formula") == ("Crew", "")


@pytest.mark.parametrize(
    "text",
    [
        *("2027-04-01", "2027/04/01", "2027-04-01T00:00:00+00:00", "2027-04-01 00:00:00", "01/04/2027", "1/4/2027"),
        *("01.04.2027", "1-4-2027", "1/4/27", "1 April 2027", "01 april 2027", "1st April 2027", "1 Apr 2027"),
        *("1-Apr-27", "1-Apr-2027", "01-APR-27", "Thursday 1 April 2027", "Thursday, 1st of April, 2027"),
        *("April 1, 2027", "Apr 1 2027", "1 April, 2027", "01/04/2027 00:00", "1Apr2027"),
        *(
            "Thu 1 Apr 2027",
            "Thurs, 1 April 2027",
            "Thursday, April 1, 2027",
            "2027 April 1",
            "2027-Apr-01",
            "20270401",
        ),
        *("１ April ２０２７", "1\u00a0April\u00a02027"),
    ],
)
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    assert values.read_day(text) == date(2027, 4, 1)


@pytest.mark.parametrize(
    "text",
    [
        *("", "10", "2027", "April 2027", "next Monday", "31/02/2027", "13/13/2027", "46478", "1 Smarch 2027"),
        *("2027-13-01", "1/4", "01/04/2027 and later", "0 April 2027", "Apr-27", "20271301", "19270401"),
        *("about 1 April 2027", "1 avril 2027", "2027年4月1日"),
    ],
)
def test_what_names_no_day_is_none(text: str) -> None:
    assert values.read_day(text) is None


def test_a_year_of_four_figures_is_taken_as_it_stands() -> None:
    assert values.read_day("0001-04-01") == date(1, 4, 1)
    assert values.read_day("1/4/27") == date(2027, 4, 1)


def test_days_in_figures_can_be_read_with_the_month_first() -> None:
    assert values.read_day("04/01/2027") == date(2027, 1, 4)
    assert values.read_day("04/01/2027", month_first=True) == date(2027, 4, 1)
    assert values.read_day("2027-04-01", month_first=True) == date(2027, 4, 1)
    assert values.read_day("1 April 2027", month_first=True) == date(2027, 4, 1)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2027-04-01", "6", "2027-09-30"),
        ("2027-04-01", "12.0", "2028-03-31"),
        ("2027-08-31", "6", "2028-02-28"),
        ("2027-12-01", "1", "2027-12-31"),
        ("2027-04-01", "0", ""),
        ("2027-04-01", "six", ""),
        ("soon", "6", ""),
        ("9999-12-01", "12", ""),
    ],
)
def test_months_give_the_last_day(start: str, months: str, end: str) -> None:
    assert values.day_after_months(start, months) == end
