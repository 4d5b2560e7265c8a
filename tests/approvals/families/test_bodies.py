"""A wrong match undone: bids go back, names and numbers go, each an event, and the routes follow."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from approvals.families import bodies
from approvals.families.bodies import Part
from approvals.models import Award
from approvals.routing import awards
from bids.models import Bid, Knowledge
from grants.models import Alias, AuditEvent, Organisation, RegisterNumber, Round, User
from grants.refusal import NotEntitled, Refused
from grants.roles import Role
from tests.factories import NOW, OrganisationFactory, award, open_round, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    return open_round()


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


@pytest.fixture
def body() -> Organisation:
    """One record with two names and two numbers."""
    made = OrganisationFactory(name="Alpha Trust", register="charity", number="1234567")
    Alias.objects.create(organisation=made, name="Beta Society")
    RegisterNumber.objects.create(organisation=made, register="company", number="01234567")
    return made


def two_grants(round: Round, body: Organisation) -> tuple[Award, Award]:
    """A grant of £30,000 under each of the two names."""
    one, other = (
        award(round, title=title, amount=Decimal(30000), recipient=body, recipient_as_written=name)
        for title, name in (("Alpha", "Alpha Trust"), ("Beta", "Beta Society"))
    )
    return one, other


def part_of(body: Organisation, *bids: Bid, into: Organisation | None = None, **new: str) -> Part:
    names = list(body.aliases.filter(name="Beta Society"))
    return Part(list(bids), names, list(body.numbers.filter(register="company")), into, **new)


def test_bids_names_and_numbers_go_to_a_new_organisation(round: Round, lead: User, body: Organisation) -> None:
    one, other = two_grants(round, body)
    part = part_of(body, other.bid, name="Beta Society", register="company", number="1234567")
    into = bodies.separate_body(round=round, body=body, part=part, reason="Two bodies", by=lead, at=NOW)
    other.bid.refresh_from_db()
    one.bid.refresh_from_db()
    assert (one.bid.recipient, other.bid.recipient) == (body, into)
    assert (into.name, into.register, into.number) == ("Beta Society", "company", "01234567")
    assert Alias.objects.get(name="Beta Society").organisation == into
    assert list(body.numbers.values_list("number", flat=True)) == ["1234567"]
    events = AuditEvent.objects.filter(round=round, action="separate bodies")
    assert {event.subject_kind for event in events} >= {"bid", "organisation"}
    event = events.get(bid=other.bid.reference, subject_kind="bid")
    assert event.before == {"recipient": "Alpha Trust (charity number 1234567)"}
    assert event.facts == {"recipient": "Beta Society (company number 01234567)"}


def test_the_routes_are_worked_out_again(lead: User, body: Organisation, round: Round) -> None:
    Round.objects.filter(pk=round.pk).update(routing_key="recipient")
    round.refresh_from_db()
    one, other = two_grants(round, body)
    awards.route_awards(round=round, by=lead, at=NOW)
    one.refresh_from_db()
    assert one.route == "dmpc"
    part = part_of(body, other.bid, name="Beta Society")
    bodies.separate_body(round=round, body=body, part=part, reason="Two bodies", by=lead, at=NOW)
    for each in (one, other):
        each.refresh_from_db()
        assert each.route == "delegated"


def test_a_merge_is_undone_into_the_record_that_it_left_behind(round: Round, lead: User) -> None:
    kept, other = OrganisationFactory(name="Kept"), OrganisationFactory(name="Other")
    grant = award(round, recipient=other, recipient_as_written="Other")
    bodies.merge_bodies(round=round, kept=kept, others=[other], reason="One", by=lead, at=NOW)
    grant.bid.refresh_from_db()
    part = Part([grant.bid], list(kept.aliases.filter(name="Other")), [], other)
    assert bodies.separate_body(round=round, body=kept, part=part, reason="Two", by=lead, at=NOW) == other
    grant.bid.refresh_from_db()
    assert grant.bid.recipient == other
    assert list(other.aliases.values_list("name", flat=True)) == ["Other"]


def test_a_main_number_that_leaves_makes_way_for_the_next(round: Round, lead: User, body: Organisation) -> None:
    part = Part([], [], list(body.numbers.filter(register="charity")), None, "Gamma", "", "")
    into = bodies.separate_body(round=round, body=body, part=part, reason="Not theirs", by=lead, at=NOW)
    body.refresh_from_db()
    into.refresh_from_db()
    assert (body.register, body.number) == ("company", "01234567")
    assert (into.register, into.number) == ("charity", "1234567")


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (lambda body: Part([], [], [], None, "Gamma"), "Select the bids, names or numbers"),
        (lambda body: Part([], list(body.aliases.filter(name=body.name)), [], None, "Gamma"), "so it stays"),
        (lambda body: part_of(body), "Select an organisation, or enter the name"),
        (lambda body: part_of(body, name="G", register="charity", number="1234567"), "Alpha Trust has this number"),
    ],
)
def test_what_cannot_be_separated_changes_nothing(
    round: Round, lead: User, body: Organisation, part: Callable[[Organisation], Part], message: str
) -> None:
    before = Organisation.objects.count()
    with pytest.raises(Refused, match=message):
        bodies.separate_body(round=round, body=body, part=part(body), reason="x", by=lead, at=NOW)
    assert Organisation.objects.count() == before
    assert body.aliases.count() == 2


def test_who_knows_the_one_is_held_to_know_the_other(round: Round, lead: User, body: Organisation) -> None:
    known = Knowledge.objects.create(round=round, member=person(Role.MEMBER, round=round))
    known.organisations.add(body)
    part = part_of(body, name="Beta Society")
    into = bodies.separate_body(round=round, body=body, part=part, reason="Two", by=lead, at=NOW)
    assert set(known.organisations.all()) == {body, into}


def test_only_a_lead_separates_and_corrects(round: Round, body: Organisation) -> None:
    finance = person(Role.FINANCE, round=round)
    with pytest.raises(NotEntitled):
        bodies.separate_body(
            round=round, body=body, part=part_of(body, name="Beta Society"), reason="x", by=finance, at=NOW
        )


def test_a_number_is_corrected_and_kept_in_one_spelling(round: Round, lead: User) -> None:
    body = OrganisationFactory(name="Old", register="charity", number="TBC")
    client = Client()
    client.force_login(lead)
    award(round, recipient=body)
    listed = client.get(reverse("approvals:organisations", args=[round.reference])).content.decode()
    assert "Register numbers to correct" in listed
    address = reverse("approvals:correct_number", args=[round.reference, body.pk])
    refused = client.post(address, {"register": "charity", "number": "to be confirmed", "reason": "x"})
    assert "is not a number of this register" in refused.content.decode()
    saved = client.post(address, {"register": "charity", "number": " sc 12345", "reason": "From the register"})
    assert saved.status_code == 302
    body.refresh_from_db()
    assert (body.register, body.number) == ("scottish charity", "SC012345")
    assert list(body.numbers.values_list("number", flat=True)) == ["SC012345"]
    event = AuditEvent.objects.get(round=round, action="correct number")
    assert event.before == {"number": "Old (charity number TBC)"}


def test_a_number_of_another_organisation_is_not_taken(round: Round, lead: User, body: Organisation) -> None:
    other = OrganisationFactory(name="Other")
    with pytest.raises(Refused, match="Alpha Trust has this number"):
        bodies.correct_number(
            round=round, body=other, register="company", number="1234567", reason="x", by=lead, at=NOW
        )


def test_the_page_separates_by_hand(round: Round, lead: User, body: Organisation) -> None:
    _, other = two_grants(round, body)
    client = Client()
    client.force_login(lead)
    address = reverse("approvals:separate_body", args=[round.reference, body.pk])
    posted = {
        "bids": [other.bid.reference],
        "names": [body.aliases.get(name="Beta Society").pk],
        "to": "new",
        "name": "Beta Society",
        "reason": "Another charity",
    }
    wrong = client.post(address, posted | {"number": "1234567"}).content.decode()
    assert "Enter both the register and the number, or neither" in wrong
    assert "Another charity" in wrong
    assert client.post(address, posted).status_code == 302
    other.bid.refresh_from_db()
    assert other.bid.recipient is not None
    assert other.bid.recipient.name == "Beta Society"
