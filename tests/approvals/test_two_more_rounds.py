"""Two invented rounds, unlike PCD 681 in shape, are played to their end. Each figure here was added up by hand."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from approvals.loading import playing
from approvals.loading.folder import Folder
from approvals.models import Award, Decision, SingleTenderAction
from approvals.outputs import published, verifying
from approvals.paper import pack as packs
from approvals.reconciliation import position
from approvals.reconciliation.facts import Outcome
from grants import audit
from tests.conftest import DEMO_PASSWORD

pytestmark = [pytest.mark.walk, pytest.mark.usefixtures("in_module_db")]
FIXTURES = Path(settings.BASE_DIR) / "fixtures"


def play(name: str, until: str = "amended") -> None:
    playing.play(Folder(FIXTURES / name, password=DEMO_PASSWORD), until, say=lambda line: None)


@pytest.fixture(scope="module")
def played_night(module_db: None) -> None:
    play("night-safety")


@pytest.fixture(scope="module")
def played_green(module_db: None) -> None:
    play("green-estates")


@pytest.fixture
def night(played_night: None) -> Decision:
    return Decision.objects.select_related("round", "record__pack").get(reference="PCD-1502")


@pytest.fixture
def green(played_green: None) -> Decision:
    return Decision.objects.select_related("round", "record__pack", "amends").get(reference="PCD-1341")


def test_night_safety_reconciles_to_the_penny(night: Decision) -> None:
    reconciliation = position.reconcile(night.round, date(2025, 6, 3))
    assert reconciliation.balances
    assert (reconciliation.dmpc.count, reconciliation.dmpc.total) == (5, Decimal("150420.80"))
    assert (reconciliation.delegated.count, reconciliation.delegated.total) == (3, Decimal("108420.39"))
    assert reconciliation.grants.total == Decimal("258841.19")
    assert reconciliation.contracts.total == Decimal("64999.50")
    assert reconciliation.expenditure == Decimal("552241.02")
    assert reconciliation.underspend == Decimal("60104.65")
    assert reconciliation.retrospective.total == Decimal("20000.00")
    assert {outcome.value: reconciliation.funnel[outcome].count for outcome in Outcome} == {
        "rejected": 2,
        "internal": 2,
        "dmpc": 5,
        "delegated": 3,
        "redirected": 1,
        "refused": 0,
        "open": 0,
    }


def test_three_awards_to_one_recipient_come_to_exactly_the_limit_and_go_up(night: Decision) -> None:
    walks = Award.objects.filter(round=night.round, bid__recipient__name="Lanternlight Trust")
    assert sum(walk.amount for walk in walks) == Decimal("50000.00")
    assert {(walk.route, walk.routed_as["binding"]["key"]) for walk in walks} == {("dmpc", "recipient")}
    below = Award.objects.get(bid__source_reference="NS-04")
    assert (below.amount, below.route) == (Decimal("49999.99"), "delegated")


def test_the_request_for_a_small_grant_says_that_a_lead_sent_it_up(night: Decision) -> None:
    small = Award.objects.get(bid__source_reference="NS-05")
    assert (small.amount, small.route) == (Decimal("12300.05"), "dmpc")
    assert small.sentence.startswith("Sent up by a lead: a newly formed group")
    [approve, *_] = packs.read(night.record.pack)["recommendations"]
    assert "individually or in aggregate not below £50,000 or sent up by a lead" in approve["text"]


def test_a_family_across_two_recipients_warns_and_was_cleared_with_a_reason(night: Decision) -> None:
    pair = Award.objects.filter(bid__family__name="Safe Places South East", round=night.round)
    assert [grant.route for grant in pair] == ["delegated", "delegated"]
    assert all("£58,420.40, not below £50,000" in grant.warning and grant.warning_cleared for grant in pair)


def test_a_contract_over_three_years_keeps_its_profile_and_charged_year(night: Decision) -> None:
    contract = SingleTenderAction.objects.get(round=night.round)
    assert contract.years() == [
        ("2025/26", Decimal("21000.10")),
        ("2026/27", Decimal("21999.70")),
        ("2027/28", Decimal("21999.70")),
    ]
    assert (contract.charged_to, contract.route, contract.state) == ("2025/26", "delegated", "approved")
    verbs = [(each["verb"], each["amount"]) for each in packs.read(night.record.pack)["recommendations"]]
    assert ("note", "64999.50") in verbs


def test_green_estates_reconciles_before_and_after_it_is_amended(green: Decision) -> None:
    first = packs.read(green.amends.record.pack)["reconciliation"]
    # What was asked: 63,000 + 72,500 + 55,000 + 60,000, and 73,750.49 delegated.
    assert first["grants"]["dmpc"] == {"count": 6, "total": "250500.00"}
    assert first["grants"]["delegated"] == {"count": 4, "total": "73750.49"}
    assert first["underspend"] == "39749.51"
    reconciliation = position.reconcile(green.round, date(2023, 7, 25))
    assert reconciliation.balances
    # The refused 55,000 is gone and the courtyards are at 61,250.25.
    assert (reconciliation.dmpc.count, reconciliation.dmpc.total) == (5, Decimal("184250.25"))
    assert reconciliation.expenditure == Decimal("374000.74")
    assert reconciliation.underspend == Decimal("105999.26")
    assert reconciliation.funnel[Outcome.REFUSED].count == 1


def test_the_second_paper_changes_one_grant_and_asks_again_for_the_deferred_one(green: Decision) -> None:
    data = packs.read(green.record.pack)
    assert [each["verb"] for each in data["recommendations"]] == ["approve", "approve"]
    asked = {entry["bid"]: (entry["was"], entry["amount"]) for entry in data["appendix_1"]}
    assert asked == {"GE-04": ("72500.00", "61250.25"), "GE-06": ("", "60000.00")}
    assert data["appendix_2"] == []
    assert data["amends"]["sha256"] == green.amends.record.sha256


def test_the_public_reads_both_papers_and_each_grant_once(green: Decision) -> None:
    amounts = {each.reference: each.amount for each in published.grants(green.round)}
    assert len(amounts) == 3 + 1 + 1 + 4
    assert sum(amounts.values()) == Decimal("258000.74")


def test_every_frozen_byte_of_both_rounds_is_unchanged(night: Decision, green: Decision) -> None:
    for decision in (night, green, green.amends):
        checks = list(verifying.checks(decision))
        assert len(checks) > 8
        assert [check for check in checks if not check.holds] == []
    for decision in (night, green):
        assert audit.verify(decision.round).faults == ()
