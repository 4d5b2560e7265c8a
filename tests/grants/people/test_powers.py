"""Power over an account that decides takes two administrators, a letter to its person, and time to object."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from grants.models import AuditEvent, Mail, PowerProposal, RoleHolding, User
from grants.people import people, powers
from grants.people.people import Post
from grants.people.powers import COOLING
from grants.refusal import NotEntitled, Refused
from grants.roles import DECIDING, Role
from tests.factories import NOW, PASSWORD, UserFactory, person

pytestmark = pytest.mark.django_db
LATER = NOW + COOLING


@pytest.fixture
def one() -> User:
    return person(Role.ADMINISTRATOR)


@pytest.fixture
def other() -> User:
    return person(Role.ADMINISTRATOR)


@pytest.fixture
def mayor() -> User:
    decider = person(Role.DMPC, email="mayor@example.org")
    decider.set_password(PASSWORD)
    decider.save()
    return decider


def newcomer() -> User:
    """A lead who has set no password yet."""
    lead = person(Role.LEAD)
    lead.set_unusable_password()
    lead.save()
    return lead


def link(mayor: User, by: User) -> PowerProposal:
    return powers.propose_password_link(person=mayor, by=by, at=NOW, reason="She forgot her password")


@pytest.mark.parametrize("role", sorted(DECIDING))
def test_one_administrator_alone_gives_no_role_that_decides(one: User, role: Role) -> None:
    someone = UserFactory()
    with pytest.raises(Refused, match="another administrator has to confirm it") as refused:
        people.give_role(person=someone, role=role, by=one, at=NOW, reason="Needed")
    assert refused.value.field == "role"
    assert not someone.holdings.exists()


@pytest.mark.parametrize("role", sorted(DECIDING))
def test_a_role_that_decides_is_held_once_a_second_administrator_confirms(one: User, other: User, role: Role) -> None:
    someone = UserFactory()
    proposal = powers.propose_role(person=someone, post=Post(role), by=one, at=NOW, reason="Elected")
    assert not someone.holdings.exists()
    powers.confirm_power(proposal=proposal, by=other, at=NOW)
    holding = someone.holdings.get()
    assert (holding.role, holding.given_by, holding.confirmed_by) == (role, one, other)
    actions = AuditEvent.objects.filter(round=None).order_by("-number").values_list("action", "actor_name")[:3]
    assert list(actions) == [("give role", other.name), ("confirm power", other.name), ("propose power", one.name)]


@pytest.mark.parametrize("role", [role for role in Role if role not in DECIDING])
def test_other_roles_take_one_administrator(one: User, role: Role) -> None:
    someone = UserFactory()
    people.give_role(person=someone, role=role, by=one, at=NOW, reason="Needed")
    assert someone.holdings.get().role == role


def test_nobody_confirms_or_refuses_their_own_proposal(one: User, mayor: User) -> None:
    proposal = link(mayor, one)
    with pytest.raises(Refused, match="You proposed this"):
        powers.confirm_power(proposal=proposal, by=one, at=LATER)
    with pytest.raises(Refused, match="You proposed this"):
        powers.refuse_power(proposal=proposal, by=one, at=LATER, reason="No")
    powers.withdraw_power(proposal=proposal, by=one, at=LATER, reason="Not needed")
    assert PowerProposal.objects.get().state == "withdrawn"


def test_nobody_has_a_part_in_a_proposal_about_themselves(one: User, other: User) -> None:
    with pytest.raises(Refused, match="You cannot propose this for yourself"):
        link(one, one)
    proposal = link(other, one)
    for answer in (
        lambda: powers.confirm_power(proposal=proposal, by=other, at=LATER),
        lambda: powers.refuse_power(proposal=proposal, by=other, at=LATER, reason="No"),
    ):
        with pytest.raises(Refused, match="This is about your own account"):
            answer()


def test_the_database_too_wants_two_people(one: User, mayor: User) -> None:
    proposal = link(mayor, one)
    rows = PowerProposal.objects.filter(pk=proposal.pk)
    for answered, constraint in (
        ({"answered_by": one, "answered_at": LATER}, "power_answered_by_a_second_person"),
        ({"answered_by": mayor, "answered_at": LATER}, "power_not_answered_for_oneself"),
        ({"answered_by": person(Role.ADMINISTRATOR), "answered_at": NOW}, "power_not_confirmed_early"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            rows.update(state="confirmed", **answered)
    with pytest.raises(IntegrityError, match="role_confirmed_by_a_second_person"), transaction.atomic():
        RoleHolding.objects.create(user=UserFactory(), role="cpie_lead", given_by=one, confirmed_by=one, given_at=NOW)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_an_administrator_proposes_or_confirms(one: User, mayor: User, role: Role) -> None:
    with pytest.raises(NotEntitled):
        link(mayor, person(role))
    proposal = link(mayor, one)
    with pytest.raises(NotEntitled):
        powers.confirm_power(proposal=proposal, by=person(role), at=LATER)
    assert PowerProposal.objects.get().state == "proposed"


def test_a_link_for_somebody_who_decides_waits_a_day_and_ends_their_sessions(
    one: User, other: User, mayor: User
) -> None:
    client = Client()
    client.force_login(mayor)
    proposal = link(mayor, one)
    with pytest.raises(Refused, match="It is too early to confirm this"):
        powers.confirm_power(proposal=proposal, by=other, at=LATER - timedelta(seconds=1))
    assert client.get(reverse("grants:home")).status_code == 200
    parts = powers.confirm_power(proposal=proposal, by=other, at=LATER)
    assert parts is not None
    assert people.person_of_link(*parts) == mayor
    assert client.get(reverse("grants:home")).status_code == 302


def test_one_administrator_alone_makes_no_link_and_changes_no_address_of_who_decides(one: User, mayor: User) -> None:
    for proposed_by in (None, one):
        with pytest.raises(Refused, match="another administrator has to confirm this"):
            people.make_password_link(person=mayor, by=one, at=NOW, proposed_by=proposed_by)
        with pytest.raises(Refused, match="another administrator has to confirm this"):
            people.change_email(person=mayor, email="mine@example.org", by=one, at=NOW, proposed_by=proposed_by)
    assert User.objects.get(pk=mayor.pk).email == "mayor@example.org"


def test_a_first_link_does_not_wait(one: User, other: User) -> None:
    decider = newcomer()
    assert powers.confirm_power(proposal=link(decider, one), by=other, at=NOW)


def test_a_first_link_waits_too_once_its_person_has_set_a_password(one: User, other: User) -> None:
    decider = newcomer()
    proposal = link(decider, one)
    people.set_password(person=decider, password="yellow-kettle-29-sings", at=NOW)
    with pytest.raises(Refused, match="It is too early to confirm this"):
        powers.confirm_power(proposal=proposal, by=other, at=NOW + timedelta(hours=1))
    assert powers.confirm_power(proposal=proposal, by=other, at=LATER)


def test_the_letter_about_a_new_address_goes_to_the_old_one(
    one: User, other: User, mayor: User, mailoutbox: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        proposal = powers.propose_email(person=mayor, email="new@example.org", by=one, at=NOW, reason="Moved")
    assert [letter.to for letter in mailoutbox] == [["mayor@example.org"]]
    assert "If you did not expect this, tell an administrator now." in Mail.objects.get().text
    powers.confirm_power(proposal=proposal, by=other, at=LATER)
    assert User.objects.get(pk=mayor.pk).email == "new@example.org"
    events = AuditEvent.objects.filter(round=None, action__in=["propose power", "confirm power", "change email"])
    assert not any("new@example.org" in str(event.facts) for event in events)


def test_a_proposal_is_answered_once(one: User, other: User, mayor: User) -> None:
    proposal = link(mayor, one)
    with pytest.raises(Refused, match=f"This is already proposed: {proposal.reference}"):
        link(mayor, other)
    powers.refuse_power(proposal=proposal, by=other, at=NOW, reason="She did not ask")
    with pytest.raises(Refused, match="was already answered: refused"):
        powers.confirm_power(proposal=proposal, by=other, at=LATER)
    assert link(mayor, other).state == "proposed"


def test_a_role_that_became_impossible_meanwhile_is_not_given(one: User, other: User) -> None:
    someone = UserFactory()
    proposal = powers.propose_role(person=someone, post=Post(Role.LEAD), by=one, at=NOW, reason="Needed")
    people.give_role_at_opening(person=someone, post=Post(Role.LEAD), by=other, at=NOW, reason="By folder")
    with pytest.raises(Refused, match="already holds this role"):
        powers.confirm_power(proposal=proposal, by=other, at=NOW)
    assert PowerProposal.objects.get().state == "proposed"


def test_the_pages_lead_from_the_person_to_the_link_by_two_people(one: User, other: User) -> None:
    decider, first, second = newcomer(), Client(), Client()
    first.force_login(one)
    second.force_login(other)
    answer = first.post(reverse("grants:password_link", args=[decider.username]))
    assert answer["Location"] == reverse("grants:propose_password_link", args=[decider.username])
    answer = first.post(answer["Location"], {"reason": "New here"})
    proposal = PowerProposal.objects.get()
    assert answer["Location"] == reverse("grants:power", args=[proposal.reference])
    assert "Somebody else must confirm it" in first.get(answer["Location"]).text
    for page in ("grants:people", "grants:home"):
        assert f"{proposal.get_kind_display()}: {decider.name}" in second.get(reverse(page)).text
    assert decider.name not in first.get(reverse("grants:home")).text
    page = second.post(reverse("grants:confirm_power", args=[proposal.reference]), {"confirm": "yes"})
    assert "It works once, within an hour" in page.text
    assert "no-store" in page["Cache-Control"]
    again = second.post(reverse("grants:confirm_power", args=[proposal.reference]), {"confirm": "yes"})
    assert "was already answered: confirmed" in again.text


def test_the_page_that_gives_a_role_proposes_one_that_decides(one: User) -> None:
    someone, client = UserFactory(), Client()
    client.force_login(one)
    address = reverse("grants:give_role", args=[someone.username])
    answer = client.post(address, {"role": "deputy_mayor", "reason": "Elected"})
    assert answer["Location"] == reverse("grants:power", args=[PowerProposal.objects.get().reference])
    assert not someone.holdings.exists()
    answer = client.post(address, {"role": "finance", "reason": "Needed"})
    assert answer["Location"] == reverse("grants:person", args=[someone.username])
    assert someone.holdings.get().role == "finance"
