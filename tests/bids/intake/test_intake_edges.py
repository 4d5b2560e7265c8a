"""Cells named as the file names them, also after the file was kept."""

import pytest

from bids.intake import checking, uploads
from bids.intake.rows import COLUMNS
from bids.models import Upload
from grants.roles import Role
from tests.factories import NOW, open_round, person


@pytest.mark.django_db
def test_the_preview_of_a_kept_file_names_the_cells_of_the_file() -> None:
    round = open_round()
    row = dict.fromkeys(COLUMNS, "") | {"row": "14", "led_by": "nobody"}
    before = {cell for cell, name, _ in checking.check(round, [row]).rows[0].errors if name == "led_by"}
    by = person(Role.LEAD, round=round)
    upload = uploads.keep_rows(round=round, file_name="bids.csv", rows=[row], by=by, at=NOW)
    kept = Upload.objects.get(pk=upload.pk)
    after = {cell for cell, name, _ in checking.check(round, kept.read()).rows[0].errors if name == "led_by"}
    assert before == {"C14"}
    assert after == {"C14"}


@pytest.mark.django_db
@pytest.mark.parametrize("costs", [";", " ; ;"])
def test_costs_that_name_no_cost_are_refused(costs: str) -> None:
    row = dict.fromkeys(COLUMNS, "") | {"row": "2", "costs": costs, "amount": "1,000"}
    row_errors = checking.check(open_round(), [row]).rows[0].errors
    assert "costs" in {name for _, name, _ in row_errors}
