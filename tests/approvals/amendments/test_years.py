"""A paper that amends a grant of a round of several years says how much of it is for each year."""

from decimal import Decimal

import pytest

from approvals.amendments import amending
from approvals.models import AmendedGrant, Award, Decision, Payment
from approvals.paper.sources import sources
from grants import years
from grants.models import Round, User
from grants.refusal import Refused
from grants.roles import Role
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def round() -> Round:
    return factories.open_round(profile=[["2026/27", "400000.00"], ["2027/28", "600000.00"]])


@pytest.fixture
def grant(round: Round) -> Award:
    """£60,000, half of it in each year."""
    made = factories.award(round, amount=D(60000))
    Award.objects.filter(pk=made.pk).update(
        profile=[["2026/27", "30000.00"], ["2027/28", "30000.00"]], route="dmpc", state="approved"
    )
    return Award.objects.select_related("round", "bid").get(pk=made.pk)


@pytest.fixture
def paper(round: Round, grant: Award, monkeypatch: pytest.MonkeyPatch) -> Decision:
    """A draft that amends a decision, of which the grant is all that it settled."""
    old = Decision.objects.create(round=round, reference="PCD-1", title="x", decision_by="x", opened_at=NOW)
    monkeypatch.setattr(amending, "amendable", lambda decision: [grant])
    monkeypatch.setattr(amending, "_facts", lambda decision, changes, day: {grant.reference: {}})
    return Decision.objects.create(
        round=round, reference="PCD-2", title="y", decision_by="x", opened_at=NOW, amends=old
    )


def amend(paper: Decision, grant: Award, by: User, amount: Decimal, typed: str = "") -> AmendedGrant:
    profile = years.typed(typed)
    return amending.amend_grant(
        decision=paper, award=grant, amount=amount, profile=profile, reason="Late start", by=by, at=NOW
    )


def test_an_amendment_may_move_money_to_another_year_without_changing_the_sum(
    round: Round, paper: Decision, grant: Award
) -> None:
    lead = factories.person(Role.LEAD, round=round)
    with pytest.raises(Refused, match="Enter a different amount"):
        amend(paper, grant, lead, D(60000), "2026/27: 30,000\n2027/28: 30,000")
    kept = amend(paper, grant, lead, D(60000), "2026/27: 60,000")
    # All of it in the usual year is a profile too, and is not fitted to the present years.
    assert kept.profile == [["2026/27", "60000.00"]]
    profile_of = {each.pk: each.years for each in sources(paper, NOW.date()).awards}
    assert years.by_year(profile_of[grant.pk]) == {"2026/27": D(60000)}


def test_without_years_the_last_one_bears_the_cut(round: Round, paper: Decision, grant: Award) -> None:
    kept = amend(paper, grant, factories.person(Role.LEAD, round=round), D(40000))
    assert kept.profile == [["2026/27", "30000.00"], ["2027/28", "10000.00"]]


def test_years_that_do_not_sum_or_hold_less_than_was_paid_are_refused(
    round: Round, paper: Decision, grant: Award
) -> None:
    lead = factories.person(Role.LEAD, round=round)
    with pytest.raises(Refused, match=r"Enter years that add up to £50,000\. They add up to £50,000\.01") as refused:
        amend(paper, grant, lead, D(50000), "2026/27: 50,000.01")
    assert refused.value.field == "profile"
    Payment.objects.create(
        award=grant,
        reference="PAY-1",
        amount=D(20000),
        paid_on=NOW.date(),
        retrospective=False,
        recorded_by=lead,
        recorded_at=NOW,
    )
    with pytest.raises(Refused, match="Enter at least £20,000 in 2026/27, which has already been paid"):
        amend(paper, grant, lead, D(50000), "2026/27: 19,999.99\n2027/28: 30,000.01")
