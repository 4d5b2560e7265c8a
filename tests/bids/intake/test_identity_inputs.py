"""Files that once led to a wrong recipient, uploaded as a lead does or played as the folder of a round."""

import shutil
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from approvals.loading.folder import Folder
from approvals.loading.playing import play
from approvals.models import Award
from bids.intake import checking
from bids.models import Bid, Upload
from grants.models import Organisation, Round, User
from grants.roles import Role
from tests.bids.sheets.making import INPUTS
from tests.bids.sheets.test_inputs import SENT, errors, text_of, upload_of
from tests.conftest import ROOT
from tests.factories import PASSWORD, open_round, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    today = timezone.localdate()
    return open_round(opens_on=today - timedelta(days=30), closes_on=today)


@pytest.fixture
def client(round: Round) -> Client:
    client = Client()
    client.force_login(person(Role.LEAD, round=round))
    return client


def imported(client: Client, round: Round, name: str, *, answer: int) -> list[Bid]:
    """The bids of a file, with this one of the choices for each question about a recipient."""
    upload, address = upload_of(client, round, name)
    while questions := checking.check(round, upload.read(), upload.recipients).questions:
        asked = client.get(address)["Location"]
        answers = {question.key: question.choices[answer][0] for question in questions}
        assert client.post(asked, answers).status_code == 302
        upload.refresh_from_db()
    response = client.post(address, SENT)
    assert response.status_code == 302, text_of(response)
    return list(Bid.objects.filter(round=round).order_by("pk"))


def test_two_bodies_with_one_placeholder_are_refused_at_their_cells(client: Client, round: Round) -> None:
    upload, _ = upload_of(client, round, "c01-two-bodies-number-tbc.xlsx")
    assert {cell: message[:36] for cell, message in errors(round, upload).items()} == {
        "F2": "“TBC” is not a number of this regist",
        "F3": "“TBC” is not a number of this regist",
    }


def test_one_name_with_two_numbers_is_asked_about_and_two(client: Client, round: Round) -> None:
    one, other = imported(client, round, "c03-one-name-two-numbers.xlsx", answer=-1)
    assert one.recipient != other.recipient
    assert {bid.recipient.number for bid in (one, other) if bid.recipient} == {"1150001", "1150002"}


def test_one_number_in_many_shapes_is_one_body(client: Client, round: Round) -> None:
    bids = imported(client, round, "c04-one-number-many-shapes.xlsx", answer=0)
    payees = {bid.recipient_id for bid in bids}
    assert len(bids) == 7
    numbers = set(Organisation.objects.filter(pk__in=payees).values_list("number", flat=True))
    assert numbers == {"01234567", "SC012345", "NIC100123"}


def test_references_that_differ_by_case_are_asked_about(client: Client, round: Round) -> None:
    upload, _ = upload_of(client, round, "c10-references-differ-by-case.xlsx")
    wrong = errors(round, upload)
    assert set(wrong) == {"A3"}
    assert all("CW-01, which is the same but for its spelling" in message for message in wrong.values())


def test_a_late_bid_comes_in_with_its_day_and_reason(client: Client, round: Round) -> None:
    today = timezone.localdate()
    closed = today - timedelta(days=3)
    Round.objects.filter(pk=round.pk).update(closes_on=closed)
    _, address = upload_of(client, round, "c27-late-bid.xlsx")
    assert "Why it is entered after the closing day" in text_of(client.get(address))
    assert "Enter the day on which it came in" in text_of(client.post(address, SENT))
    late = {"received_on_0": closed.day, "received_on_1": closed.month, "received_on_2": closed.year}
    assert client.post(address, late | {"late_reason": "It lay in another mailbox"}).status_code == 302
    assert Bid.objects.get(round=round).received_on == closed


@pytest.fixture
def estates(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "fixtures" / "green-estates", tmp_path / "green-estates"))


def test_a_lost_zero_splits_no_recipient(estates: Path) -> None:
    shutil.copy(INPUTS / "c04b-lost-zero-splits-a-recipient-round-bids.csv", estates / "bids.csv")
    round = play(Folder(estates, password=PASSWORD), "received", say=lambda text: None)
    one, other = Bid.objects.filter(round=round, source_reference__in=("GE-09", "GE-10")).order_by("source_reference")
    assert one.recipient == other.recipient
    assert one.recipient is not None
    assert one.recipient.number == "00234567"
    assert one.amount + other.amount == Decimal("53299.99")
    assert not Award.objects.filter(round=round).exists()


def test_a_lost_zero_lowers_no_route(estates: Path) -> None:
    shutil.copy(INPUTS / "c04b-lost-zero-splits-a-recipient-round-bids.csv", estates / "bids.csv")
    round = play(Folder(estates, password=PASSWORD), "routed", say=lambda text: None)
    awards = Award.objects.filter(round=round, bid__source_reference__in=("GE-09", "GE-10"))
    together = [award for award in awards if award.route == "dmpc" or award.warning]
    assert len(together) == awards.count() > 0


def test_who_looks_at_another_upload_sees_nothing(client: Client, round: Round) -> None:
    upload, _ = upload_of(client, round, "c03-one-name-two-numbers.xlsx")
    stranger: User = person(Role.LEAD, round=round)
    other = Client()
    other.force_login(stranger)
    assert other.get(reverse("bids:import_questions", args=[upload.reference])).status_code == 404
    assert Upload.objects.get(pk=upload.pk).recipients == {}
