"""Damaged files, and cells named as the file names them."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from bids.intake import checking, intake
from bids.intake.sheets import COLUMNS, UnreadableSheet, read
from bids.models import Upload
from grants.roles import Role
from tests.bodies import MPS
from tests.factories import NOW, open_round, person


@pytest.mark.django_db
def test_the_preview_of_a_kept_file_names_the_cells_of_the_file() -> None:
    round = open_round()
    row = dict.fromkeys(COLUMNS, "") | {"row": "14", "led_by": "nobody"}
    before = {cell for cell, name, _ in checking.check(round, [row]).rows[0].errors if name == "led_by"}
    by = person(Role.LEAD, round=round)
    upload = intake.keep_upload(round=round, file_name="bids.csv", rows=[row], by=by, at=NOW)
    kept = Upload.objects.get(pk=upload.pk)
    after = {cell for cell, name, _ in checking.check(round, kept.read()).rows[0].errors if name == "led_by"}
    assert before == {"C14"}
    assert after == {"C14"}


def workbook() -> bytes:
    book, out = Workbook(), io.BytesIO()
    book.worksheets[0].append(list(COLUMNS))
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("broken", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_a_damaged_workbook_is_refused_with_an_explanation(broken: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<worksheet><sheetData><row" if name == broken else old.read(name))
    out.seek(0)
    with pytest.raises(UnreadableSheet):
        read(out, "bids.xlsx", MPS)


def test_an_encrypted_workbook_is_refused_with_an_explanation() -> None:
    content = bytearray(workbook())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(mark, at + 4)
    with pytest.raises(UnreadableSheet):
        read(io.BytesIO(bytes(content)), "bids.xlsx", MPS)


@pytest.mark.django_db
@pytest.mark.parametrize("costs", [";", " ; ;"])
def test_costs_that_name_no_cost_are_refused(costs: str) -> None:
    row = dict.fromkeys(COLUMNS, "") | {"row": "2", "costs": costs, "amount": "1,000"}
    row_errors = checking.check(open_round(), [row]).rows[0].errors
    assert "costs" in {name for _, name, _ in row_errors}
