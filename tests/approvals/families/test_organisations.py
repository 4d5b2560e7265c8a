"""The page of a round's organisations: found by any of their names or their number."""

import pytest
from django.test import Client
from django.urls import reverse

from grants.models import Alias, Organisation, RegisterNumber, Round, User
from grants.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    return factories.open_round()


@pytest.fixture
def lead(round: Round) -> User:
    return factories.person(Role.LEAD, round=round)


@pytest.fixture
def church(round: Round) -> Organisation:
    made: Organisation = factories.OrganisationFactory(name="Café de l’Église", register="charity", number="SC012345")
    Alias.objects.create(organisation=made, name="St John’s Kitchen")
    RegisterNumber.objects.create(organisation=made, register="company", number="02345678")
    factories.bid(round, recipient=made)
    factories.bid(round)
    return made


def rows(user: User, round: Round, q: str) -> list[str]:
    client = Client()
    client.force_login(user)
    answer = client.get(reverse("approvals:organisations", args=[round.reference]), {"q": q})
    assert answer.status_code == 200
    return [row.body.name for row in answer.context["page"]]


@pytest.mark.parametrize(
    "words",
    ["cafe", "eglise", "kitchen st johns", "St. John", "SC 12345", "sc012345", "charity number SC012345", "2345678"],
)
def test_an_organisation_is_found_by_its_names_and_number(
    words: str, round: Round, lead: User, church: Organisation
) -> None:
    assert rows(lead, round, words) == ["Café de l’Église"]


def test_what_was_hit_is_in_bold(round: Round, lead: User, church: Organisation) -> None:
    client = Client()
    client.force_login(lead)
    address = reverse("approvals:organisations", args=[round.reference])
    page = client.get(address, {"q": "johns"}).content.decode()
    assert 'Also called St <mark class="app-hit">John’s</mark> Kitchen' in page
    assert "No organisations match your search" in client.get(address, {"q": "zeppelin"}).content.decode()


def test_an_organisation_of_another_round_is_not_listed(lead: User, round: Round, church: Organisation) -> None:
    other = factories.open_round()
    assert rows(factories.person(Role.LEAD, round=other), other, "cafe") == []


def test_an_administrator_finds_it_in_the_same_ways(church: Organisation) -> None:
    client = Client()
    client.force_login(User.objects.get(username="iris.jonas"))
    for words in ("eglise", "johns kitchen", "SC 12345"):
        page = client.get(reverse("admin:grants_organisation_changelist"), {"q": words}).content.decode()
        assert "Café de l’Église" in page, words
