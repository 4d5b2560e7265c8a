"""Who is paid: a name and a number lead to one organisation, to a new one, or to a question for a person."""

import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals.enums import Key, Level
from approvals.routing.routes import Claim, Limit, route
from bids.intake import checking, intake, uploads
from bids.intake.recipients import NEW, Named, Recipients
from bids.models import Bid
from grants.models import Alias, AuditEvent, Organisation, RegisterNumber, Round, User
from grants.names import plain_name
from grants.roles import Role
from tests.bids.intake.test_intake import GOOD, rows, take_in
from tests.factories import NOW, OrganisationFactory, open_round, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    # Its pages are asked today, whenever that is.
    return open_round(closes_on=max(date(2026, 12, 31), timezone.localdate()))


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


def bidder(reference: str, name: str, register: str = "", number: str = "") -> dict[str, str]:
    return {"your_reference": reference, "recipient": name, "register": register, "register_number": number}


def errors(round: Round, *changes: dict[str, str]) -> list[str]:
    return [message for row in checking.check(round, rows(*changes)).rows for _, _, message in row.errors]


def test_two_bodies_with_tbc_for_a_number_are_refused_at_their_cells(round: Round) -> None:
    preview = checking.check(
        round, rows(bidder("B-1", "Alpha Trust", "charity", "TBC"), bidder("B-2", "Beta Society", "charity", "TBC"))
    )
    assert [[cell for cell, _, _ in row.errors] for row in preview.rows] == [["F2"], ["F3"]]
    assert preview.rows[0].errors[0][2].startswith("“TBC” is not a number of this register, which has 6 to 8 digits")


@pytest.mark.parametrize(
    ("register", "one", "other"),
    [("company", "01234567", "1234567"), ("charity", "SC012345", "sc 012345"), ("charity", "100123", "NIC100123")],
)
def test_shapes_of_one_number_are_one_body_once_a_person_says_so(
    round: Round, lead: User, register: str, one: str, other: str
) -> None:
    sheet = rows(bidder("B-1", "Lads Club", register, one), bidder("B-2", "LC Ventures", register, other))
    (question,) = checking.check(round, sheet).questions
    assert "Is “LC Ventures” another name of it?" in question.sentence
    first, second = take_in(round, lead, sheet, lambda question: question.choices[0][0])
    assert first.recipient == second.recipient
    assert second.recipient_as_written == "LC Ventures"
    assert RegisterNumber.objects.filter(organisation=first.recipient).count() == 1


def test_an_open_question_keeps_every_row_out(round: Round, lead: User) -> None:
    sheet = rows(bidder("B-1", "Lads Club", "company", "1234567"), bidder("B-2", "Other", "company", "01234567"))
    upload = uploads.keep_rows(round=round, file_name="b.csv", rows=sheet, by=lead, at=NOW)
    with pytest.raises(intake.Refused, match="Say which organisation is meant"):
        intake.take_in_upload(upload=upload, by=lead, at=NOW)
    assert not Bid.objects.filter(round=round).exists()
    assert not Organisation.objects.filter(name="Lads Club").exists()


def test_an_answer_that_was_not_offered_leaves_the_question_open() -> None:
    known = OrganisationFactory(name="Growers", register="charity", number="1234567")
    other = OrganisationFactory(name="Unrelated")
    named = Named("Diggers", "charity", "1234567")
    assert Recipients().place(named, str(other.pk)).question is not None
    assert Recipients().place(named, NEW).question is not None
    body = Recipients().place(named, str(known.pk)).body
    assert body is not None
    assert body.stored == known


def test_namesakes_are_asked_about_where_a_bid_gives_no_number() -> None:
    one = OrganisationFactory(name="Saint Agnes Trust", register="charity", number="1234567")
    OrganisationFactory(name="Saint Agnes Trust", register="charity", number="7654321")
    question = Recipients().place(Named("The Saint Agnes Trust", "not stated", "")).question
    assert question is not None
    assert [label for _, label in question.choices] == [
        "It is Saint Agnes Trust (charity number 1234567)",
        "It is Saint Agnes Trust (charity number 7654321)",
        "Another organisation with the same name",
    ]
    assert question.choices[0][0] == str(one.pk)


def test_a_number_of_another_register_is_added_and_never_dropped(round: Round, lead: User) -> None:
    take_in(round, lead, rows(bidder("B-1", "Growers", "charity", "1234567")))
    sheet = rows(bidder("B-2", "Growers", "company", "7654321"))
    (second,) = take_in(round, lead, sheet, lambda question: question.choices[0][0])
    assert second.recipient is not None
    assert (second.recipient.register, second.recipient.number) == ("charity", "1234567")
    assert set(second.recipient.numbers.values_list("register", "number")) == {
        ("charity", "1234567"),
        ("company", "07654321"),
    }
    assert (second.register_as_written, second.number_as_written) == ("company", "07654321")


