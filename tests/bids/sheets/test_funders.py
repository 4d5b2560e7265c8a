"""Files of funders with 900 rows come in by mapping alone, and the next file of the same headings maps itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bids.intake import checking
from bids.models import Bid, CostLine, Upload
from grants.models import AuditEvent, Round
from grants.roles import Role
from tests.bids.sheets import funders
from tests.bids.sheets.making import proposed
from tests.factories import open_round, person

pytestmark = pytest.mark.django_db
SHAPES: dict[str, Callable[[int], bytes]] = {
    "lantern.csv": funders.standard_csv,
    "tideway.xlsx": funders.workbook_xlsx,
    "orchard.csv": funders.export_csv,
}
# What a lead gives for all rows, since no funder publishes it.
FOR_ALL = {
    "value_sponsoring_unit": "Central West",
    "value_beneficiaries": "As the funder describes",
    "value_boroughs": "All 32 boroughs",
    "value_themes": ["violence"],
    "value_priorities": ["children"],
    "value_outputs": "Not in the funder’s file",
    "value_outcomes": "Not in the funder’s file",
    "value_evaluation_plan": "Not in the funder’s file",
    "value_track_record": "Not in the funder’s file",
    "value_employs_staff": "no",
    "value_personal_data": "no",
    "value_future_cost": "no",
}


@pytest.fixture
def round() -> Round:
    # Its pages are asked today, whenever that is.
    return open_round(closes_on=max(date(2026, 12, 31), timezone.localdate()))


def client_of(round: Round) -> Client:
    client = Client()
    client.force_login(person(Role.LEAD, round=round))
    return client


def send(client: Client, round: Round, name: str, content: bytes) -> tuple[Upload, str]:
    response = client.post(
        reverse("bids:import_bids", args=[round.reference]), {"file": SimpleUploadedFile(name, content)}
    )
    assert response.status_code == 302, response.context["form"].errors
    return Upload.objects.latest("pk"), response["Location"]


def settled(client: Client, upload: Upload, **changes: Any) -> Upload:
    """Leave the columns as they are proposed, and give for all rows what is missing."""
    address = reverse("bids:map_columns", args=[upload.reference])
    form = client.get(address).context["form"]
    response = client.post(address, {**proposed(form), **FOR_ALL, **changes})
    assert response.status_code == 302, response.context["form"].errors
    return Upload.objects.get(pk=upload.pk)


@pytest.mark.parametrize("name", SHAPES)
def test_a_file_of_900_rows_comes_in_by_mapping_alone(round: Round, name: str) -> None:
    client = client_of(round)
    upload, address = send(client, round, name, SHAPES[name](900))
    assert address != reverse("bids:import_preview", args=[upload.reference])
    upload = settled(client, upload)
    preview = checking.check(round, upload.read())
    assert [row.errors for row in preview.wrong][:3] == []
    assert len(preview.new) == 900
    address = reverse("bids:import_preview", args=[upload.reference])
    assert client.post(address, {"csrfmiddlewaretoken": "token"}).status_code == 302
    stored = Bid.objects.filter(round=round)
    assert stored.count() == 900
    assert {bid.source_reference: bid.amount for bid in stored} == {row.reference: row.amount for row in preview.rows}
    assert CostLine.objects.filter(bid__in=stored).count() == 900
    # Every bid has the organisation that its file names, under the number that it gives.
    assert not stored.filter(recipient=None).exists()
    assert set(stored.values_list("recipient_as_written", flat=True)) == {row.bidder for row in preview.rows}
    numbered = stored.exclude(number_as_written="")
    assert numbered.filter(recipient__numbers__number=F("number_as_written")).count() == numbered.count() > 500
    assert AuditEvent.objects.filter(round=round, action="take in bid").count() == 900


EXPECTED = {
    "lantern.csv": ("360G-LanternFund-000001", "1000001", "charity", "2027-04-02", "2027-10-19"),
    "tideway.xlsx": ("TF-00002", "0200001", "charity", "2027-04-02", "2027-11-01"),
    "orchard.csv": ("360G-OrchardTrust-A00001", "1100001", "charity", "2027-05-02", "2027-10-29"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_row_of_a_funder_is_read_as_it_is_shown(round: Round, name: str) -> None:
    client = client_of(round)
    upload = settled(client, send(client, round, name, SHAPES[name](10))[0])
    row = upload.read()[1]
    values = [row[field] for field in ("your_reference", "register_number", "register", "starts_on", "ends_on")]
    assert tuple(values) == EXPECTED[name]
    assert row["costs"] == f"Whole amount: {row['amount']}"
    client.post(reverse("bids:import_preview", args=[upload.reference]), {"csrfmiddlewaretoken": "token"})
    assert Bid.objects.filter(round=round).count() == 10
    bid = Bid.objects.get(round=round, source_reference=row["your_reference"])
    assert [cost.label for cost in bid.costs.all()] == ["Whole amount"]
    assert bid.costs.get().amount == bid.amount


def test_the_workbook_of_a_funder_is_read_without_its_total_and_its_boxes(round: Round) -> None:
    client = client_of(round)
    upload, address = send(client, round, "tideway.xlsx", funders.workbook_xlsx(20))
    assert address == reverse("bids:choose_sheet", args=[upload.reference])
    assert client.get(address).context["form"]["sheet"].value() == "1"
    upload = settled(client, upload)
    assert upload.answers is not None and upload.answers["header"] == 3
    assert [row[1] for row in upload.left_out] == ["Looks like a total"]
    assert "71 rows below the headings: 20 as bids, 1 left out, 50 skipped" in upload.notes
    assert all(re.fullmatch(r"\d+\.30?", row["amount"]) for row in upload.read())


def test_the_next_file_of_the_same_headings_maps_itself(round: Round) -> None:
    client = client_of(round)
    settled(client, send(client, round, "lantern.csv", funders.standard_csv(3))[0])
    upload, address = send(client, round, "next.csv", funders.standard_csv(5))
    assert address == reverse("bids:import_preview", args=[upload.reference])
    assert len(upload.read()) == 5
    assert "Themes: “violence”, given for every row" in upload.notes


def test_another_round_of_the_body_knows_the_columns_and_asks_for_the_rest(round: Round) -> None:
    first, second = client_of(round), open_round()
    unusual = b"Ref,Who,What,How much,From,Until\nA-1,Elm Row,Boxing,1200,2027-04-01,2027-05-01\n"
    upload, _ = send(first, round, "one.csv", unusual)
    columns = {"column_recipient": "1", "column_title": "2", "column_amount": "3", "column_ends_on": "5"}
    settled(
        first, upload, **columns, column_starts_on="4", value_summary="Same", value_led_by="external", value_costs="All"
    )
    client = client_of(second)
    upload, address = send(client, second, "two.csv", unusual)
    assert address == reverse("bids:map_columns", args=[upload.reference])
    form = client.get(address).context["form"]
    assert form["column_recipient"].value() == "1" and form["column_starts_on"].value() == "4"
    assert form["value_summary"].value() == "" and form["value_themes"].value() == []


def test_what_is_missing_is_named_at_its_field_and_what_was_typed_is_kept(round: Round) -> None:
    client = client_of(round)
    upload, address = send(client, round, "lantern.csv", funders.standard_csv(3))
    response = client.post(address, {"column_title": "1", "value_summary": "Kept words", "value_ends_on": "soon"})
    form = response.context["form"]
    assert form.errors["column_amount"] == ["Amount asked for: choose its column"]
    assert form.errors["column_outputs"] == ["Outputs: choose its column or give a value for every row"]
    assert form.errors["value_ends_on"] == ["“soon” is no date. Enter one like 1 April 2027"]
    assert 'value="Kept words"' in response.content.decode()
    upload.refresh_from_db()
    assert upload.answers is None
    assert client.get(reverse("bids:import_preview", args=[upload.reference]))["Location"] == address


def test_an_amount_in_another_currency_is_refused_at_its_cell(round: Round) -> None:
    client = client_of(round)
    content = funders.standard_csv(2).replace(b"GBP", b"EUR", 1)
    upload = settled(client, send(client, round, "lantern.csv", content)[0])
    errors = [error for row in checking.check(round, upload.read()).rows for error in row.errors]
    assert errors == [("E2", "amount", "The amount is in EUR. Enter it in pounds")]


def test_a_file_with_more_bids_than_one_may_have_is_refused_and_nothing_changes(round: Round) -> None:
    client = client_of(round)
    upload, address = send(client, round, "lantern.csv", funders.standard_csv(1001))
    form = client.get(address).context["form"]
    response = client.post(address, {**proposed(form), **FOR_ALL})
    assert response.context["form"].non_field_errors() == [
        "The file has more than 1,000 rows. Split it into smaller files"
    ]
    upload.refresh_from_db()
    assert upload.answers is None
