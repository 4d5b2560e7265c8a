"""The export of a list of bids: what each row says of its recipient."""

import io

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from grants.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_row_has_the_reference_register_and_number_of_its_bid() -> None:
    round = factories.open_round()
    charity = factories.OrganisationFactory(name="Lamps", register="charity", number="SC012345")
    factories.bid(round, title="One", recipient=charity, source_reference="1")
    factories.bid(round, title="Two", source_reference="2")
    factories.bid(round, title="Three", led_by="internal", recipient=None, source_reference="3")
    client = Client()
    client.force_login(factories.person(Role.LEAD, round=round))
    answer = client.post(reverse("bids:export_bids", args=[round.reference]))
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    header, *rows = sheet.values
    named = [dict(zip(header, row, strict=True)) for row in rows]
    assert [row["Register"] for row in named] == ["Charity number", None, None]
    assert [row["Register number"] for row in named] == ["SC012345", None, None]
    assert all(str(row["Reference"]).startswith("BID-") for row in named)


def test_the_rows_are_those_that_the_search_finds() -> None:
    round = factories.open_round()
    factories.bid(round, title="Café", source_reference="1")
    factories.bid(round, title="Other", source_reference="2")
    client = Client()
    client.force_login(factories.person(Role.LEAD, round=round))
    answer = client.post(reverse("bids:export_bids", args=[round.reference], query={"q": "cafe"}))
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert [row[2] for row in sheet.values] == ["Title", "Café"]