def test_an_answer_means_the_same_when_an_earlier_one_adds_an_organisation(round: Round, lead: User) -> None:
    OrganisationFactory(name="Growers", register="charity", number="1234567")
    sheet = rows(
        bidder("B-1", "Growers", "charity", "7654321"),
        bidder("B-2", "Lads Club", "company", "2345678"),
        bidder("B-3", "Lads Club", "company", "3456789"),
        bidder("B-4", "LC Ventures", "company", "2345678"),
    )

    def answer(question: Any) -> str:
        return NEW if question.choices[-1][0] == NEW else question.choices[0][0]

    growers, club, other, ventures = take_in(round, lead, sheet, answer)
    assert ventures.recipient == club.recipient
    assert len({growers.recipient_id, club.recipient_id, other.recipient_id}) == 3


def test_a_new_organisation_of_a_file_has_one_key_wherever_it_stands() -> None:
    club = Named("Lads Club", "company", "02345678")
    alone, after = Recipients(), Recipients()
    after.place(Named("Growers", "charity", "7654321"))
    first, second = alone.place(club).body, after.place(club).body
    assert first is not None and second is not None
    assert first.key == second.key


def test_one_answer_is_enough_for_all_rows_that_name_it_alike(round: Round, lead: User) -> None:
    OrganisationFactory(name="Growers", register="charity", number="1234567")
    sheet = rows(*(bidder(f"B-{n}", "GROWERS", "charity", "7654321") for n in range(1, 4)))
    asked: list[str] = []

    def answer(question: Any) -> str:
        asked.append(question.key)
        return NEW

    taken = take_in(round, lead, sheet, answer)
    assert len(asked) == 1
    assert len({bid.recipient_id for bid in taken}) == 1
    assert Organisation.objects.filter(name__iexact="growers").count() == 2


def test_references_that_differ_by_spelling_are_named(round: Round, lead: User) -> None:
    same = ["CW-01", "cw-01", "CW 01", "ＣＷ－０１", "cw01"]
    refusals = errors(round, *({**GOOD, "your_reference": each} for each in same))
    assert len(refusals) == len(same) - 1
    assert all("which is the same but for its spelling" in each for each in refusals)
    take_in(round, lead, rows({"your_reference": "CW-01"}))
    assert "CW-01 was already imported" in errors(round, {"your_reference": "cw 01"})[0]
    assert errors(round, {"your_reference": "CW-1-01"}, {"your_reference": "CW-101"}) == []


@pytest.mark.parametrize("name", ["Р\u0430olo Club", "Αlpha Trust", "…", "—"])
def test_a_name_that_only_looks_like_one_is_refused(round: Round, name: str) -> None:
    assert any("Enter a name with" in each or "mixes letters" in each for each in errors(round, bidder("B-1", name)))


@pytest.mark.parametrize("name", ["TBC", "n/a", "N.A.", "To be confirmed", "unknown", "Various", "ＴＢＣ"])
def test_what_stands_for_a_missing_name_is_refused(round: Round, name: str) -> None:
    refusals = errors(round, bidder("B-1", name), bidder("B-2", name))
    assert [f"“{name}” is no name of an organisation" in each for each in refusals] == [True, True]


# The form


def posted(**changes: str) -> dict[str, Any]:
    day = {"starts_on_0": "1", "starts_on_1": "12", "starts_on_2": "2026"}
    day |= {"ends_on_0": "31", "ends_on_1": "3", "ends_on_2": "2027"}
    lists = {"boroughs": ["E09000033"], "themes": ["violence"], "priorities": ["children"]}
    plain = {name: text for name, text in GOOD.items() if name not in {*lists, "starts_on", "ends_on", "objectives"}}
    return plain | lists | day | changes


