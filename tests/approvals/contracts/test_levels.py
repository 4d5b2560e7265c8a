"""Contracts in a scheme with several levels: each sum goes to its own, and a paper asks for those of its own."""

from decimal import Decimal

import pytest

from approvals.contracts import contracts
from approvals.decisions import submission
from approvals.models import Award, Decision, DelegationRule
from approvals.routing import awards
from grants.models import Round, User
from grants.refusal import Refused
from grants.roles import Role
from tests import factories
from tests.approvals.items import steps
from tests.factories import NOW, person
from tests.factories import contract as keep

pytestmark = pytest.mark.django_db
OFFICER, COMMITTEE, BOARD = "Grants officer", "Grants committee", "Board of trustees"
FURTHER = [{"from": "50000.00", "who": BOARD, "citation": "Scheme 2.2"}]
LEVELS = {"limit": Decimal(10000), "below": OFFICER, "at_or_above": COMMITTEE, "citation": "Scheme 2.1"}
NOTHING = {"limit": Decimal(0), "below": "", "at_or_above": BOARD, "citation": "Scheme 1"}


@pytest.fixture
def round() -> Round:
    """A round with three levels for contracts, and others for grants."""
    opened = factories.open_round()
    DelegationRule.objects.filter(round=opened, kind="exemption").update(**LEVELS, further=FURTHER)
    return opened


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


@pytest.mark.parametrize(
    ("amount", "route", "who", "sentence"),
    [
        ("9999.99", "delegated", "", "£9,999.99, below £10,000, for the Grants officer. Scheme 2.1."),
        (
            "10000",
            "dmpc",
            COMMITTEE,
            "£10,000, not below £10,000 and below £50,000, for the Grants committee. Scheme 2.1.",
        ),
        ("49999.99", "dmpc", COMMITTEE, "£49,999.99, not below £10,000 and below £50,000, for the Grants committee."),
        ("50000", "dmpc", BOARD, "£50,000, not below £50,000, for the Board of trustees. Scheme 2.2."),
    ],
)
def test_each_contract_goes_to_its_level(
    round: Round, lead: User, amount: str, route: str, who: str, sentence: str
) -> None:
    contract = keep(round, lead, amount)
    assert (contract.route, contract.decider) == (route, who)
    assert contract.sentence.startswith(sentence)


def test_a_second_contract_of_a_supplier_raises_the_level_of_the_first(round: Round, lead: User) -> None:
    first = keep(round, lead, "20000")
    assert first.decider == COMMITTEE
    second = keep(round, lead, "40000", supplier=first.supplier, title="More")
    first.refresh_from_db()
    assert (first.decider, second.decider) == (BOARD, BOARD)
    keep(round, lead, "5000", supplier=first.supplier, title="More", contract=second)
    first.refresh_from_db()
    assert first.decider == COMMITTEE


def test_a_paper_asks_for_the_contracts_of_its_level_alone(round: Round, lead: User) -> None:
    for amount in ("9000", "20000", "60000"):
        keep(round, lead, amount, title=f"Contract of {amount}")
    decision = steps.open_paper(round, "CHR-2", lead)

    def drafted(decider: str) -> tuple[list[str], list[str]]:
        Decision.objects.filter(pk=decision.pk).update(decision_by=decider)
        decision.refresh_from_db()
        draft = submission.of(decision, at=NOW)
        wrong = [each.message for each in draft.problems if each.check == "decider"]
        asked = [each for each in draft.paper["recommendations"] if each["verb"] == "approve"]
        return sorted(each["amount"] for each in asked), wrong

    assert drafted(COMMITTEE) == (["20000.00"], [])
    assert drafted(BOARD) == (["60000.00"], [])
    refusal = "Contract of 60000 is for the Board of trustees, but the paper is for the Director."
    assert drafted("Director") == (["20000.00", "60000.00"], [refusal])


def test_only_what_the_lowest_level_delegates_is_approved_by_a_lead(round: Round, lead: User) -> None:
    small, large = keep(round, lead, "9000"), keep(round, lead, "20000", title="More")
    other = person(Role.LEAD, round=round)
    contracts.approve_single_tender_action(contract=small, reason="Below", by=other, at=NOW)
    with pytest.raises(Refused):
        contracts.approve_single_tender_action(contract=large, reason="Below", by=other, at=NOW)


def test_where_nothing_is_delegated_contract_and_grants_say_so(round: Round, lead: User) -> None:
    DelegationRule.objects.filter(round=round, kind__in=("exemption", "grant")).update(**NOTHING, further=[])
    contract = keep(round, lead, "0.02")
    assert contract.route == "dmpc" and contract.sentence.startswith("£0.02, and nothing is delegated. Scheme 1. Whole")
    for amount in (500, 70000):
        factories.award(round, amount=Decimal(amount))
    awards.route_awards(round=round, by=lead, at=NOW)
    assert set(Award.objects.filter(round=round).values_list("route", flat=True)) == {"dmpc"}
    decision = steps.open_paper(round, "CHR-3", lead)
    first = submission.of(decision, at=NOW).paper["recommendations"][0]
    assert first["text"].startswith("2 grants to third parties, none of them delegated, as set out")
    # What is below another limit of another day is no reason of this one.
    assert "£0" not in first["text"].replace("£0.02", "")


def test_a_grant_sent_up_says_why_only_while_it_is_below_the_limit(round: Round, lead: User) -> None:
    """The words of the paper are those of its day: once the sum reaches the limit, that is why it goes up."""
    award = factories.award(round, amount=Decimal(20000))
    awards.route_awards(round=round, by=lead, at=NOW)
    award.refresh_from_db()
    awards.escalate_award(award=award, reason="It is novel", by=lead, at=NOW)
    decision = steps.open_paper(round, "CHR-4", lead)

    def asked() -> str:
        text: str = submission.of(decision, at=NOW).paper["recommendations"][0]["text"]
        return text

    assert asked().startswith("1 grant to third parties, below £50,000 and sent up by a lead, as set out")
    DelegationRule.objects.filter(round=round, kind="grant").update(limit=Decimal(15000))
    awards.route_awards(round=round, by=lead, at=NOW)
    assert asked().startswith("1 grant to third parties, each not below £15,000, as set out")
    award.refresh_from_db()
    assert award.sentence == "£20,000, not below £15,000. Scheme 4.8"
