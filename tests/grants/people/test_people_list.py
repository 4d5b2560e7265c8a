"""The list of people: searched, by role and round, sorted."""

import pytest
from django.test import Client
from django.urls import reverse

from grants.models import RoleHolding, Round, User
from grants.roles import Role
from tests.factories import NOW, open_round, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    return open_round()


@pytest.fixture
def client() -> Client:
    made = Client()
    made.force_login(person(Role.ADMINISTRATOR, name="Zoe Admin"))
    return made


@pytest.fixture
def people(round: Round) -> dict[str, User]:
    """A member and a lead of the round, the member leading another one; an auditor of all; one whose role ended."""
    made = {
        "Ada": person(Role.MEMBER, round=round, name="Ada Quill", unit="East Area"),
        "Bea": person(Role.LEAD, round=round, name="Bea Quill", unit="West Area"),
        "Cyn": person(Role.AUDITOR, name="Cyn Quill"),
        "Dot": person(Role.MEMBER, round=round, name="Dot Quill"),
    }
    other = person(Role.LEAD, round=open_round(), name="Eve Other")
    RoleHolding.objects.create(
        user=made["Ada"], role=Role.LEAD, round=other.holdings.get().round, given_by=other, given_at=NOW
    )
    RoleHolding.objects.filter(user=made["Dot"]).update(ended_at=NOW)
    return made


def names(client: Client, **query: str) -> list[str]:
    page = client.get(reverse("grants:people"), {"sort": "name", **query}).context["page"]
    return [each.name for each in page]


def test_people_are_searched_by_every_word(client: Client, people: dict[str, User]) -> None:
    assert names(client, q="quill") == ["Ada Quill", "Bea Quill", "Cyn Quill", "Dot Quill"]
    assert names(client, q="east ada") == ["Ada Quill"]
    assert names(client, q=people["Bea"].username) == ["Bea Quill"]
    assert names(client, q="100%") == []


def test_a_role_and_a_round_are_asked_of_one_holding(client: Client, round: Round, people: dict[str, User]) -> None:
    assert names(client, q="quill", role=Role.MEMBER.value) == ["Ada Quill"]
    assert names(client, q="quill", role=Role.LEAD.value) == ["Ada Quill", "Bea Quill"]
    assert names(client, q="quill", role=Role.LEAD.value, round=round.reference) == ["Bea Quill"]
    # Who holds a role in all rounds holds it in this one.
    assert names(client, q="quill", round=round.reference) == ["Ada Quill", "Bea Quill", "Cyn Quill"]
    assert names(client, q="quill", role="none") == ["Dot Quill"]


def test_people_are_sorted_and_who_never_signed_in_is_last(client: Client, people: dict[str, User]) -> None:
    User.objects.filter(pk=people["Bea"].pk).update(last_login=NOW)
    for sort in ("seen", "-seen"):
        assert names(client, q="quill", sort=sort)[0] == "Bea Quill"
    assert names(client, q="quill", sort="-name")[0] == "Dot Quill"