def test_the_form_asks_and_keeps_what_was_typed(round: Round, lead: User) -> None:
    known = OrganisationFactory(name="Diggers", register="charity", number="7654321")
    client = Client()
    client.force_login(lead)
    address = reverse("bids:add_bid", args=[round.reference])
    answer = client.post(address, posted(register_number=" 765 4321"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Is “Dovecote Growers” another name of it?" in page
    assert "Growing food together." in page
    assert not Bid.objects.filter(round=round).exists()
    answer = client.post(address, posted(recipient_answer=str(known.pk)))
    assert answer.status_code == 302
    bid = Bid.objects.get(round=round)
    assert (bid.recipient, bid.recipient_as_written) == (known, "Dovecote Growers")
    event = AuditEvent.objects.get(round=round, action="take in bid")
    assert (event.facts["bidder"], event.facts["as_written"]) == ("Diggers", "Dovecote Growers")


def test_changing_a_bid_changes_its_recipient(round: Round, lead: User) -> None:
    (bid,) = take_in(round, lead, rows({}))
    client = Client()
    client.force_login(lead)
    address = reverse("bids:change_bid", args=[bid.reference])
    changed = posted(register_number="1111111", version=str(bid.version), reason="The number was wrong")
    answer = client.post(address, changed)
    assert "Another organisation with the same name" in answer.content.decode()
    assert client.post(address, changed | {"recipient_answer": NEW}).status_code == 302
    before, bid = bid.recipient, Bid.objects.get(pk=bid.pk)
    assert bid.recipient != before
    assert bid.recipient is not None
    assert bid.recipient.number == "1111111"
    event = AuditEvent.objects.get(action="change bid")
    assert (event.before["register_number"], event.facts["register_number"]) == ("7654321", "1111111")


def test_a_recipient_that_stays_is_not_asked_about_again(round: Round, lead: User) -> None:
    OrganisationFactory(name="Diggers", register="charity", number="7654321")
    (bid,) = take_in(round, lead, rows({}), lambda question: question.choices[0][0])
    Alias.objects.filter(name="Dovecote Growers").delete()
    client = Client()
    client.force_login(lead)
    changed = posted(title="A better title", version=str(bid.version), reason="Typo")
    assert client.post(reverse("bids:change_bid", args=[bid.reference]), changed).status_code == 302
    assert Bid.objects.get(pk=bid.pk).recipient == bid.recipient


def test_the_preview_asks_and_then_imports(round: Round, lead: User) -> None:
    OrganisationFactory(name="Diggers", register="charity", number="7654321")
    upload = uploads.keep_rows(round=round, file_name="b.csv", rows=rows({}), by=lead, at=NOW)
    client = Client()
    client.force_login(lead)
    preview_address = reverse("bids:import_preview", args=[upload.reference])
    address = client.get(preview_address).headers["Location"]
    page = client.get(address).content.decode()
    assert "Which organisation is meant?" in page
    (question,) = checking.check(round, upload.read()).questions
    refused = client.post(address, {})
    assert "Select which organisation is meant" in refused.content.decode()
    assert client.post(address, {question.key: question.choices[0][0]}).status_code == 302
    assert client.get(address).headers["Location"] == preview_address
    assert "Import 1 bid" in client.get(preview_address).content.decode()
    assert client.post(preview_address, {"then": "import"}).status_code == 302
    assert Bid.objects.get(round=round).bidder == "Diggers"


# The law: no spelling of a recipient ever lowers a route.

LIMIT = Limit(Decimal("50000.00"), "lead", "Deputy Mayor", "4.8", NOW.date())
NAMES = ["Café Society & Friends Limited", "St John's Trust", "The Lion’s Den", "Ärzte für Łódź", "বাংলা দল", "Eōs Group"]


@st.composite
def spellings(draw: st.DrawFn, name: str) -> str:
    """The same name in another Unicode form, case, accents, apostrophes, spaces, `and`, `the` or legal form."""
    if draw(st.booleans()):
        name = name.replace(" & ", draw(st.sampled_from([" and ", " AND ", "&", " ＆ "])))
    if draw(st.booleans()) and name.isascii() is False:
        name = "".join(each for each in unicodedata.normalize("NFD", name) if unicodedata.combining(each) != 230)
    for mark in "'’":
        name = name.replace(mark, draw(st.sampled_from(["'", "’", "ʼ", "`", "", "‘"])))
    name = draw(st.sampled_from([str.upper, str.lower, str.title, str.swapcase, str]))(name)
    name = name.replace(" ", draw(st.sampled_from([" ", "  ", "\u00a0", "\u2003", " \u200b"])))
    if draw(st.booleans()):
        name = f"The {name}" if not name.lower().startswith("the") else name
    name += draw(st.sampled_from(["", " Ltd", " LIMITED", " Ltd.", " CIC"])) if "imited" not in name.lower() else ""
    return unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"])), name)


@pytest.mark.parametrize("name", NAMES)
def test_no_spelling_of_a_recipient_lowers_a_route(name: str) -> None:
    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(st.lists(spellings(name), min_size=2, max_size=4), st.data())
    def law(written: list[str], data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(["", "01234567"]))
        shapes = ["01234567", "1234567", " 123 4567"] if number else [""]
        with transaction.atomic():
            known = Recipients()
            payees = []
            for each in written:
                register = "company" if number else "not stated"
                own = data.draw(st.sampled_from([*shapes, ""])) if payees else shapes[0]
                place = known.place(Named(each, register if own else "not stated", number if own else ""))
                assert place.body is not None, (each, place.question)
                payees.append(place.body)
            known.save()
            claims = [
                Claim(str(n), Decimal("26000.00"), "", body.name, body.identity)
                for n, body in enumerate(each.stored for each in payees)
                if body
            ]
            assert {route(claim, claims, LIMIT, Key.RECIPIENT).level for claim in claims} == {Level.DMPC}
            transaction.set_rollback(True)
        assert len({plain_name(each) for each in written}) == 1

    law()
