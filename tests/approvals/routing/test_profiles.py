"""Grants by financial year: what is typed, what is paid in each year, and that years never change a route."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from approvals.models import Award, Payment
from approvals.review import reviewing
from approvals.routing import approving, awards, profiles
from bids.models import Bid
from grants import money, years
from grants.models import Round, User
from grants.refusal import Refused
from grants.roles import Role
from grants.years import Slot
from tests.factories import NOW, open_round, outcome, person
from tests.factories import award as make_award
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db
D = Decimal
FIRST, SECOND = Slot("2026/27"), Slot("2027/28")
TWO_YEARS = [["2026/27", "600000.00"], ["2027/28", "400000.00"]]


@pytest.fixture
def round() -> Round:
    return open_round(profile=TWO_YEARS)


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


def agreed(round: Round, lead: User, profile: years.Profile = (), amount: str = "20000") -> Award:
    bid = make_bid(round, amount=D(amount))
    outcome(bid)
    reviewing.review(bid=bid, amount=bid.amount, by=lead, at=NOW, profile=profile)
    return Award.objects.select_related("round", "bid").get(bid=bid)


def again(award: Award, amount: str, lead: User, profile: years.Profile = ()) -> Award:
    bid = Bid.objects.get(pk=award.bid_id)
    reviewing.review(bid=bid, amount=D(amount), reason="Less is needed", by=lead, at=NOW, profile=profile)
    return Award.objects.select_related("round", "bid").get(pk=award.pk)


def pay(award: Award, amount: str, paid_on: date) -> Payment:
    finance = person(Role.FINANCE, round=award.round)
    details = approving.PaymentDetails(amount=D(amount), paid_on=paid_on, reason="It could not wait")
    return approving.record_payment(award=award, details=details, by=finance, at=NOW)


def test_a_grant_without_years_is_all_in_the_first_year(round: Round, lead: User) -> None:
    grant = agreed(round, lead)
    assert grant.profile == []
    assert grant.years == ((FIRST, D(20000)),)


def test_the_years_of_a_grant_are_kept_and_sum_to_it(round: Round, lead: User) -> None:
    grant = agreed(round, lead, [(SECOND, D(5000)), (FIRST, D(15000))])
    assert grant.years == ((FIRST, D(15000)), (SECOND, D(5000)))
    assert again(grant, "12000", lead).years == ((FIRST, D(12000)),)


@pytest.mark.parametrize(
    ("profile", "message"),
    [
        ([(FIRST, D(1))], "Enter years that add up to £20,000. They add up to £1"),
        ([(Slot("2028/29"), D(20000))], "2028/29 is no part of this round. Enter 2026/27 or 2027/28"),
    ],
)
def test_years_that_do_not_fit_are_refused_at_their_field(
    round: Round, lead: User, profile: years.Profile, message: str
) -> None:
    with pytest.raises(Refused, match=message) as refused:
        agreed(round, lead, profile)
    assert refused.value.field == "profile"
    assert not Award.objects.filter(round=round).exists()


def test_the_database_holds_that_years_sum_to_the_whole(round: Round) -> None:
    grant = make_award(round)
    with pytest.raises(IntegrityError, match="award_years_sum_to_its_amount"), transaction.atomic():
        Award.objects.filter(pk=grant.pk).update(profile=[["2026/27", "1.00"]])
    with pytest.raises(IntegrityError, match="round_years_sum_to_its_allocation"), transaction.atomic():
        Round.objects.filter(pk=round.pk).update(profile=[["2026/27", "1.00"]])


def test_other_years_of_the_same_amount_leave_its_route(round: Round, lead: User) -> None:
    grant = agreed(round, lead)
    awards.route_awards(round=round, by=lead, at=NOW)
    changed = again(Award.objects.get(pk=grant.pk), "20000", lead, [(SECOND, D(20000))])
    assert (changed.state, changed.route) == ("routed", "delegated")
    assert changed.years == ((SECOND, D(20000)),)


def test_a_payment_is_held_against_the_year_of_its_day(round: Round, lead: User) -> None:
    grant = agreed(round, lead, [(FIRST, D(5000)), (SECOND, D(15000))])
    with pytest.raises(Refused, match="no more than the £5,000 left to pay in 2026/27, of £5,000") as refused:
        pay(grant, "5000.01", date(2026, 11, 20))
    assert refused.value.field == "amount"
    pay(grant, "5000", date(2026, 11, 20))
    rows = [(row["year"], row["part"], row["paid"], row["left"]) for row in profiles.rows(grant)]
    assert rows == [("2026/27", D(5000), D(5000), D(0)), ("2027/28", D(15000), D(0), D(15000))]


def test_nothing_is_paid_in_a_year_that_has_no_part_of_the_grant(round: Round, lead: User) -> None:
    grant = agreed(round, lead, [(SECOND, D(20000))])
    with pytest.raises(Refused, match="This grant has nothing for 2026/27: it is £20,000 in 2027/28") as refused:
        pay(grant, "1", date(2026, 11, 20))
    assert refused.value.field == "paid_on"


def test_a_year_never_holds_less_than_was_paid_in_it(round: Round, lead: User) -> None:
    grant = agreed(round, lead)
    pay(grant, "5000", date(2026, 11, 20))
    with pytest.raises(Refused, match="Enter at least £5,000 in 2026/27, which has already been paid"):
        again(grant, "20000", lead, [(FIRST, D("4999.99")), (SECOND, D("15000.01"))])


def test_a_grant_of_a_round_of_one_year_is_held_against_its_amount_alone() -> None:
    one = open_round(financial_year="2025/26")
    grant = agreed(one, person(Role.LEAD, round=one))
    assert pay(grant, "20000", date(2026, 11, 20)).amount == D(20000)
    assert profiles.rows(grant) == []


class Routes(TestCase):
    """A law: however the amounts are spread over the years, each grant has the same route."""

    @settings(max_examples=15)
    @given(st.lists(st.tuples(st.integers(1, 90000), st.integers(0, 100)), min_size=1, max_size=4))
    def test_a_profile_never_changes_a_route(self, drawn: list[tuple[int, int]]) -> None:
        round = open_round(profile=TWO_YEARS)
        grants = [make_award(round, amount=D(amount)) for amount, _ in drawn]
        before = awards.routes_now(round, NOW.date())
        for grant, (_, weight) in zip(grants, drawn, strict=True):
            parts = money.share(grant.amount, [D(weight), D(100 - weight)])
            grant.profile = years.store(tuple(zip((FIRST, SECOND), parts, strict=True)), round.slots)
            grant.save(update_fields=["profile"])
        after = awards.routes_now(round, NOW.date())
        assert {name: route.level for name, route in after.items()} == {name: r.level for name, r in before.items()}
        assert after == before
