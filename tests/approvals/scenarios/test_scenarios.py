"""Scenarios: added from the ranking, saved, drawn again, and proposed to the leadership."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from approvals.models import Scenario
from approvals.scenarios import scenarios
from approvals.scenarios.funding import Place
from bids.models import Bid, Interest
from bids.panel import closing
from grants.models import AuditEvent, Round, User
from grants.refusal import NotEntitled, Refused, Stale
from grants.roles import Role
from tests import factories
from tests.factories import NOW, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    """What is left for grants is £900,000; four bids of £400,000 are scored 4, 3, 2 and 1, and one fails a gate."""
    round = factories.open_round()
    member = person(Role.MEMBER, round=round)
    for score in (4, 3, 2, 1):
        factories.scorecard(factories.bid(round, amount=Decimal(400_000)), member, score=score)
    factories.scorecard(factories.bid(round), member, passed=False)
    factories.scorecard(factories.bid(round, led_by="internal"), member)
    factories.close(round)
    return round


@pytest.fixture
def chair(round: Round) -> User:
    return person(Role.CHAIR, round=round)


@pytest.fixture
def scenario(round: Round, chair: User) -> Scenario:
    return scenarios.add_scenario(round=round, name="As ranked", by=chair, at=NOW)


def funded(scenario: Scenario) -> dict[str, Decimal]:
    items = scenario.items.filter(place=Place.FUND)
    return dict(items.values_list("bid__source_reference", "amount"))


def keep(scenario: Scenario, chair: User, **answers: tuple[Place, Decimal]) -> Scenario:
    bids = {bid.source_reference.replace("-", "_"): bid.reference for bid in Bid.objects.filter(round=scenario.round)}
    answers_by_reference = {bids[name]: answer for name, answer in answers.items()}
    return scenarios.keep_scenario(
        scenario=scenario, answers=answers_by_reference, seen=scenario.version, by=chair, at=NOW
    )


def test_a_new_scenario_funds_the_bids_above_the_line(scenario: Scenario) -> None:
    assert funded(scenario) == {"B-001": Decimal(400_000), "B-002": Decimal(400_000)}


def test_neither_a_failed_nor_an_internal_nor_a_rejected_bid_can_be_funded(round: Round, chair: User) -> None:
    second = Bid.objects.get(round=round, source_reference="B-002")
    closing.record_outcome(bid=second, verdict="reject", reason="Weak", by=chair, at=NOW)
    references = [bid.source_reference for bid in scenarios.candidates(round, chair)]
    assert references == ["B-001", "B-003", "B-004"]


def test_no_scenario_is_added_while_scoring_is_open() -> None:
    open_round = factories.open_round()
    chair = person(Role.CHAIR, round=open_round)
    with pytest.raises(Refused, match="You can add a scenario once the chair has opened the marks"):
        scenarios.add_scenario(round=open_round, name="Early", by=chair, at=NOW)


def test_a_name_is_unique_in_a_round(scenario: Scenario, chair: User) -> None:
    with pytest.raises(Refused, match=r"A scenario called As ranked already exists\. Enter another name") as refused:
        scenarios.add_scenario(round=scenario.round, name="As ranked", by=chair, at=NOW)
    assert refused.value.field == "name"


def test_a_part_and_a_reserve_are_saved_and_the_others_stay(scenario: Scenario, chair: User) -> None:
    keep(scenario, chair, B_002=(Place.FUND, Decimal("250000.50")), B_003=(Place.RESERVE, Decimal(400_000)))
    assert funded(scenario) == {"B-001": Decimal(400_000), "B-002": Decimal("250000.50")}
    effect = scenarios.effect_of(scenario.round, scenarios.choices(scenario, chair), NOW)
    assert (effect.part, effect.reserve.count, effect.spare) == (1, 1, Decimal("249999.50"))


def test_more_than_is_asked_for_is_refused_at_its_field(scenario: Scenario, chair: User) -> None:
    bid = Bid.objects.get(round=scenario.round, source_reference="B-001")
    with pytest.raises(Refused, match="Amount must be no more than the £400,000 asked for") as refused:
        keep(scenario, chair, B_001=(Place.FUND, Decimal("400000.01")))
    assert refused.value.field == f"{bid.reference}-amount"
    assert funded(scenario)["B-001"] == Decimal(400_000)


def test_a_bid_that_can_no_longer_be_funded_is_refused(scenario: Scenario, chair: User) -> None:
    with pytest.raises(Refused, match=r"A bid on this page can no longer be funded\. Open the page again"):
        keep(scenario, chair, B_005=(Place.FUND, Decimal(1)))


def test_a_stale_page_saves_nothing(scenario: Scenario, chair: User) -> None:
    keep(scenario, chair, B_003=(Place.RESERVE, Decimal(400_000)))
    with pytest.raises(Stale):
        keep(scenario, chair, B_001=(Place.NONE, Decimal(400_000)))
    assert "B-001" in funded(scenario)


@pytest.mark.parametrize(("places", "expected"), [(0, []), (1, ["B-001"]), (3, ["B-001", "B-002", "B-003"])])
def test_the_line_is_drawn_below_the_number_of_bids(
    scenario: Scenario, chair: User, places: int, expected: list[str]
) -> None:
    scenarios.draw_line(scenario=scenario, places=places, seen=1, by=chair, at=NOW)
    assert sorted(funded(scenario)) == expected


# Proposing


def propose(scenario: Scenario, by: User) -> Scenario:
    scenario.refresh_from_db()
    return scenarios.propose_scenario(
        scenario=scenario, reason="It holds the best two", seen=scenario.version, by=by, at=NOW
    )


def test_the_leadership_review_starts_from_the_proposed_scenario(scenario: Scenario, chair: User) -> None:
    keep(scenario, chair, B_001=(Place.FUND, Decimal(300_000)))
    propose(scenario, chair)
    first = Bid.objects.get(round=scenario.round, source_reference="B-001")
    closing.record_outcome(bid=first, verdict="recommend", reason="Best", by=chair, at=NOW)
    client = Client()
    client.force_login(person(Role.LEAD, round=scenario.round))
    assert "As ranked" in client.get(reverse("approvals:review", args=[scenario.round.reference])).content.decode()
    page = client.get(reverse("approvals:review_bid", args=[first.reference])).content.decode()
    assert 'value="300,000"' in page


def test_a_proposed_scenario_cannot_be_changed(scenario: Scenario, chair: User) -> None:
    propose(scenario, chair)
    scenario.refresh_from_db()
    with pytest.raises(
        Refused, match=r"This scenario was proposed to the leadership\. Add another scenario to make changes\."
    ):
        keep(scenario, chair, B_001=(Place.NONE, Decimal(400_000)))


def test_a_second_proposal_replaces_the_first(scenario: Scenario, chair: User) -> None:
    propose(scenario, chair)
    other = scenarios.add_scenario(round=scenario.round, name="Another", by=chair, at=NOW)
    propose(other, chair)
    assert [each.name for each in Scenario.objects.filter(proposed_at__isnull=False)] == ["Another"]
    event = AuditEvent.objects.filter(action="propose scenario").order_by("-number")[0]
    assert event.facts["in place of"] == ["As ranked"]


def test_a_scenario_that_takes_too_much_cannot_be_proposed(scenario: Scenario, chair: User) -> None:
    scenarios.draw_line(scenario=scenario, places=3, seen=1, by=chair, at=NOW)
    with pytest.raises(
        Refused, match=r"The scenario takes £300,000 more than is left for grants\. Fund fewer bids or smaller amounts"
    ):
        propose(scenario, chair)


def test_a_scenario_that_funds_nothing_cannot_be_proposed(scenario: Scenario, chair: User) -> None:
    scenarios.draw_line(scenario=scenario, places=0, seen=1, by=chair, at=NOW)
    with pytest.raises(Refused, match="Fund at least one bid before you propose the scenario"):
        propose(scenario, chair)


def test_a_lead_cannot_propose_a_scenario(scenario: Scenario) -> None:
    with pytest.raises(NotEntitled):
        propose(scenario, person(Role.LEAD, round=scenario.round))


# Seeing


def test_two_scenarios_are_compared_bid_by_bid(scenario: Scenario, chair: User) -> None:
    other = scenarios.add_scenario(round=scenario.round, name="Another", by=chair, at=NOW)
    keep(other, chair, B_002=(Place.FUND, Decimal(1000)), B_003=(Place.RESERVE, Decimal(400_000)))
    differences = scenarios.differences(scenarios.choices(scenario, chair), scenarios.choices(other, chair))
    assert [row.bid.source_reference for row in differences] == ["B-002", "B-003"]
    assert (differences[0].first.amount, differences[0].second.amount) == (Decimal(400_000), Decimal(1000))


def test_a_chair_with_an_interest_sees_nothing_of_the_bid(scenario: Scenario, chair: User) -> None:
    bid = Bid.objects.get(round=scenario.round, source_reference="B-001")
    Interest.objects.filter(bid=bid, member=chair).update(conflicted=True, nature="A sister")
    assert bid.reference not in {choice.reference for choice in scenarios.choices(scenario, chair)}


def test_a_preview_shows_the_effect_and_saves_nothing(scenario: Scenario, chair: User) -> None:
    client = Client()
    client.force_login(chair)
    data = {"version": "1", "then": "preview"}
    for bid in scenarios.candidates(scenario.round, chair):
        data |= {f"{bid.reference}-place": "none", f"{bid.reference}-amount": "1"}
    page = client.post(reverse("approvals:scenario", args=[scenario.reference]), data).content.decode()
    assert "0 bids, £0" in page
    assert len(funded(scenario)) == 2
