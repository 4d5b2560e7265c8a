"""People and roles: those who give roles do not hold them, and a role that has ended no longer counts."""

import pytest

from grants import audit
from grants.access import Holdings
from grants.models import User
from grants.people import people
from grants.refusal import NotEntitled, Refused
from grants.roles import Role
from tests.factories import NOW, UserFactory, open_round, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> User:
    return person(Role.ADMINISTRATOR)


def test_a_role_is_held_once_at_a_time(administrator: User) -> None:
    someone = UserFactory()
    holding = people.give_role(person=someone, role=Role.FINANCE, by=administrator, at=NOW, reason="Needed")
    with pytest.raises(Refused, match="already holds this role"):
        people.give_role(person=someone, role=Role.FINANCE, by=administrator, at=NOW, reason="Again")
    people.end_role(holding=holding, by=administrator, at=NOW, reason="Left")
    people.give_role(person=someone, role=Role.FINANCE, by=administrator, at=NOW, reason="Came back")
    assert someone.holdings.filter(ended_at=None).count() == 1
    assert someone.holdings.count() == 2


def test_an_ended_role_no_longer_counts(administrator: User) -> None:
    round = open_round()
    finance = person(Role.FINANCE, round=round)
    audit.record("record payment", round, by=finance, at=NOW, round=round)
    holding = finance.holdings.get()
    people.end_role(holding=holding, by=administrator, at=NOW, reason="Moved on")
    with pytest.raises(NotEntitled):
        audit.record("record payment", round, by=finance, at=NOW, round=round)
    assert not Holdings(finance).may("record payment", round)
    assert not Holdings(finance).rounds("see home").exists()
    assert audit.verify(round).faults == ()


def test_a_role_ends_once(administrator: User) -> None:
    holding = person(Role.FINANCE).holdings.get()
    people.end_role(holding=holding, by=administrator, at=NOW, reason="Moved on")
    with pytest.raises(Refused, match="This role has already ended"):
        people.end_role(holding=holding, by=administrator, at=NOW, reason="Again")
    holding.refresh_from_db()
    assert holding.ended_at == NOW


def test_nobody_ends_their_own_role(administrator: User) -> None:
    with pytest.raises(Refused, match=r"You cannot end your own role\. Ask another administrator"):
        people.end_role(holding=administrator.holdings.get(), by=administrator, at=NOW, reason="Tired")
    assert Holdings(administrator).may("give role")
