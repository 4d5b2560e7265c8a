"""People and roles: those who give roles do not hold them, and a role that has ended no longer counts."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from grants.access import Holdings
from grants.models import AuditEvent, RoleHolding, User
from grants.people import people
from grants.refusal import NotEntitled, Refused
from grants.roles import Role
from tests.factories import NOW, PASSWORD, UserFactory, open_round, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("deployed_hashers")]


@pytest.fixture
def administrator() -> User:
    return person(Role.ADMINISTRATOR)


def test_adding_a_person_is_recorded_and_they_cannot_sign_in_yet(administrator: User) -> None:
    added = people.add_person(username="new.person", name="New Person", unit="CPIE", by=administrator, at=NOW)
    assert not added.has_usable_password()
    event = AuditEvent.objects.filter(round=None).last()
    assert event is not None
    assert (event.action, event.subject, event.actor) == ("add person", "new.person", administrator)


def test_a_user_name_is_unique(administrator: User) -> None:
    people.add_person(username="new.person", name="New Person", unit="", by=administrator, at=NOW)
    with pytest.raises(Refused, match=r"The user name new\.person is taken") as refused:
        people.add_person(username="new.person", name="Another", unit="", by=administrator, at=NOW)
    assert refused.value.field == "username"
    assert User.objects.get(username="new.person").name == "New Person"


@pytest.mark.parametrize("role", Role)
def test_nobody_gives_themselves_a_role(administrator: User, role: Role) -> None:
    with pytest.raises(Refused, match=r"You cannot give yourself a role\. Ask another administrator"):
        people.give_role_at_opening(
            person=administrator, post=people.Post(role), by=administrator, at=NOW, reason="I want it"
        )
    assert list(administrator.holdings.values_list("role", flat=True)) == [Role.ADMINISTRATOR]


def test_the_database_too_refuses_a_role_given_to_oneself(administrator: User) -> None:
    with pytest.raises(IntegrityError, match="nobody_gives_themselves_a_role"), transaction.atomic():
        RoleHolding.objects.create(user=administrator, role=Role.LEAD, given_by=administrator, given_at=NOW)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
@pytest.mark.parametrize("administrator_first", [True, False])
def test_an_administrator_holds_no_other_role(administrator: User, role: Role, administrator_first: bool) -> None:
    round, someone = open_round(), UserFactory()
    first, second = (Role.ADMINISTRATOR, role) if administrator_first else (role, Role.ADMINISTRATOR)
    people.give_role_at_opening(person=someone, post=people.Post(first), by=administrator, at=NOW, reason="First")
    with pytest.raises(Refused, match="An administrator cannot hold another role"):
        people.give_role_at_opening(
            person=someone, post=people.Post(second, round), by=administrator, at=NOW, reason="Second"
        )
    assert list(someone.holdings.values_list("role", flat=True)) == [first]


def test_other_roles_join_in_one_person(administrator: User) -> None:
    someone, round = UserFactory(), open_round()
    for role in (Role.MEMBER, Role.CHAIR, Role.LEAD):
        people.give_role_at_opening(
            person=someone, post=people.Post(role, round), by=administrator, at=NOW, reason="Needed"
        )
    assert Holdings(someone).in_round(round.pk) == {Role.MEMBER, Role.CHAIR, Role.LEAD}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_an_administrator_gives_roles(role: Role) -> None:
    someone = UserFactory()
    with pytest.raises(NotEntitled):
        people.give_role(person=someone, role=Role.AUDITOR, by=person(role), at=NOW, reason="Why not")
    assert not someone.holdings.exists()


def test_a_role_given_for_one_round_counts_in_that_round_alone(administrator: User) -> None:
    someone, one, other = UserFactory(), open_round(), open_round()
    people.give_role(person=someone, role=Role.FINANCE, round=one, by=administrator, at=NOW, reason="Needed")
    held = Holdings(someone)
    assert held.may("record payment", one)
    assert not held.may("record payment", other)
    assert list(held.rounds("record payment")) == [one]


def test_the_operator_names_two_administrators_and_no_more() -> None:
    User.objects.filter(username="jude.amos").update(is_active=False)
    call_command("add_administrator", "second.admin", "Second Admin", stdout=StringIO())
    assert User.objects.get(username="second.admin").is_staff
    with pytest.raises(CommandError, match="There are already two administrators"):
        call_command("add_administrator", "third.admin", "Third Admin")
    assert not User.objects.filter(username="third.admin").exists()


def test_a_password_link_works_once() -> None:
    someone = UserFactory()
    uid, token = people.password_link(someone)
    assert people.person_of_link(uid, token) == someone
    people.set_password(person=someone, password=PASSWORD, at=NOW)
    changed = User.objects.get(pk=someone.pk)
    assert changed.check_password(PASSWORD)
    assert changed.password.startswith("scrypt$")
    assert people.person_of_link(uid, token) is None


def test_a_password_link_ends_after_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    someone = UserFactory()
    uid, token = people.password_link(someone)
    now = default_token_generator._now()
    monkeypatch.setattr(default_token_generator, "_now", lambda: now + timedelta(hours=1, seconds=1))
    assert people.person_of_link(uid, token) is None
    monkeypatch.setattr(default_token_generator, "_now", lambda: now + timedelta(minutes=59))
    assert people.person_of_link(uid, token) == someone


def test_a_link_belongs_to_one_person() -> None:
    (mine, token), (yours, _) = people.password_link(UserFactory()), people.password_link(UserFactory())
    assert people.person_of_link(mine, token) is not None
    assert people.person_of_link(yours, token) is None


@pytest.mark.parametrize("uid", ["", "!!!", "AAAA", "OTk5OTk5OTk", "x" * 400, "LTE"])
def test_a_made_up_link_belongs_to_nobody(uid: str) -> None:
    assert people.person_of_link(uid, "abc-def") is None


def test_a_person_who_left_cannot_sign_in_through_a_link() -> None:
    someone = UserFactory()
    uid, token = people.password_link(someone)
    User.objects.filter(pk=someone.pk).update(is_active=False)
    assert people.person_of_link(uid, token) is None


@pytest.mark.parametrize("password", ["short", "password1234", "elevencharz"])
def test_a_weak_password_is_refused_with_the_rule_that_it_breaks(password: str) -> None:
    someone = UserFactory()
    before = someone.password
    with pytest.raises(Refused) as refused:
        people.set_password(person=someone, password=password, at=NOW)
    assert refused.value.field == "password"
    assert "password" in refused.value.message
    assert User.objects.get(pk=someone.pk).password == before


def test_setting_a_password_is_recorded_without_the_password() -> None:
    someone = UserFactory()
    people.set_password(person=someone, password=PASSWORD, at=NOW)
    event = AuditEvent.objects.filter(round=None).last()
    assert event is not None
    assert (event.action, event.actor, event.facts, event.before) == ("set password", someone, {}, {})
