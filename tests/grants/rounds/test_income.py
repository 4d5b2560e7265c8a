"""Money that grantors give for a round: a part of its allocation, and never more than it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError
from django.test import Client
from django.urls import reverse

from grants import years
from grants.models import AuditEvent, Income, Round, User
from grants.refusal import NotEntitled, Refused, Stale
from grants.roles import Role
from grants.rounds import income
from grants.rounds.income import IncomeTerms
from tests.factories import NOW, open_round, person

pytestmark = pytest.mark.django_db
D = Decimal
TWO_YEARS = [["2026/27", "400000.00"], ["2027/28", "600000.00"]]


@pytest.fixture
def round() -> Round:
    return open_round(profile=TWO_YEARS)


@pytest.fixture
def kit(round: Round) -> User:
    return person(Role.FINANCE, round=round, name="Kit")


def terms(**changes: Any) -> IncomeTerms:
    values = {"grantor": "Home Office", "agreement": "HO/7", "agreed_on": date(2026, 10, 1), "amount": D("300000.25")}
    profile = years.typed("2026/27: 100,000.25\n2027/28: 200,000")
    return IncomeTerms(**({**values, "profile": profile} | changes))


def keep(round: Round, by: User, **changes: Any) -> Income:
    kept = {name: changes.pop(name) for name in ("income", "seen") if name in changes}
    return income.keep_income(round=round, terms=terms(**changes), by=by, at=NOW, **kept)


def test_income_is_a_part_of_the_allocation_and_is_recorded_once(round: Round, kit: User) -> None:
    made = keep(round, kit, conditions=" Spent by March. ")
    round.refresh_from_db()
    assert (round.allocation, made.state, made.conditions) == (D(1000000), "offered", "Spent by March.")
    assert made.profile == [["2026/27", "100000.25"], ["2027/28", "200000.00"]]
    event = AuditEvent.objects.get(action="keep income")
    assert (event.facts["amount"], event.facts["grantor"]) == ("300000.25", "Home Office")


def test_income_is_never_more_than_a_year_of_the_allocation(round: Round, kit: User) -> None:
    with pytest.raises(Refused, match=r"In 2026/27 income would come to £700,000, more than the £400,000 of it"):
        keep(round, kit, amount=D(700000), profile=())
    with pytest.raises(Refused, match="gives all but £1,000,000") as refused:
        keep(round, kit, amount=D("1000000.01"), profile=())
    assert refused.value.field == "amount"
    assert not Income.objects.exists()


def test_an_uplift_raises_the_allocation_in_its_years_and_a_withdrawal_lowers_it(round: Round, kit: User) -> None:
    first = keep(round, kit, accepted_in="PCD-1")
    assert (first.state, first.accepted_in) == ("accepted", "PCD-1")
    more = years.typed("2027/28: 919,250")
    uplift = keep(round, kit, agreement="HO/8", grantor="Somebody", amount=D(919250), profile=more, uplifts=first)
    round.refresh_from_db()
    assert uplift.grantor == "Home Office"
    assert (round.allocation, round.profile[1]) == (D(1919250), ["2027/28", "1519250.00"])
    assert income.raised_to(uplift) == D("1219250.25")
    with pytest.raises(Refused, match="Choose income of this round that is not an uplift itself"):
        keep(round, kit, uplifts=uplift)
    less = years.typed("2026/27: 50")
    changed = keep(round, kit, income=uplift, seen=1, uplifts=first, amount=D(50), profile=less)
    round.refresh_from_db()
    assert round.profile == [["2026/27", "400050.00"], ["2027/28", "600000.00"]]
    income.withdraw_income(income=changed, reason="Not given", by=kit, at=NOW)
    round.refresh_from_db()
    assert (round.allocation, round.profile) == (D(1000000), TWO_YEARS)


def test_what_is_accepted_can_neither_be_changed_nor_withdrawn(round: Round, kit: User) -> None:
    accepted = keep(round, kit, accepted_in="PCD-1")
    with pytest.raises(Refused, match="has been decided, so it cannot be changed"):
        keep(round, kit, income=accepted)
    with pytest.raises(Refused, match="has been decided, so it cannot be withdrawn"):
        income.withdraw_income(income=accepted, reason="x", by=kit, at=NOW)


def test_a_stale_page_changes_nothing_and_an_outsider_may_not(round: Round, kit: User) -> None:
    made = keep(round, kit)
    keep(round, kit, income=made, seen=1, amount=D("300000.25"))
    with pytest.raises(Stale):
        keep(round, kit, income=made, seen=1)
    with pytest.raises(NotEntitled):
        keep(round, person(Role.OFFICE, round=round))


def test_the_database_holds_what_income_must_be(round: Round, kit: User) -> None:
    made = keep(round, kit)
    for wrong in ({"amount": D(1)}, {"state": "accepted"}, {"accepted_in": "PCD-1"}, {"uplifts": made.pk}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Income.objects.filter(pk=made.pk).update(**wrong)
    with pytest.raises(InternalError), transaction.atomic():
        made.delete()
    Income.objects.filter(pk=made.pk).update(state="withdrawn")
    with pytest.raises(InternalError), transaction.atomic():
        Income.objects.filter(pk=made.pk).update(state="offered")


def test_the_pages_record_change_and_withdraw_income(client: Client, round: Round, kit: User) -> None:
    client.force_login(kit)
    add = reverse("grants:add_income", args=[round.reference])
    data = {
        "grantor": "Home Office", "agreement": "HO/7", "amount": "300,000.25", "version": 0,
        "agreed_on_0": 1, "agreed_on_1": 10, "agreed_on_2": 2026, "profile": "2026/27: 100,000\n2027/28: 200,000.25",
    }  # fmt: skip
    wrong = client.post(add, data | {"amount": "300,000.26"})
    assert "Enter years that add up to £300,000.26. They add up to £300,000.25" in wrong.content.decode()
    assert "2026/27: 100,000\n2027/28: 200,000.25" in wrong.content.decode()
    shown = client.post(add, data, follow=True).content.decode()
    assert "£300,000.25 from Home Office" in shown
    made = Income.objects.get()
    change = reverse("grants:change_income", args=[made.reference])
    assert "2027/28: 200,000.25" in client.get(change).content.decode()
    listed = client.get(reverse("grants:round_income", args=[round.reference])).content.decode()
    assert "£699,999.75" in listed
    withdraw = reverse("grants:withdraw_income", args=[made.reference])
    client.post(withdraw, {"reason": "Not given", "version": made.version})
    made.refresh_from_db()
    assert made.state == "withdrawn"
