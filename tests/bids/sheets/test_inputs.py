"""Files that once failed, uploaded as a lead does: what comes in, what is asked, and what the preview says."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bids.intake import checking, uploads
from bids.models import Bid, Upload
from grants.models import Round, User
from grants.roles import Role
from tests.bids.sheets.making import INPUTS, proposed
from tests.factories import NOW, open_round, person

pytestmark = pytest.mark.django_db
# A browser sends its token with an empty form.
SENT = {"csrfmiddlewaretoken": "token"}


@pytest.fixture
def round() -> Round:
    # Its pages are asked today, whenever that is.
    return open_round(closes_on=max(date(2026, 12, 31), timezone.localdate()))


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


@pytest.fixture
def client(lead: User) -> Client:
    client = Client()
    client.force_login(lead)
    return client


def upload_of(client: Client, round: Round, name: str) -> tuple[Upload, str]:
    """Upload one of the files; return what was kept and the address that the lead comes to."""
    file = SimpleUploadedFile(name, (INPUTS / name).read_bytes())
    response = client.post(reverse("bids:import_bids", args=[round.reference]), {"file": file})
    assert response.status_code == 302, text_of(response)
    return Upload.objects.latest("pk"), response["Location"]


def text_of(response: Any) -> str:
    """What a page says, without its markup."""
    body = re.sub(r"<(script|style).*?</\1>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def preview(client: Client, round: Round, name: str) -> str:
    """The preview of a file about which nothing is asked."""
    upload, address = upload_of(client, round, name)
    assert address == reverse("bids:import_preview", args=[upload.reference])
    return text_of(client.get(address))


def errors(round: Round, upload: Upload) -> dict[str, str]:
    """Each error of an upload by its cell."""
    return {cell: message for row in checking.check(round, upload.read()).rows for cell, _, message in row.errors}


def taken_in(client: Client, round: Round, name: str) -> list[Bid]:
    """The bids of a file about which nothing is asked."""
    upload, address = upload_of(client, round, name)
    assert errors(round, upload) == {}
    response = client.post(address, SENT)
    assert response.status_code == 302, text_of(response)
    return list(Bid.objects.filter(round=round).order_by("source_reference"))


def test_noughts_that_a_number_format_shows_are_read(client: Client, round: Round) -> None:
    (bid,) = taken_in(client, round, "c05-zero-by-number-format.xlsx")
    assert bid.recipient is not None
    assert (bid.source_reference, bid.recipient.number) == ("007", "01234567")


def test_a_register_number_that_was_cut_short_is_refused_at_its_cell(client: Client, round: Round) -> None:
    upload, _ = upload_of(client, round, "c05b-scientific-number.csv")
    by_cell = errors(round, upload)
    assert set(by_cell) == {"F2"}
    assert "“1.23457E+11” is a number that the spreadsheet cut short" in by_cell["F2"]


def test_error_cells_are_refused_at_their_cells(client: Client, round: Round) -> None:
    upload, _ = upload_of(client, round, "c06-error-cells.xlsx")
    by_cell = errors(round, upload)
    assert set(by_cell) == {"B2", "D2", "L2", "V2"}
    assert by_cell["D2"] == "“#N/A” is an error in the spreadsheet. Correct it in the file"


def test_an_escaped_break_is_a_line_break(client: Client, round: Round) -> None:
    (bid,) = taken_in(client, round, "c12-x000d.xlsx")
    assert bid.summary == "First line.\nSecond line."


def test_costs_on_lines_of_their_own_are_read(client: Client, round: Round) -> None:
    (bid,) = taken_in(client, round, "c12b-x000d-in-costs.xlsx")
    assert [(cost.label, str(cost.amount)) for cost in bid.costs.all()] == [
        ("Youth workers", "40000.00"),
        ("Room hire", "9200.00"),
    ]


def test_a_hidden_row_is_marked_and_stays_out_unless_it_is_ticked(client: Client, round: Round) -> None:
    upload, address = upload_of(client, round, "c13-hidden-row.xlsx")
    page = text_of(client.get(address))
    assert "1 row left out" in page and "3 Hidden row D-2" in page
    assert [row["your_reference"] for row in upload.read()] == ["D-1", "D-3"]
    rows = reverse("bids:choose_rows", args=[upload.reference])
    assert "Row 3, hidden row: D-2 · Project 2" in text_of(client.get(rows))
    assert client.post(rows, {"rows": ["3"]})["Location"] == address
    assert "Hidden row New" in text_of(client.get(address))
    assert 'value="3" checked' in client.get(rows).content.decode()
    client.post(address, SENT)
    assert set(Bid.objects.filter(round=round).values_list("source_reference", flat=True)) == {"D-1", "D-2", "D-3"}
    client.post(rows, SENT)
    upload.refresh_from_db()
    assert [row["your_reference"] for row in upload.read()] == ["D-1", "D-3"]


def test_a_workbook_with_two_sheets_of_bids_asks_which(client: Client, round: Round) -> None:
    upload, address = upload_of(client, round, "c14-second-sheet.xlsx")
    assert address == reverse("bids:choose_sheet", args=[upload.reference])
    page = text_of(client.get(address))
    assert "Bids: 4 rows" in page and "More bids: 2 rows" in page
    columns = client.post(address, {"sheet": "1"})["Location"]
    assert columns.startswith(reverse("bids:map_columns", args=[upload.reference]))
    form = client.get(columns).context["form"]
    response = client.post(columns, {**SENT, **proposed(form)})
    assert response.status_code == 302, response.context["form"].errors
    assert response["Location"] == reverse("bids:import_preview", args=[upload.reference])
    upload.refresh_from_db()
    assert len(upload.read()) == 1
    assert "The sheet “Bids” is not read: 4 rows" in upload.notes


def test_days_are_shown_in_words(client: Client, round: Round) -> None:
    page = preview(client, round, "c15-us-dates.csv")
    assert "4 January 2027" in page and "9 December 2027" in page


def test_the_booleans_of_libreoffice_are_read(client: Client, round: Round) -> None:
    upload, address = upload_of(client, round, "c16-libreoffice-booleans.xlsx")
    assert "X2: value of a formula" in text_of(client.get(address))
    assert errors(round, upload) == {}
    client.post(address, SENT)
    bid = Bid.objects.get(round=round)
    assert (bid.employs_staff, bid.london_living_wage, bid.personal_data, bid.future_cost) == (True, True, False, False)


def test_invisible_and_reversing_characters_are_refused(client: Client, round: Round) -> None:
    upload, _ = upload_of(client, round, "c17-zero-width-title-bidi.xlsx")
    by_cell = errors(round, upload)
    assert set(by_cell) == {"B2", "B3"}
    assert "changes the direction of the text after “Safe 🚲 rides” (U+202E" in by_cell["B2"]
    assert "an invisible character at the start (U+200B" in by_cell["B3"]


def test_rows_of_empty_boxes_are_skipped_with_a_note(client: Client, round: Round) -> None:
    upload, address = upload_of(client, round, "c18-google-checkboxes.xlsx")
    assert [row["row"] for row in upload.read()] == ["2", "3"]
    note = "Skipped rows 4 to 203: nothing but FALSE, zeros or empty formulas"
    assert note in text_of(client.get(address))


def test_semicolons_are_read(client: Client, round: Round) -> None:
    (bid,) = taken_in(client, round, "c19-semicolon.csv")
    assert bid.recipient is not None
    assert (bid.recipient.name, str(bid.amount)) == ("Café Zoë’s Ltd", "49200.00")


def test_a_total_is_skipped_with_a_note(client: Client, round: Round) -> None:
    upload, address = upload_of(client, round, "c20-total-row.xlsx")
    assert "4 Looks like a total Total · 98400" in text_of(client.get(address))
    assert errors(round, upload) == {}
    assert [row["row"] for row in upload.read()] == ["2", "3"]


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("c21-first-sheet-is-a-readme.xlsx", "The sheet “Read me” is not read: 1 row"),
        ("c21b-first-sheet-hidden.xlsx", "The hidden sheet “Lists” is not read: 1 row"),
    ],
)
def test_the_sheet_of_bids_is_read_wherever_it_is(client: Client, round: Round, name: str, note: str) -> None:
    page = preview(client, round, name)
    assert "sheet “Bids”" in page and note in page
    assert "3 new bids" in page


def test_letters_read_in_a_wrong_encoding_are_warned_about(client: Client, round: Round) -> None:
    page = preview(client, round, "c22-mojibake.csv")
    assert "D2 holds letters that were read in a wrong encoding. It may mean “Café Zoë’s”" in page
    assert "1 new bid" in page


def test_windows_1252_is_read_and_shown(client: Client, round: Round) -> None:
    page = preview(client, round, "c23-windows-1252.csv")
    assert "read as Windows-1252. Check its letters and signs, such as “Café Zoë’s Ltd” (D2)" in page


def test_what_a_float_leaves_is_rounded(client: Client, round: Round) -> None:
    (bid,) = taken_in(client, round, "c24-float-artefact.xlsx")
    assert str(bid.amount) == "49200.00"


def test_days_in_words_are_read(client: Client, round: Round) -> None:
    (bid,) = taken_in(client, round, "c25-date-in-words.csv")
    assert (bid.starts_on.isoformat(), bid.ends_on.isoformat()) == ("2027-04-01", "2027-09-30")


def test_a_styled_cell_in_the_last_row_changes_nothing(client: Client, round: Round) -> None:
    assert len(taken_in(client, round, "c28-one-styled-cell-in-last-row.xlsx")) == 3


def test_a_percentage_is_refused_at_its_cell(client: Client, round: Round) -> None:
    upload, _ = upload_of(client, round, "c29-percent-cell.xlsx")
    assert errors(round, upload)["J2"] == "“50%” is a percentage. Enter an amount in pounds"


def title_of(response: Any) -> str:
    """What the browser calls a page."""
    return " ".join(re.findall(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)[0].split())


def test_a_page_of_errors_says_so_in_its_title(client: Client, round: Round) -> None:
    upload, preview = upload_of(client, round, "c06-error-cells.xlsx")
    assert title_of(client.get(preview)).startswith("Error: Check the bids")
    # Sent all the same, it says so once.
    assert title_of(client.post(preview, SENT)).startswith("Error: Check the bids")
    columns = reverse("bids:map_columns", args=[upload.reference])
    assert title_of(client.get(columns)).startswith("Choose the columns")
    assert title_of(client.post(columns, SENT)).startswith("Error: Choose the columns")
    address = reverse("bids:import_bids", args=[round.reference])
    for name, content in (("bids.pdf", b"%PDF"), ("bids.xlsx", b"no workbook"), ("bids.csv", b'a,b\n"x" y,1')):
        assert title_of(client.post(address, {"file": SimpleUploadedFile(name, content)})).startswith("Error: Import")
    _, preview = upload_of(client, round, "c24-float-artefact.xlsx")
    assert title_of(client.get(preview)).startswith("Check the bids")


def test_a_word_that_does_not_end_is_read_whole(client: Client, round: Round) -> None:
    (bid,) = taken_in(client, round, "c26-long-unbroken.xlsx")
    assert max(len(word) for word in bid.title.split()) > 100
    assert bid.title in text_of(client.get(reverse("bids:bid", args=[bid.reference])))


def test_an_upload_is_its_owners_alone(client: Client, round: Round) -> None:
    upload, _ = upload_of(client, round, "c14-second-sheet.xlsx")
    other = Client()
    other.force_login(person(Role.LEAD, round=round))
    for page in ("choose_sheet", "map_columns", "choose_rows", "import_preview"):
        assert other.get(reverse(f"bids:{page}", args=[upload.reference])).status_code == 404


def test_an_upload_without_a_file_has_only_its_preview(client: Client, round: Round, lead: User) -> None:
    upload = uploads.keep_rows(round=round, file_name="old.csv", rows=[], by=lead, at=NOW)
    assert client.get(reverse("bids:import_preview", args=[upload.reference])).status_code == 200
    assert client.get(reverse("bids:map_columns", args=[upload.reference])).status_code == 404
