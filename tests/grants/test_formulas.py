"""What a spreadsheet would call is refused; what only looks like the start of a formula is not."""

import pytest
from django.core.exceptions import ValidationError

from grants import formulas

CALLING = (
    '=HYPERLINK("http://evil","Rides")',
    "=hyperlink (A1)",
    "＝SUM（A1）",
    "+SUM(1)",
    "-SUM(1)",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "=cmd|'/C calc'!A0",
    "+cmd|' /C calc'!A0",
    "='\\\\server\\share\\[book.xlsx]Sheet1'!A1",
    "=[book.xlsx]Sheet1!A1",
    "='http://evil/[book.xlsx]Sheet1'!A1",
    "\t=WEBSERVICE(A1)",
    " =LOG10(2)",
    '\ufeff=IMPORTXML ("http://evil")',
)
HARMLESS = (
    "@Home",
    "@Home: safe flats",
    "-ing",
    "+44 group",
    "+44 (0)20 7946 0000 helpline",
    "+44(0)20 7946 0000",
    "-10% knife crime week",
    "+Plus estate league",
    "+Plus estate league (East)",
    "=Equal mothers",
    "=Equal mothers (north and south)",
    "-Stop! Look (twice)",
    "Green (and clean)",
    "Call f(x)",
    " leading space",
    "Ratio a|b!",
    "",
)


@pytest.mark.parametrize("text", CALLING)
def test_what_a_spreadsheet_would_call_is_a_formula(text: str) -> None:
    assert formulas.is_formula(text)
    with pytest.raises(ValidationError, match="A spreadsheet would compute this as a formula"):
        formulas.no_formula(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_a_name_that_begins_with_a_sign_is_none(text: str) -> None:
    assert not formulas.is_formula(text)
    formulas.no_formula(text)
