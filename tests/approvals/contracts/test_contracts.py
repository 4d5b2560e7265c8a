"""Single tender actions: the primary ground with its evidence, the whole-life value, and the limits for contracts."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from approvals.contracts import contracts
from approvals.decisions import writing
from approvals.decisions.deciding import Answer
from approvals.models import Award, Decision, DelegationRule, SingleTenderAction
from approvals.routing import commitments
from grants.models import AuditEvent, Round, User
from grants.refusal import NotEntitled, Refused, Stale
from grants.roles import Role
from tests.approvals.steps import decide, sign
from tests.factories import NOW, open_round, person
from tests.factories import contract as keep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_made_once")]


@pytest.fixture
def round() -> Round:
    return open_round()


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


@pytest.mark.parametrize(
    ("amount", "route", "sentence"),
    [
        ("99999.99", "delegated", "£99,999.99, below £100,000. Scheme 4.13."),
        ("100000.00", "dmpc", "£100,000, not below £100,000. Scheme 4.13."),
        ("100000.01", "dmpc", "£100,000.01, not below £100,000. Scheme 4.13."),
        ("181301.99", "dmpc", "Whole-life value below the procurement threshold of £181,302 (PCR 2015)."),
        ("181302.00", "dmpc", "Whole-life value not below the procurement threshold of £181,302 (PCR 2015)."),
        ("400000.00", "dmpc", "Whole-life value not below the procurement threshold of £181,302 (PCR 2015)."),
    ],
)
def test_a_contract_is_routed_and_compared_by_its_whole_life_value(
    round: Round, lead: User, amount: str, route: str, sentence: str
) -> None:
    sta = keep(round, lead, amount)
    assert sta.route == route
    assert sentence in sta.sentence


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"profile": [("2026/27", Decimal(200000)), ("2027/28", Decimal("199999.99"))]}, "profile"),
        ({"profile": []}, "profile"),
        ({"charged_to": "2025/26"}, "charged_to"),
        ({"evidence": " "}, "evidence"),
    ],
    ids=["years a penny short", "no years", "charged to another year", "no evidence"],
)
def test_a_contract_with_wrong_years_or_without_evidence_is_refused(
    round: Round, lead: User, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        keep(round, lead, **change)
    assert refused.value.field == field
    assert not SingleTenderAction.objects.filter(round=round).exists()


@pytest.mark.parametrize(("amount", "fits"), [("900000.00", True), ("900000.01", False)])
def test_a_contract_fits_the_allocation_to_the_penny(round: Round, lead: User, amount: str, fits: bool) -> None:
    if fits:
        keep(round, lead, amount)
        assert commitments.committed(round) == round.allocation
        return
    with pytest.raises(Refused, match="left of the allocation"):
        keep(round, lead, amount)


def test_a_contract_is_not_counted_as_a_grant(round: Round, lead: User) -> None:
    keep(round, lead)
    assert not Award.objects.filter(round=round).exists()
    assert commitments.committed(round) == Decimal(500000)


def test_a_changed_contract_is_compared_without_its_old_value_and_routed_again(round: Round, lead: User) -> None:
    sta = keep(round, lead, "900000")
    changed = keep(round, lead, "90000", contract=sta, seen=1)
    assert (changed.pk, changed.version, changed.route) == (sta.pk, 2, "delegated")
    assert sum(amount for _, amount in changed.years()) == Decimal(90000)
    with pytest.raises(Stale):
        keep(round, lead, "80000", contract=sta, seen=1)


def test_a_contract_keeps_its_years_and_the_year_that_it_is_charged_to(round: Round, lead: User) -> None:
    sta = keep(round, lead, "100000.01")
    assert sta.years() == [("2026/27", Decimal("50000.00")), ("2027/28", Decimal("50000.01"))]
    assert sta.charged_to == "2026/27"


def test_without_a_confirmed_limit_no_contract_is_recorded(round: Round, lead: User) -> None:
    DelegationRule.objects.filter(round=round, kind="exemption").update(confirmed_by=None, confirmed_at=None)
    with pytest.raises(Refused, match="No confirmed rule for contract exemptions"):
        keep(round, lead)


def _form(sta: SingleTenderAction, **changes: str) -> dict[str, str]:
    return {
        "supplier": str(sta.supplier_id),
        "title": sta.title,
        "amount": "90,000.50",
        "profile": "2026/27: 45,000.25\n2027/28: 45,000.25",
        "charged_to": "2026/27",
        "ground": "teckal",
        "evidence": "It is owned by the buyer.",
        "proposal": "Events in each borough.",
        "performance": "A report each quarter.",
        "reason": "The supplier asks for less.",
        "version": str(sta.version),
        **changes,
    }


def test_a_lead_changes_a_contract_on_its_page_and_the_trail_keeps_the_old_value(
    round: Round, lead: User, client: Client
) -> None:
    sta = keep(round, lead, "400000")
    client.force_login(lead)
    page = reverse("approvals:change_single_tender_action", args=[sta.reference])
    drawn = client.get(page).content.decode()
    assert "2026/27: 200,000.00\n2027/28: 200,000.00" in drawn
    wrong = client.post(page, _form(sta, profile="2026/27: 45,000.25")).content.decode()
    assert "Enter years that add up to £90,000.50. They add up to £45,000.25" in wrong
    assert client.post(page, _form(sta)).status_code == 302
    sta.refresh_from_db()
    assert (sta.amount, sta.route, sta.version) == (Decimal("90000.50"), "delegated", 2)
    event = AuditEvent.objects.filter(round=round).latest("number")
    assert event.because == "The supplier asks for less."
    assert event.before == {"amount": "400000.00", "supplier": sta.supplier.name}
    stale = client.post(page, _form(sta, version="1", amount="10", profile="2026/27: 10")).content.decode()
    assert "There is a problem" in stale
    assert SingleTenderAction.objects.get(pk=sta.pk).amount == Decimal("90000.50")


@pytest.mark.parametrize("state", ["approved", "refused"])
def test_a_decided_contract_does_not_change(round: Round, lead: User, client: Client, state: str) -> None:
    sta = keep(round, lead, "90000")
    other = person(Role.LEAD, round=round)
    SingleTenderAction.objects.filter(pk=sta.pk).update(state=state, approved_by=other, approved_at=NOW)
    with pytest.raises(Refused, match=f"This contract is {state}. What was decided does not change"):
        keep(round, lead, "80000", contract=sta)
    client.force_login(lead)
    shown = client.get(reverse("approvals:single_tender_action", args=[sta.reference])).content.decode()
    assert "Change the contract" not in shown
    assert SingleTenderAction.objects.get(pk=sta.pk).amount == Decimal(90000)


@pytest.mark.parametrize("state", ["approved", "refused", "deferred"])
def test_only_a_proposed_contract_is_approved_under_delegation(round: Round, lead: User, state: str) -> None:
    sta = keep(round, lead, "90000")
    other = person(Role.LEAD, round=round)
    SingleTenderAction.objects.filter(pk=sta.pk).update(state=state)
    with pytest.raises(Refused, match=f"This contract is {state} already"):
        contracts.approve_single_tender_action(contract=sta, reason="Below", by=other, at=NOW)
    sta.refresh_from_db()
    assert (sta.state, sta.approved_by) == (state, None)


def test_a_contract_in_a_submitted_paper_does_not_change() -> None:
    sta = SingleTenderAction.objects.get(round__reference="cpie-2019-20")
    with pytest.raises(Refused, match="PCD-681 is submitted"):
        keep(sta.round, User.objects.get(username="grace.hall"), contract=sta)
    assert SingleTenderAction.objects.get(pk=sta.pk).amount == Decimal(400000)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEAD])
def test_only_a_lead_records_a_contract(round: Round, role: Role) -> None:
    with pytest.raises(NotEntitled):
        keep(round, person(role, round=round))
    assert not SingleTenderAction.objects.filter(round=round).exists()


def test_the_database_refuses_a_contract_without_evidence_and_its_deletion(round: Round, lead: User) -> None:
    sta = keep(round, lead)
    with pytest.raises(IntegrityError, match="contract_ground_has_its_evidence"), transaction.atomic():
        SingleTenderAction.objects.filter(pk=sta.pk).update(evidence="")
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        SingleTenderAction.objects.filter(pk=sta.pk).delete()


def test_a_second_contract_of_a_supplier_raises_the_route_of_the_open_ones(round: Round, lead: User) -> None:
    first = keep(round, lead, "60000")
    assert first.route == "delegated"
    second = keep(round, lead, "60000", supplier=first.supplier, title="More events")
    first.refresh_from_db()
    assert (first.route, second.route, first.version) == ("dmpc", "dmpc", 2)
    assert first.sentence.startswith("With £60,000 of other contracts of this supplier £120,000, not below £100,000")
    event = AuditEvent.objects.filter(round=round, subject=first.reference).latest("number")
    assert (event.because, event.facts) == (
        f"{second.reference} of the same supplier changed",
        {"route": first.sentence},
    )
    keep(round, lead, "10000", supplier=first.supplier, title="More events", contract=second)
    first.refresh_from_db()
    assert (first.route, first.version) == ("delegated", 3)


def test_an_approved_contract_keeps_its_route_and_a_later_one_is_for_decision(round: Round, lead: User) -> None:
    other = person(Role.LEAD, round=round)
    first = keep(round, lead, "60000")
    contracts.approve_single_tender_action(contract=first, reason="Below", by=other, at=NOW)
    second = keep(round, lead, "60000", supplier=first.supplier, title="More events")
    first.refresh_from_db()
    assert (first.state, first.route, second.route) == ("approved", "delegated", "dmpc")


def test_a_lead_does_not_approve_a_contract_after_the_limit_fell_below_it(round: Round, lead: User) -> None:
    sta = keep(round, lead, "60000")
    DelegationRule.objects.filter(round=round, kind="exemption").update(limit=Decimal(50000))
    with pytest.raises(Refused, match="Its route changed"):
        contracts.approve_single_tender_action(contract=sta, reason="Below", by=person(Role.LEAD, round=round), at=NOW)


def test_a_deferred_contract_that_becomes_small_is_still_for_the_deputy_mayor(decision: Decision, robin: User) -> None:
    item = writing.current_pack(decision).items.exclude(contract=None).get()
    decide(decision, robin, **{f"item_{item.number}": Answer("deferred", reason="Not yet")})
    sign(decision, robin)
    sta = item.contract
    sta.refresh_from_db()
    changed = keep(
        decision.round,
        User.objects.get(username="grace.hall"),
        "90000",
        contract=sta,
        supplier=sta.supplier,
        title=sta.title,
        profile=[("2019/20", Decimal(90000))],
        charged_to="2019/20",
    )
    assert (changed.route, changed.state) == ("dmpc", "deferred")
    assert "The Deputy Mayor deferred it in PCD-681, and so decides it." in changed.sentence
