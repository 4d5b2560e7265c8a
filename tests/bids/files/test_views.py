"""The pages of files: who gets one, with which headers, and what a person who chooses a wrong one is told."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bids.files import adding, kinds
from bids.files.checking import accept
from bids.models import Bid, BidFile, Interest, StoredFile
from bids.panel import assignments, interests
from grants.models import AuditEvent, Round, User
from grants.roles import Role
from tests.bids.files import samples
from tests.bids.files.conftest import Named, kept
from tests.factories import NOW, open_round, outcome, person
from tests.factories import bid as make_bid
from tests.growing import queries

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def file(bid: Bid, lead: User) -> BidFile:
    (added,) = adding.add_files(bid=bid, files=[accept("Café budget.xlsx", samples.excel())], by=lead, at=NOW)
    return added


@pytest.fixture
def address(file: BidFile) -> str:
    return reverse("bids:bid_file", args=[file.bid.reference, file.reference])


def upload(name: str, content: bytes, claimed: str = "text/html") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, claimed)


def post(client: Client, bid: Bid, *files: SimpleUploadedFile) -> Any:
    return client.post(reverse("bids:add_files", args=[bid.reference]), {"sent": "yes", "uploads": list(files)})


def errors_of(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return [message for message, _ in answer.context["form"].errors_with_links]


# The file itself


def test_a_file_is_sent_to_be_saved_with_our_own_content_type_and_nothing_runs(address: str, lead: User) -> None:
    answer = signed_in(lead).get(address)
    assert answer.streaming
    assert b"".join(answer.streaming_content) == samples.excel()
    headers = answer.headers
    assert headers["Content-Type"] == kinds.KINDS["xlsx"].content_type
    assert headers["Content-Disposition"] == "attachment; filename*=utf-8''Caf%C3%A9%20budget.xlsx"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert int(headers["Content-Length"]) == len(samples.excel())
    assert "no-store" in headers["Cache-Control"]


@pytest.mark.parametrize("name", samples.every())
def test_the_content_type_is_from_our_table_whatever_the_browser_claimed(bid: Bid, lead: User, name: str) -> None:
    client = signed_in(lead)
    post(client, bid, upload(name, samples.every()[name], "text/html"))
    added = bid.files.get()
    answer = client.get(reverse("bids:bid_file", args=[bid.reference, added.reference]))
    assert answer["Content-Type"] == kinds.KINDS[added.kind].content_type
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert b"".join(answer.streaming_content) == samples.every()[name]


def test_a_long_file_is_sent_piece_by_piece(bid: Bid, lead: User) -> None:
    content = samples.png(extra=bytes(range(1, 256)) * 12_000)
    (file,) = adding.add_files(bid=bid, files=[accept("map.png", content)], by=lead, at=NOW)
    answer = signed_in(lead).get(reverse("bids:bid_file", args=[bid.reference, file.reference]))
    pieces = list(answer.streaming_content)
    assert b"".join(pieces) == content
    assert len(pieces) > 40 and max(map(len, pieces)) <= 64 * 1024


@pytest.mark.parametrize("content", [None, b"short"])
def test_content_that_is_gone_or_of_another_length_is_not_sent(
    address: str, lead: User, file: BidFile, content: bytes | None
) -> None:
    kept(file.bid).delete()
    if content is not None:
        StoredFile.objects.create(name=file.stored_as, size=len(content), content=content)
    answer = signed_in(lead).get(address)
    assert answer.status_code == 500
    assert "This cannot be shown" in answer.content.decode()


# Who may have it


@pytest.mark.parametrize(
    "role", [Role.LEAD, Role.OFFICE, Role.DMPC, Role.FINANCE, Role.AUDITOR, Role.LEGAL, Role.CHAIR]
)
def test_who_sees_the_bid_gets_its_files(address: str, round: Round, role: Role) -> None:
    assert signed_in(person(role, round=round)).get(address).status_code == 200


def test_a_member_gets_the_files_of_the_bids_that_are_theirs(address: str, bid: Bid, ready: Bid, member: User) -> None:
    assert signed_in(member).get(address).status_code == 200


def test_a_member_of_another_bid_does_not(address: str, round: Round, member: User, chair: User) -> None:
    other = make_bid(round)
    assignments.assign(bid=other, member=member, by=chair, at=NOW)
    interests.declare_interest(bid=other, conflicted=False, by=member, at=NOW)
    client = signed_in(member)
    assert client.get(reverse("bids:bid", args=[other.reference])).status_code == 200
    assert client.get(address).status_code == 404


def test_an_interest_bars_from_the_files_whatever_else_the_person_is(
    address: str, bid: Bid, member: User, chair: User
) -> None:
    assignments.assign(bid=bid, member=member, by=chair, at=NOW)
    assert signed_in(member).get(address).status_code == 404
    interests.declare_interest(bid=bid, conflicted=True, nature="A friend", by=member, at=NOW)
    assert signed_in(member).get(address).status_code == 404
    lead = person(Role.LEAD, round=bid.round)
    Interest.objects.create(bid=bid, member=lead, conflicted=True, nature="A friend", declared_at=NOW)
    client = signed_in(lead)
    assert client.get(address).status_code == 404
    assert client.get(reverse("bids:add_files", args=[bid.reference])).status_code == 404
    assert client.post(f"{address}remove/", {"reason": "Mine"}).status_code == 404


def test_an_administrator_is_refused_and_nobody_without_a_session_gets_it(address: str, round: Round) -> None:
    assert signed_in(person(Role.ADMINISTRATOR, round=round)).get(address).status_code == 403
    answer = Client().get(address)
    assert (answer.status_code, answer["Location"].startswith("/sign-in/")) == (302, True)


def test_a_file_is_not_there_under_another_bid_or_in_another_round(file: BidFile, lead: User, round: Round) -> None:
    other = make_bid(round)
    assert signed_in(lead).get(reverse("bids:bid_file", args=[other.reference, file.reference])).status_code == 404
    stranger = person(Role.LEAD, round=open_round())
    assert (
        signed_in(stranger).get(reverse("bids:bid_file", args=[file.bid.reference, file.reference])).status_code == 404
    )


def test_the_admin_has_no_page_of_files(round: Round) -> None:
    client = signed_in(person(Role.ADMINISTRATOR))
    for model in ("bidfile", "storedfile"):
        assert client.get(f"/admin/bids/{model}/").status_code == 404


# Adding


def test_several_files_are_added_at_once(bid: Bid, lead: User) -> None:
    client = signed_in(lead)
    answer = client.post(
        reverse("bids:add_files", args=[bid.reference]),
        {"uploads": [upload("letter.pdf", samples.pdf()), upload("C:\\Ann\\budget.xlsx", samples.excel())]},
        follow=True,
    )
    assert "You added 2 files" in answer.content.decode()
    assert [file.name for file in bid.files.all()] == ["letter.pdf", "budget.xlsx"]
    assert bid.files.get(name="letter.pdf").added_by == lead


def test_each_bad_file_is_named_at_the_field_and_none_is_added(bid: Bid, lead: User) -> None:
    answer = post(
        signed_in(lead),
        bid,
        upload("letter.pdf", samples.pdf()),
        upload("setup.pdf", samples.PROGRAM),
        upload("budget.xls", samples.OLD_OFFICE),
        upload("empty.docx", b""),
    )
    messages = [
        "setup.pdf is not a PDF. It looks like a program",
        "budget.xls is of a kind that is not accepted. Save it as .xlsx and choose the new file",
        "empty.docx is empty",
    ]
    assert errors_of(answer) == messages
    page = answer.content.decode()
    at_field = re.search(r'<p id="id_uploads_error".*?</p>', page, re.S)
    assert at_field and "<br>".join(messages) in at_field[0]
    assert not bid.files.exists() and not kept(bid).exists()
    assert not AuditEvent.objects.filter(bid=bid.reference, action="add file").exists()


def test_a_name_that_tricks_is_shown_as_text(bid: Bid, lead: User) -> None:
    page = post(signed_in(lead), bid, upload("<b>a\u202efdp.exe", samples.PROGRAM)).content.decode()
    assert "_b_afdp.exe is of a kind that is not accepted" in page
    assert "\u202e" not in page


def test_no_file_at_all_is_an_error(bid: Bid, lead: User) -> None:
    assert errors_of(post(signed_in(lead), bid)) == ["Choose at least one file"]


def test_the_files_of_one_form_are_bounded_together(bid: Bid, lead: User) -> None:
    most = kinds.LARGEST
    files = [upload(f"{number}.pdf", b"%PDF-" + b" " * (most - 5)) for number in range(6)]
    assert errors_of(post(signed_in(lead), bid, *files)) == [
        "The files have more than 50 MB together. Add them in two steps"
    ]
    assert errors_of(post(signed_in(lead), bid, upload("a.pdf", b"%PDF-" + b" " * most))) == [
        "a.pdf is larger than 10 MB. Choose a smaller file"
    ]


def test_too_many_files_are_refused_at_the_field(bid: Bid, lead: User, named: Named) -> None:
    adding.add_files(bid=bid, files=named(*(f"{number}.png" for number in range(20))), by=lead, at=NOW)
    answer = post(signed_in(lead), bid, upload("letter.pdf", samples.pdf()))
    assert errors_of(answer) == ["This bid has 20 files and can have 20. Remove one first"]
    assert list(answer.context["form"].errors) == ["uploads"]


def test_once_the_panel_is_asked_the_page_says_so_and_has_no_form(bid: Bid, lead: User, file: BidFile) -> None:
    outcome(bid)
    client = signed_in(lead)
    for name, args in (("add_files", [bid.reference]), ("remove_file", [bid.reference, file.reference])):
        page = client.get(reverse(f"bids:{name}", args=args)).content.decode()
        assert "The panel has judged this bid. Its files can no longer change." in page
        assert "novalidate" not in page
    answer = post(client, bid, upload("letter.pdf", samples.pdf()))
    assert errors_of(answer) == ["The panel has judged this bid. Its files can no longer change."]
    page = client.get(reverse("bids:bid", args=[bid.reference])).content.decode()
    assert file.name in page
    assert "Add files" not in page and ">Remove<" not in page


# Removing


def test_a_reason_is_needed_to_remove_a_file(bid: Bid, lead: User, file: BidFile) -> None:
    client, address = signed_in(lead), reverse("bids:remove_file", args=[bid.reference, file.reference])
    assert errors_of(client.post(address, {"reason": ""})) == ["Enter reason"]
    assert bid.files.exists()
    answer = client.post(address, {"reason": "The wrong year"}, follow=True)
    assert f"You removed {file.name}" in answer.content.decode()
    assert not bid.files.exists()
    assert client.get(address).status_code == 404


# Lists


def test_the_files_come_first_with_kind_size_who_and_when(bid: Bid, lead: User, file: BidFile, chair: User) -> None:
    page = signed_in(lead).get(reverse("bids:bid", args=[bid.reference])).content.decode()
    assert page.index('id="files"') < page.index("The case")
    assert re.search(r"Excel spreadsheet, [\d.]+\xa0KB, added by Person \d+ on 20 November 2026", page)
    assert reverse("bids:add_files", args=[bid.reference]) in page
    assert reverse("bids:remove_file", args=[bid.reference, file.reference]) in page
    page = signed_in(chair).get(reverse("bids:bid", args=[bid.reference])).content.decode()
    assert file.name in page
    assert "Add files" not in page and ">Remove<" not in page


def test_a_member_sees_them_beside_the_scorecard(file: BidFile, ready: Bid, member: User) -> None:
    page = signed_in(member).get(reverse("bids:score", args=[ready.reference])).content.decode()
    assert page.index(file.name) < page.index("Your scorecard")
    assert "Add files" not in page


def test_a_bid_without_files_has_no_empty_list(ready: Bid, member: User) -> None:
    assert 'id="files"' not in signed_in(member).get(reverse("bids:score", args=[ready.reference])).content.decode()


def test_the_trail_of_the_bid_shows_the_hash(bid: Bid, lead: User, file: BidFile) -> None:
    adding.remove_file(file=file, reason="The wrong year", by=lead, at=NOW)
    page = signed_in(lead).get(reverse("bids:bid_trail", args=[bid.reference])).content.decode()
    assert "added a file to the bid" in page and "removed a file from the bid" in page
    assert page.count(file.sha256) == 2
    assert "The wrong year" in page


@pytest.mark.parametrize("name", ["bid", "score"])
def test_the_pages_take_as_many_queries_for_three_files_as_for_one(
    name: str, bid: Bid, lead: User, chair: User, member: User, named: Named
) -> None:
    second = person(Role.LEAD, round=bid.round)
    client = signed_in(member if name == "score" else lead)
    counts = []
    for by, files in ((lead, named("a.png")), (second, named("b.png", "c.png"))):
        bid.assignments.all().delete()
        adding.add_files(bid=bid, files=files, by=by, at=NOW)
        assignments.assign(bid=bid, member=member, by=chair, at=NOW)
        interests.declare_interest(bid=bid, conflicted=False, by=member, at=NOW)
        counts.append(queries(client, reverse(f"bids:{name}", args=[bid.reference])))
    assert counts[0] == counts[1]
