"""The encoding of a text file: detected, chosen by hand on the page of the columns, and remembered."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bids.models import Bid, ColumnMapping, Upload
from bids.sheets.book import UnreadableSheet
from bids.sheets.encodings import choices, decode
from grants.models import Round
from tests.bids.sheets.making import HEADER, cells, csv_file, proposed
from tests.bids.sheets.test_funders import client_of, send
from tests.bids.sheets.test_inputs import SENT, round, text_of

__all__ = ["round"]
POLISH = "Żółta Łódź"


def polish(*rows: str, header: list[str] = HEADER) -> bytes:
    """A file in the encoding of Central Europe, with a bid for each reference."""
    return csv_file(header, *(cells(your_reference=row, recipient=POLISH) for row in rows), encoding="cp1250")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_utf_16_is_seen_whatever_script_most_of_its_letters_are_of(encoding: str) -> None:
    text = "reference,name\r\n1," + "বাংলা দল " * 900 + "\r\n"
    assert decode(text.encode(encoding)) == (text, "utf-16")


def test_a_few_broken_letters_leave_a_file_in_utf_8() -> None:
    content = "ref,name\r\n1,Café Zoë’s".encode() + b" \xc3\r\n"
    assert decode(content) == ("ref,name\r\n1,Café Zoë’s \ufffd\r\n", "utf-8")


def test_the_sign_by_which_dos_ended_a_file_is_no_row() -> None:
    assert decode(b"ref\r\n1\r\n\x1a")[0] == "ref\r\n1\r\n"


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 and more",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old",
        b"%PDF-1.7",
        b"a,b\n\x00",
        b"a\x01b",
        b"\x00\x01\x02\x03" * 9,
    ],
    ids=["a workbook", "an old workbook", "a PDF", "a nought", "a control character", "binary data"],
)
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableSheet, match="not a CSV file"):
        decode(content)


def test_each_way_to_read_the_letters_is_offered_once_with_samples() -> None:
    content = "ref,name,cost\r\n1,Café Zoë,£5\r\n2,Café Noé,£6\r\n".encode("cp1252")
    offered = choices(content, "cp1252")
    assert offered[0] == ("cp1252", ["Café Zoë", "£5"])
    assert ("cp1251", ["Cafй Zoл", "Ј5"]) in offered
    shown = [tuple(samples) for _, samples in offered]
    assert len(set(shown)) == len(shown) > 3
    assert "utf-8" not in dict(offered) and "utf-16" not in dict(offered)
    latin_2 = dict(choices("ref,Źródło ąść".encode("iso8859_2"), "cp1252"))
    assert latin_2["iso8859_2"] == ["Źródło ąść"] != latin_2["cp1250"]
    assert "iso8859_2" not in dict(choices("ref,Śródmieście".encode("cp1250"), "cp1252"))


def test_there_is_nothing_to_choose_for_plain_letters_utf_16_and_workbooks() -> None:
    assert choices(b"ref,name\r\n1,Crew\r\n", "utf-8") == []
    assert choices("ref,Café".encode("utf-16"), "utf-16") == []
    assert choices(b"PK\x03\x04\xff", "") == []


def read_by_hand(client: Client, upload: Upload, encoding: str) -> Any:
    """Choose an encoding on the page of the columns and leave the rest as it is proposed."""
    address = reverse("bids:map_columns", args=[upload.reference])
    return client.post(address, {**proposed(client.get(address).context["form"]), "encoding": encoding})


@pytest.mark.django_db
def test_the_encoding_is_chosen_by_hand_and_the_preview_shows_it(round: Round) -> None:
    client = client_of(round)
    upload, preview = send(client, round, "bids.csv", polish("B-1"))
    assert POLISH not in text_of(client.get(preview))
    page = text_of(client.get(reverse("bids:map_columns", args=[upload.reference])))
    assert f"Windows-1250, Central European: {POLISH}" in page
    response = read_by_hand(client, upload, "cp1250")
    assert response["Location"] == preview
    page = text_of(client.get(preview))
    assert (
        f"The file was read as Windows-1250, Central European. Check its letters and signs, such as “{POLISH}”" in page
    )
    assert client.post(preview, SENT).status_code == 302
    assert Bid.objects.get(round=round).recipient_as_written == POLISH


@pytest.mark.django_db
@pytest.mark.parametrize("headings", [HEADER, ["Życzenie" if name == "summary" else name for name in HEADER]])
def test_the_next_file_of_the_same_headings_is_read_in_the_chosen_encoding(round: Round, headings: list[str]) -> None:
    client = client_of(round)
    upload, _ = send(client, round, "one.csv", polish("B-1", header=headings))
    address = reverse("bids:map_columns", args=[upload.reference])
    form = proposed(client.get(address).context["form"])
    changes = {"encoding": "cp1250", "column_summary": str(HEADER.index("summary"))}
    assert client.post(address, {**form, **changes}).status_code == 302
    assert ColumnMapping.objects.get(round=round).encoding == "cp1250"
    upload, preview = send(client, round, "two.csv", polish("B-2", header=headings))
    assert preview == reverse("bids:import_preview", args=[upload.reference])
    assert [row["recipient"] for row in upload.read()] == [POLISH]
    # A file that says itself how it is written is not read otherwise.
    upload, _ = send(client, round, "three.csv", csv_file(headings, cells(recipient=POLISH)))
    assert [row["recipient"] for row in upload.read()] == [POLISH]


@pytest.mark.django_db
def test_an_encoding_that_is_left_as_detected_is_not_remembered(round: Round) -> None:
    client = client_of(round)
    upload, _ = send(client, round, "bids.csv", csv_file(HEADER, cells(recipient="Café"), encoding="cp1252"))
    assert read_by_hand(client, upload, "cp1252").status_code == 302
    assert ColumnMapping.objects.get(round=round).encoding == ""


@pytest.mark.django_db
def test_an_encoding_that_was_not_offered_is_refused_and_nothing_changes(round: Round) -> None:
    client = client_of(round)
    upload, _ = send(client, round, "bids.csv", polish("B-1"))
    response = read_by_hand(client, upload, "utf-16")
    assert "encoding" in response.context["form"].errors
    assert not ColumnMapping.objects.filter(round=round).exists()


@pytest.mark.django_db
def test_the_file_is_kept_only_where_its_letters_can_be_read_in_several_ways(round: Round) -> None:
    client = client_of(round)
    assert send(client, round, "bids.csv", csv_file(HEADER, cells()))[0].content is None
    kept = send(client, round, "more.csv", polish("B-1"))[0].content
    assert kept is not None and bytes(kept) == polish("B-1")
