"""Organisations as bids come in: identified by number, known by every name that they use."""

import pytest

from bids.intake import checking
from bids.intake.recipients import NEW, Named, Question, Recipients
from bids.models import Bid
from grants.models import Alias, Round, User
from grants.roles import Role
from tests.bids.intake.test_intake import rows, take_in
from tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


def yes(question: Question) -> str:
    """The number is right, so it is the organisation of that number."""
    return question.choices[0][0]


def new(question: Question) -> str:
    return NEW


def test_two_spellings_of_one_number_are_one_organisation_with_two_names(round: Round, lead: User) -> None:
    one, other = take_in(round, lead, rows({}, {"your_reference": "B-2", "recipient": "Dove Cote Growers"}), yes)
    assert one.recipient == other.recipient
    assert set(one.recipient.aliases.values_list("name", flat=True)) == {"Dovecote Growers", "Dove Cote Growers"}
    assert other.recipient_as_written == "Dove Cote Growers"


@pytest.mark.parametrize(
    "name", ["The Dovecote Growers", "DOVECOTE GROWERS", "Dovecote Growers Ltd", "Dovecote  Growers Limited."]
)
def test_case_punctuation_and_legal_form_make_no_new_organisation(round: Round, lead: User, name: str) -> None:
    one, other = take_in(
        round,
        lead,
        rows({}, {"your_reference": "B-2", "recipient": name, "register": "", "register_number": ""}),
    )
    assert one.recipient == other.recipient


def test_namesakes_with_two_numbers_are_asked_about_and_are_two(round: Round, lead: User) -> None:
    (one,) = take_in(round, lead, rows({}))
    both = rows({"your_reference": "B-2", "register_number": "1111111"})
    preview = checking.check(round, both)
    (question,) = preview.questions
    assert "Dovecote Growers (charity number 7654321)" in question.sentence
    assert [value for value, _ in question.choices] == [NEW]
    (other,) = take_in(round, lead, both, new)
    assert one.recipient != other.recipient
    assert one.recipient and other.recipient
    assert (one.recipient.name, one.recipient.number) == (other.recipient.name, "7654321")
    assert other.recipient.number == "1111111"


def test_a_number_given_later_is_added_to_the_organisation(round: Round, lead: User) -> None:
    without = {"register": "", "register_number": ""}
    (first,) = take_in(round, lead, rows(without))
    take_in(round, lead, rows({"your_reference": "B-2"}))
    assert first.recipient is not None
    first.recipient.refresh_from_db()
    assert (first.recipient.register, first.recipient.number) == ("charity", "7654321")


def test_sharan_and_sharon_are_one_organisation() -> None:
    assert (
        Alias.objects.get(name="Sharon Project").organisation == Alias.objects.get(name="Sharan Project").organisation
    )
    recipients = Bid.objects.filter(round__reference="cpie-2019-20", title__regex="Shar[ao]n")
    assert recipients.count() == 4
    assert recipients.values("recipient").distinct().count() == 1


def test_the_five_names_of_pcpi_are_one_organisation() -> None:
    five = {
        "Police Crime Prevention Initiatives Ltd",
        "PCPI Ltd",
        "Police Digital Security Centre",
        "PDSC",
        "London Digital Security Centre",
    }
    aliases = Alias.objects.filter(name__in=five)
    assert {alias.name for alias in aliases} == five
    assert len({alias.organisation_id for alias in aliases}) == 1


@pytest.mark.parametrize("name", ["pdsc", "PCPI", "The London Digital Security Centre", "Sharon Project"])
def test_an_alias_leads_to_its_organisation(name: str) -> None:
    organisation = Recipients().place(Named(name, "not stated", "")).body
    assert organisation is not None
    assert organisation.name in ("Police Crime Prevention Initiatives Ltd", "Sharan Project")
