"""A text that a spreadsheet would call is refused at the field of the form and at the cell of the sheet."""

import pytest

from bids.intake import checking
from bids.intake.forms import BidForm
from bids.intake.rows import COLUMNS
from grants.formulas import COMPUTED
from grants.models import Round

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("http://evil","x")'
FIELDS = ("title", "recipient", "summary", "illustrative")


@pytest.mark.parametrize("name", FIELDS)
def test_the_form_refuses_it_at_its_field(round: Round, name: str) -> None:
    assert BidForm({name: FORMULA}, round=round).errors[name] == [COMPUTED]
    for harmless in ("@Home", "-ing", "+44 group", "=Equal mothers", "-10% knife crime week"):
        assert name not in BidForm({name: harmless}, round=round).errors


def test_the_sheet_refuses_it_at_its_cell(round: Round) -> None:
    row = dict.fromkeys(COLUMNS, "") | {"title": FORMULA, "recipient": "@SUM(A1)", "row": "2"}
    (checked,) = checking.check(round, [row]).rows
    cells = {(cell, message) for cell, _, message in checked.errors}
    assert ("B2", COMPUTED) in cells
    assert len([message for _, message in cells if message == COMPUTED]) == 2
