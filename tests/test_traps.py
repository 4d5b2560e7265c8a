"""The traps of the real paper, each with what the software does about it, on the loaded round of PCD 681."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from approvals.decisions import deciding
from approvals.models import Award, Decision, DecisionItem, Pack, SingleTenderAction
from approvals.paper import pack as packs
from approvals.reconciliation import position
from approvals.reconciliation.facts import Outcome
from approvals.routing import approving
from bids.models import Bid
from grants.models import Round, User
from grants.refusal import Refused
from tests.conftest import DEMO_PASSWORD
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    return Round.objects.get(reference="cpie-2019-20")


@pytest.fixture
def frozen() -> Pack:
    return Pack.objects.get(decision__reference="PCD-681")


@pytest.fixture
def paper(frozen: Pack) -> dict[str, Any]:
    return packs.read(frozen)


def test_recommendation_says_individually_or_in_aggregate_since_seven_of_eleven_are_below_singly(
    paper: dict[str, Any],
) -> None:
    below = [row for row in paper["appendix_1"] if Decimal(row["amount"]) < 50000]
    assert len(below) == 7
    first = paper["recommendations"][0]
    assert (first["verb"], first["amount"], len(first["items"])) == ("approve", "947234.00", 11)
    assert "11 grants to third parties, individually or in aggregate not below £50,000" in first["text"]
    assert "each not below" not in first["text"]


def test_grants_are_counted_as_awards_and_rows_are_only_how_they_are_shown(paper: dict[str, Any], frozen: Pack) -> None:
    assert paper["table_2_total"]["count"] == len(paper["appendix_1"]) == sum(row["count"] for row in paper["table_2"])
    assert (len(paper["appendix_1"]), len(paper["table_2"])) == (11, 6)
    assert "Table 2: grants for decision, 11 in 6 rows" in frozen.html


def test_grants_and_the_contract_are_never_summed_under_one_name(round: Round, paper: dict[str, Any]) -> None:
    reconciliation = position.reconcile(round, NOW.date())
    assert (reconciliation.grants.total, reconciliation.contracts.total) == (Decimal(1438598), Decimal(400000))
    together = {name for name, figure in paper["figures"].items() if figure["exact"] == "£1,838,598"}
    assert together == {"grants and contracts together"}
    assert not any("1,838,598" in row["label"] or row["amount"] == "1838598.00" for row in paper["table_3"])
    contract = SingleTenderAction.objects.get(round=round)
    assert not Award.objects.filter(round=round, amount=contract.amount).exists()


def test_eleven_grants_are_asked_for_and_the_28_approved_ones_are_noted(paper: dict[str, Any], frozen: Pack) -> None:
    assert [(each["verb"], each["amount"], len(each["items"])) for each in paper["recommendations"]] == [
        ("approve", "947234.00", 11),
        ("note", "491364.00", 28),
        ("approve", "400000.00", 1),
        ("note", "181361.00", 0),
    ]
    assert frozen.items.filter(verb="approve", award__isnull=False).count() == 11
    assert frozen.items.filter(verb="approve", contract__isnull=False).count() == 1
    assert not frozen.items.filter(award__route=Award.Route.DELEGATED).exists()
    with pytest.raises(IntegrityError, match="item_answer_fits_its_verb"), transaction.atomic():
        DecisionItem.objects.filter(pack=frozen, verb="note").update(answer="approved")


def test_grants_paid_before_approval_are_flagged_with_their_reason_and_paid_no_further(
    round: Round, paper: dict[str, Any]
) -> None:
    early = Award.objects.filter(round=round, payments__retrospective=True).select_related("bid")
    assert {award.bid.title.partition(":")[0]: award.amount for award in early} == {
        "London Blues": Decimal(151361),
        "Mutual Gain": Decimal(30000),
    }
    assert all(payment.reason for award in early for payment in award.payments.all())
    last = paper["recommendations"][-1]
    assert "2 grants" in last["text"]
    assert "paid before approval, £181,361 in all" in last["text"]
    blues = Award.objects.get(round=round, bid__title="London Blues")
    with pytest.raises(Refused):
        approving.record_payment(
            award=blues,
            details=approving.PaymentDetails(amount=Decimal("0.01"), paid_on=NOW.date(), reason="More"),
            by=User.objects.get(username="kit.lane"),
            at=NOW,
        )


def test_divert_is_neither_rejected_nor_approved_but_redirected_with_destination_and_reason(round: Round) -> None:
    divert = Bid.objects.select_related("outcome").get(round=round, state=Bid.State.REDIRECTED)
    assert divert.title.startswith("DIVERT")
    assert "Violence Reduction Board" in divert.outcome.destination
    assert divert.outcome.reason
    assert not Award.objects.filter(bid=divert).exists()
    funnel = position.reconcile(round, NOW.date()).funnel
    assert {outcome: part.count for outcome, part in funnel.items() if part.count} == {
        Outcome.REJECTED: 30,
        Outcome.INTERNAL: 13,
        Outcome.DMPC: 11,
        Outcome.DELEGATED: 28,
        Outcome.REDIRECTED: 1,
    }


def test_the_line_that_includes_the_13_says_so_and_is_never_divided(round: Round, paper: dict[str, Any]) -> None:
    reconciliation = position.reconcile(round, NOW.date())
    assert reconciliation.internal_bids.count == 13
    assert reconciliation.internal_bids.total <= Decimal(288695)
    row = next(row for row in paper["table_3"] if row["label"] == "Corporate internal projects")
    assert row["amount"] == "288695.00"
    assert "13" in row["note"]
    rest = Decimal(288695) - reconciliation.internal_bids.total
    assert rest == 0 or f"{rest:.2f}" not in {row["amount"] for row in paper["table_3"]}


def test_the_two_year_contract_is_charged_to_one_year_with_its_profile_beside_it(paper: dict[str, Any]) -> None:
    (contract,) = paper["contracts"]
    assert (contract["amount"], contract["charged_to"]) == ("400000.00", "2019/20")
    assert [year for year, _ in contract["profile"]] == ["2019/20", "2020/21"]
    assert sum(Decimal(amount) for _, amount in contract["profile"]) == Decimal(400000)


def test_safe_camp_has_a_recipient_beside_the_police_unit_that_sponsors_it(round: Round, paper: dict[str, Any]) -> None:
    lots = [row for row in paper["appendix_1"] if row["family"] == "Safe Camp Extension"]
    assert {row["sponsoring_unit"] for row in lots} == {"Central West"}
    assert all(row["recipient"] and row["recipient"] != "Central West" for row in lots)
    with pytest.raises(IntegrityError, match="bid_recipient_fits_its_origin"), transaction.atomic():
        Bid.objects.filter(round=round, family__name="Safe Camp Extension").update(led_by="internal")


def test_paragraphs_are_numbered_without_a_gap_and_references_do_not_dangle(
    paper: dict[str, Any], frozen: Pack
) -> None:
    numbered = [section for section in paper["sections"] if section["number"]]
    assert [section["number"] for section in numbered] == [str(n) for n in range(1, len(numbered) + 1)]
    for section in numbered:
        expected = [f"{section['number']}.{n}" for n in range(1, len(section["paragraphs"]) + 1)]
        assert [paragraph["number"] for paragraph in section["paragraphs"]] == expected
    targets = set(re.findall(r'href="#([^"]+)"', frozen.html))
    anchors = re.findall(r'id="([^"]+)"', frozen.html)
    assert {"appendix-1", "appendix-2", "appendix-3", "appendix-4"} <= targets <= set(anchors)
    assert len(anchors) == len(set(anchors))


def test_not_signed_is_said_and_is_not_a_blank_date(frozen: Pack) -> None:
    assert re.search(r"Date signed</dt>\s*<dd[^>]*>Not signed</dd>", frozen.html)
    decision = Decision.objects.get(reference="PCD-681")
    robin = User.objects.get(username="robin.vale")
    answers = {
        item.number: deciding.Answer("noted" if item.verb == "note" else "approved") for item in frozen.items.all()
    }
    deciding.decide_items(decision=decision, answers=answers, interests="None", by=robin, at=NOW)
    deciding.sign_decision(decision=decision, password=DEMO_PASSWORD, by=robin, at=NOW)
    decision.refresh_from_db()
    assert re.search(r"Date signed</dt>\s*<dd[^>]*>20 November 2026</dd>", decision.record.html)
    assert "Not signed" not in decision.record.html


def test_the_single_tender_action_has_one_primary_ground_and_only_notes_the_others(paper: dict[str, Any]) -> None:
    (contract,) = paper["contracts"]
    assert "Teckal" in contract["ground"]
    assert "egulation 32(2)" not in contract["ground"]
    assert contract["evidence"]
    assert "noted and not relied on" in contract["other_grounds"]


def test_the_procurement_threshold_is_dated_and_compared_with_the_whole_life_value(
    round: Round, paper: dict[str, Any]
) -> None:
    rule = round.rules.get(kind="procurement")
    assert (rule.limit, rule.valid_from) == (Decimal(181302), round.opens_on)
    assert "Whole-life value not below the procurement threshold of £181,302" in paper["contracts"][0]["route"]


def test_mutual_gain_is_two_grants_whose_sum_by_organisation_is_a_cleared_warning(round: Round) -> None:
    grants = Award.objects.filter(round=round, bid__recipient__name="Mutual Gain").order_by("amount")
    assert [(award.amount, award.route) for award in grants] == [
        (Decimal(30000), "delegated"),
        (Decimal(189500), "dmpc"),
    ]
    assert "£219,500" in grants[0].warning
    assert grants[0].warning_cleared
