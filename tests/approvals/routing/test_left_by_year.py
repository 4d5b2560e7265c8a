"""What is left for grants in each financial year: it sums to the whole, and stands where grants are chosen."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from approvals.models import Award
from approvals.reconciliation import position, sums
from approvals.routing import commitments
from grants import money
from grants.models import Round
from grants.roles import Role
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def round() -> Round:
    """Two years with a line of £100,000 in the first, a contract charged to the second and a grant in both."""
    round = factories.open_round(profile=[["2026/27", "400000.00"], ["2027/28", "600000.00"]])
    lead = factories.person(Role.LEAD, round=round)
    contract = factories.contract(round, lead, "50000.00")
    type(contract).objects.filter(pk=contract.pk).update(charged_to="2027/28")
    grant = factories.award(round, amount=D("40000.25"))
    Award.objects.filter(pk=grant.pk).update(profile=[["2026/27", "30000.25"], ["2027/28", "10000.00"]])
    return round


def test_what_is_left_in_each_year_sums_to_what_is_left_in_all(round: Round) -> None:
    of_round = commitments.of_round(round=round)
    assert [(each.slot.label, each.for_grants, each.left) for each in of_round.by_slot] == [
        ("2026/27", D("300000.00"), D("269999.75")),
        ("2027/28", D("550000.00"), D("540000.00")),
    ]
    assert money.total([each.left for each in of_round.by_slot]) == of_round.left
    assert money.total([each.for_grants for each in of_round.by_slot]) == of_round.for_grants
    in_reconciliation = sums.slots_of(position.position(round, NOW.date()))
    assert [each.left for each in of_round.by_slot] == [each.underspend for each in in_reconciliation]


def test_a_round_of_one_year_has_none() -> None:
    assert commitments.of_round(round=factories.open_round()).by_slot == []


def test_review_prints_what_is_left_in_each_year(client: Client, round: Round) -> None:
    client.force_login(factories.person(Role.LEAD, round=round))
    page = client.get(reverse("approvals:review", args=[round.reference])).content.decode()
    assert "2026/27: £269,999.75 of £300,000 for grants is left" in page
    assert "2027/28: £540,000 of £550,000 for grants is left" in page
