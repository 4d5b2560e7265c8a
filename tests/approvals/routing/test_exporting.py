"""The workbook of grants: the figures of the pages, to the penny, in a fixed number of queries, and in the trail."""

import io
from decimal import Decimal as D

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from approvals.models import Award, Payment
from approvals.routing import commitments, exporting
from grants.models import AuditEvent, Round, User
from grants.roles import Role
from tests import factories
from tests.factories import NOW
from tests.growing import approved, everything_of

pytestmark = pytest.mark.django_db


def sheets(made: bytes) -> dict[str, list[dict[str, object]]]:
    book = openpyxl.load_workbook(io.BytesIO(made))
    read = {}
    for sheet in book:
        heads, *rows = sheet.iter_rows(values_only=True)
        read[sheet.title] = [dict(zip(map(str, heads), row, strict=True)) for row in rows]
    return read


def test_the_file_of_pcd_681_has_every_grant_and_payment_to_the_penny(client: Client) -> None:
    round = Round.objects.get(reference="cpie-2019-20")
    client.force_login(User.objects.get(username="grace.hall"))
    answer = client.post(reverse("approvals:export_grants", args=[round.reference]))
    assert answer["Content-Disposition"] == 'attachment; filename="grants-cpie-2019-20.xlsx"'
    read = sheets(answer.content)
    sums = commitments.of_round(round=round)
    assert sum(D(str(row["Amount (£)"])) for row in read["Grants"]) == sums.grants.total
    assert len(read["Grants"]) == sums.grants.count
    payments = Payment.objects.filter(award__round=round)
    assert sum(D(str(row["Amount (£)"])) for row in read["Payments"]) == sum(each.amount for each in payments)
    for row in read["Grants"]:
        award = Award.objects.get(reference=row["Grant"])
        assert (row["Recipient"], row["State"]) == (award.bid.bidder, award.get_state_display())
        assert D(str(row["Paid (£)"])) + D(str(row["Left to pay (£)"])) == award.amount
    event = AuditEvent.objects.filter(action="export grants").latest("pk")
    assert (event.actor.username if event.actor else "", event.facts) == ("grace.hall", {"rows": sums.grants.count})


def test_a_round_of_several_years_has_a_column_for_each() -> None:
    profile = [["2026/27", "400000.00"], ["2027/28", "600000.00"]]
    round = factories.open_round(profile=profile)
    lead = factories.person(Role.LEAD, round=round)
    award = factories.award(round, amount=D(30_000))
    Award.objects.filter(pk=award.pk).update(profile=[["2026/27", "10000.00"], ["2027/28", "20000.00"]])
    [row] = sheets(exporting.workbook(round=round, by=lead, at=NOW))["Grants"]
    assert (row["In 2026/27 (£)"], row["In 2027/28 (£)"], row["Amount (£)"]) == (10_000, 20_000, 30_000)


def test_it_takes_as_many_queries_for_three_of_everything_as_for_one() -> None:
    round = factories.open_round()
    lead = factories.person(Role.LEAD, round=round)
    approved(round, lead)
    everything_of(round, lead)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            exporting.workbook(round=round, by=lead, at=NOW)
        counts.append(len(captured))
        everything_of(round, lead)
        everything_of(round, lead)
    assert counts[0] == counts[1]


def test_a_member_of_the_panel_gets_no_file_and_no_event(client: Client) -> None:
    client.force_login(User.objects.get(username="amara.cole"))
    assert client.post(reverse("approvals:export_grants", args=["cpie-2019-20"])).status_code == 403
    assert not AuditEvent.objects.filter(action="export grants").exists()
