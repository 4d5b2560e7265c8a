"""Levels of a scheme above its first limit: which decides a sum, what a route says of it, and what is refused."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from approvals.decisions import submission
from approvals.enums import Key, Level
from approvals.models import Award, Decision, DelegationRule
from approvals.routing import awards, limits, routes
from approvals.routing.facts import RouteFacts
from approvals.routing.routes import Claim, Limit, Step
from grants import levels
from grants.models import Round
from grants.refusal import Refused
from grants.roles import Role
from tests import factories
from tests.approvals.items import steps
from tests.factories import NOW

OFFICER, COMMITTEE, BOARD = "Grants officer", "Grants committee", "Board of trustees"
BETWEEN = "not below £10,000 and below £50,000, for the Grants committee. Scheme 2.1"
THREE = Limit(
    Decimal(10000), OFFICER, COMMITTEE, "Scheme 2.1", date(2026, 1, 1), (Step(Decimal(50000), BOARD, "Scheme 2.2"),)
)
NOTHING = Limit(Decimal(0), "", BOARD, "Scheme 1", date(2026, 1, 1))
FURTHER = ({"from": "50000.00", "who": BOARD, "citation": "Scheme 2.2"},)


def route(amount: str, limit: Limit = THREE, *others: str, escalated: str = "") -> routes.Route:
    claims = [Claim(f"A{n}", Decimal(each), "Camp", "Body") for n, each in enumerate((amount, *others))]
    return routes.route(claims[0], claims, limit, Key.FAMILY, escalated=escalated)


@pytest.mark.parametrize(
    ("amount", "level", "who", "sentence"),
    [
        ("9999.99", Level.DELEGATED, OFFICER, "£9,999.99, below £10,000, for the Grants officer. Scheme 2.1"),
        ("10000", Level.DMPC, COMMITTEE, f"£10,000, {BETWEEN}"),
        ("49999.99", Level.DMPC, COMMITTEE, f"£49,999.99, {BETWEEN}"),
        ("50000", Level.DMPC, BOARD, "£50,000, not below £50,000, for the Board of trustees. Scheme 2.2"),
    ],
)  # fmt: skip
def test_each_sum_goes_to_its_level(amount: str, level: Level, who: str, sentence: str) -> None:
    routed = route(amount)
    assert (routed.level, routed.decider, routed.sentence) == (level, who, sentence)


def test_with_a_limit_of_nought_nothing_is_delegated() -> None:
    routed = route("0.01", NOTHING)
    assert (routed.level, routed.sentence) == (Level.DMPC, "£0.01, and nothing is delegated. Scheme 1")


def test_a_grant_sent_up_goes_to_the_first_level_that_decides_in_a_paper() -> None:
    assert route("500", escalated="It is novel").decider == COMMITTEE
    assert route("60000", escalated="It is novel").decider == BOARD


def test_the_other_key_warns_of_every_higher_level() -> None:
    claims = [
        Claim("A", Decimal(20000), "", "Orran Trust", "orran"),
        Claim("B", Decimal(30000), "", "Orran Trust", "orran"),
    ]
    warned = routes.route(claims[0], claims, THREE, Key.FAMILY)
    assert warned.decider == COMMITTEE
    assert warned.warning == "With 1 other grant to Orran Trust it comes to £50,000, not below £50,000."


amounts = st.decimals(0, 10**7, places=2)


@given(
    first=amounts,
    gaps=st.lists(st.decimals("0.01", 10**6, places=2), max_size=5),
    one=amounts,
    other=amounts,
    escalated=st.sampled_from(["", "Novel"]),
)
def test_the_route_never_falls_as_the_amount_rises(
    first: Decimal, gaps: list[Decimal], one: Decimal, other: Decimal, escalated: str
) -> None:
    starts, further = first, []
    for place, gap in enumerate(gaps):
        starts += gap
        further.append(Step(starts, f"Level {place}", "Scheme"))
    limit = Limit(first, "Officer" if first else "", "Committee", "Scheme", date(2026, 1, 1), tuple(further))
    low, high = sorted((one, other))
    lower, higher = route(str(low), limit, escalated=escalated), route(str(high), limit, escalated=escalated)
    assert lower.step <= higher.step
    assert lower.level.height <= higher.level.height
    # A second grant of the family never lowers it either.
    assert route(str(low), limit, str(high), escalated=escalated).step >= lower.step


@given(amount=amounts, limit=st.decimals("0.01", 10**6, places=2))
def test_a_limit_without_further_levels_has_two_steps_and_names_nobody(amount: Decimal, limit: Decimal) -> None:
    two = Limit(limit, "Lead", "Deputy Mayor", "Scheme 4.8", date(2026, 1, 1))
    routed = route(str(amount), two)
    assert [step.who for step in two.steps] == ["Lead", "Deputy Mayor"]
    assert routed.level is two.level(amount) and routed.step == routed.level.height
    assert routed.decider == "" and "decider" not in RouteFacts.of(routed, "RULE-1").stored()


def test_the_facts_of_a_route_keep_who_decides() -> None:
    facts = RouteFacts.of(route("60000"), "RULE-1")
    assert facts.decider == BOARD
    assert RouteFacts.read(facts.stored()) == facts


# As people type and propose them


def test_levels_are_read_a_line_each() -> None:
    assert levels.read("50,000: Board of trustees; Scheme 2.2\n\n") == FURTHER
    with pytest.raises(ValueError, match="Line 1: enter an amount, a colon"):
        levels.read("50,000 Board")
    with pytest.raises(ValueError, match="Line 2: “lots” is not an amount"):
        levels.read("50,000: Board; 2.2\nlots: Members; 2.3")


def three_levels(round: Round) -> DelegationRule:
    """A confirmed rule with three levels, the newest of the round."""
    terms = limits.RuleTerms("grant", Decimal(10000), OFFICER, COMMITTEE, "Scheme 2.1", round.opens_on, further=FURTHER)
    rule = limits.propose_rule(round=round, terms=terms, by=factories.person(Role.ADMINISTRATOR, round=round), at=NOW)
    lead = factories.person(Role.LEAD, round=round)
    return limits.confirm_rule(rule=rule, verified=True, reason="Read", by=lead, at=NOW)


@pytest.mark.django_db
def test_levels_that_do_not_rise_are_refused() -> None:
    round = factories.open_round()
    by = factories.person(Role.ADMINISTRATOR, round=round)
    for limit, below, further, message in (
        (Decimal(60000), OFFICER, FURTHER, "A level must begin above £60,000"),
        (Decimal(0), OFFICER, (), "only with a limit of £0"),
        (Decimal(5), "", (), "only with a limit of £0"),
    ):
        terms = limits.RuleTerms("grant", limit, below, BOARD, "Scheme", round.opens_on, further=further)
        with pytest.raises(Refused, match=message):
            limits.propose_rule(round=round, terms=terms, by=by, at=NOW)


@pytest.mark.django_db
def test_a_rule_with_levels_is_proposed_and_shown_on_its_pages(client: Client) -> None:
    round = factories.open_round()
    client.force_login(factories.person(Role.ADMINISTRATOR, round=round))
    address = reverse("approvals:propose_rule", args=[round.reference])
    data = {
        "kind": "grant", "limit": "10,000", "below": OFFICER, "at_or_above": COMMITTEE, "citation": "Scheme 2.1",
        "valid_from_0": "1", "valid_from_1": "11", "valid_from_2": "2026", "further": "50,000 Board",
    }  # fmt: skip
    assert "Line 1: enter an amount, a colon" in client.post(address, data).content.decode()
    assert client.post(address, data | {"further": "50,000: Board of trustees; Scheme 2.2"}).status_code == 302
    rule = DelegationRule.objects.get(round=round, confirmed_by=None)
    assert tuple(rule.further) == FURTHER
    page = client.get(reverse("approvals:rules", args=[round.reference])).content.decode()
    assert "from £50,000 Board of trustees (Scheme 2.2)" in page


@pytest.mark.django_db
def test_a_paper_asks_for_the_grants_of_its_level_alone() -> None:
    round = factories.open_round()
    three_levels(round)
    for amount in (9000, 20000, 60000):
        factories.award(round, amount=Decimal(amount))
    awards.route_awards(round=round, by=factories.person(Role.LEAD, round=round), at=NOW)
    routed = {award.amount: RouteFacts.read(award.routed_as) for award in Award.objects.filter(round=round)}
    assert {amount: facts.decider for amount, facts in routed.items() if facts} == {
        Decimal(9000): OFFICER,
        Decimal(20000): COMMITTEE,
        Decimal(60000): BOARD,
    }
    # Routing again changes nothing.
    assert awards.route_awards(round=round, by=factories.person(Role.LEAD, round=round), at=NOW) == 0
    decision = steps.open_paper(round, "CHR-2", factories.person(Role.LEAD, round=round))

    def drafted(decider: str) -> tuple[list[str], list[str]]:
        Decision.objects.filter(pk=decision.pk).update(decision_by=decider)
        decision.refresh_from_db()
        draft = submission.of(decision, at=NOW)
        wrong = [each.message for each in draft.problems if each.check == "decider"]
        return [entry["amount"] for entry in draft.paper["appendix_1"]], wrong

    assert drafted(COMMITTEE) == (["20000.00"], [])
    assert drafted(BOARD) == (["60000.00"], [])
    refusal = "Project 3 is for the Board of trustees, but the paper is for the Director."
    assert drafted("Director") == (["20000.00", "60000.00"], [refusal])
