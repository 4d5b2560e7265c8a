"""Bids from a spreadsheet: each error with its cell, all rows or none, the same file twice adds nothing."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from bids.intake import checking, content, intake, uploads
from bids.intake.forms import UploadForm
from bids.intake.recipients import Question
from bids.intake.rows import COLUMNS, read
from bids.models import Bid
from bids.panel import assignments
from grants import audit
from grants.models import AuditEvent, Organisation, Round, User
from grants.refusal import NotEntitled, Refused, Stale
from grants.roles import Role
from tests.conftest import ROOT
from tests.factories import NOW, bid, open_round, person, scorecard

pytestmark = pytest.mark.django_db
FIXTURES = ROOT / "fixtures"

GOOD = {
    "your_reference": "B-1",
    "title": "Allotment Crew",
    "led_by": "external",
    "recipient": "Dovecote Growers",
    "register": "charity",
    "register_number": "7654321",
    "sponsoring_unit": "Central West",
    "amount": "£1,200.50",
    "costs": "Tools: 1,000; Seeds: 200.50",
    "summary": "Growing food together.",
    "beneficiaries": "30 young people.",
    "boroughs": "Westminster; Hackney",
    "themes": "violence; engagement",
    "priorities": "children",
    "objectives": "summer",
    "starts_on": "2026-12-01",
    "ends_on": "31/03/2027",
    "outputs": "Ten days.",
    "outcomes": "Fewer thefts.",
    "evaluation_plan": "A survey.",
    "track_record": "Three years.",
    "employs_staff": "yes",
    "london_living_wage": "yes",
    "personal_data": "no",
    "future_cost": "no",
    "future_cost_note": "",
    "illustrative": "",
    "contact": "",
    "contact_email": "",
}


@pytest.fixture
def round() -> Round:
    return open_round()


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


def rows(*changes: dict[str, str]) -> list[dict[str, str]]:
    """One row of the sheet for each change, numbered from 2."""
    return [{**GOOD, **change, "row": str(number)} for number, change in enumerate(changes, start=2)]


def errors(round: Round, *changes: dict[str, str]) -> list[tuple[str, str]]:
    preview = checking.check(round, rows(*changes))
    return [(cell, message) for row in preview.rows for cell, _, message in row.errors]


def take_in(
    round: Round, by: User, sheet_rows: list[dict[str, str]], answer: Callable[[Question], str] | None = None
) -> list[Bid]:
    """Take in rows; `answer` gives the answer to each question about a recipient."""
    upload = uploads.keep_rows(round=round, file_name="bids.csv", rows=sheet_rows, by=by, at=NOW)
    upload.refresh_from_db()
    while answer and (questions := checking.check(round, upload.read(), upload.recipients).questions):
        uploads.keep_answers(upload=upload, answers={question.key: answer(question) for question in questions})
    return intake.take_in_upload(upload=upload, by=by, at=NOW)


def test_a_row_becomes_a_bid_with_all_that_it_says(round: Round, lead: User) -> None:
    (taken,) = take_in(round, lead, rows({}))
    stored = Bid.objects.get(pk=taken.pk)
    assert (stored.source_reference, stored.title, stored.state) == ("B-1", "Allotment Crew", "received")
    assert stored.amount == Decimal("1200.50")
    assert list(stored.costs.values_list("label", "amount")) == [
        ("Tools", Decimal("1000.00")),
        ("Seeds", Decimal("200.50")),
    ]
    assert stored.boroughs == ["E09000012", "E09000033"]
    assert (stored.starts_on, stored.ends_on) == (date(2026, 12, 1), date(2027, 3, 31))
    assert (stored.employs_staff, stored.london_living_wage, stored.future_cost) == (True, True, False)
    assert set(stored.tags.values_list("code", flat=True)) == {"violence", "engagement", "children", "summer"}
    assert stored.recipient is not None
    assert (stored.recipient.register, stored.recipient.number) == ("charity", "7654321")
    event = AuditEvent.objects.get(round=round, bid=stored.reference)
    assert (event.action, event.actor, event.facts["amount"]) == ("take in bid", lead, "1200.50")


@pytest.mark.parametrize(
    ("change", "cell", "message"),
    [
        ({"amount": "£1000,000"}, "H2", "has a comma in the wrong place"),
        ({"amount": "1.200,50"}, "H2", "has a comma in the wrong place"),
        ({"amount": "1200.505"}, "H2", "no more than two decimal places"),
        ({"amount": "-5"}, "H2", "£0 or more"),
        ({"amount": "0"}, "H2", "more than £0"),
        ({"amount": ""}, "H2", "Enter amount asked for"),
        ({"amount": "1000"}, "I2", "The costs add up to £1,200.50, but the amount asked for is £1,000"),
        ({"costs": "Tools 1000"}, "I2", "must be a label, a colon and an amount"),
        ({"costs": "Tools: 1,00; Seeds: 5"}, "I2", "Tools: “1,00” has a comma in the wrong place"),
        ({"costs": "Tools: 1200.50; Seeds: 0"}, "I2", "Seeds: amount must be more than £0"),
        ({"starts_on": "31/02/2027"}, "P2", "must be a real date"),
        ({"starts_on": "1900-01-01"}, "P2", "must be between 2000 and 2100"),
        ({"starts_on": "01/01/1900"}, "P2", "must be between 2000 and 2100"),
        ({"starts_on": "43800"}, "P2", "must be a real date"),
        ({"starts_on": "next Monday"}, "P2", "must be a real date"),
        ({"starts_on": "1//2027"}, "P2", "must include a month"),
        ({"starts_on": ""}, "P2", "Enter the start date"),
        ({"ends_on": "2026-11-30"}, "Q2", "End date must be on or after the start date"),
        ({"boroughs": "City of London"}, "L2", "The City of London is outside the Metropolitan Police District"),
        (
            {"boroughs": "Westminster; Narnia"},
            "L2",
            "“Narnia” is not one of the 32 boroughs of the Metropolitan Police District",
        ),
        ({"boroughs": ""}, "L2", "Select boroughs"),
        ({"themes": "gardening"}, "M2", "gardening"),
        ({"themes": ""}, "M2", "Select themes"),
        ({"priorities": ""}, "N2", "Select plan priorities"),
        ({"led_by": "internal"}, "D2", "A bid led by a unit of the force has no recipient"),
        ({"led_by": "nobody"}, "C2", "nobody"),
        ({"led_by": ""}, "C2", "Select who leads the project"),
        ({"recipient": "", "register": "", "register_number": ""}, "D2", "Enter the recipient organisation"),
        ({"recipient": "Central West", "register": "", "register_number": ""}, "D2", "cannot take a grant"),
        ({"recipient": "central west BCU"}, "D2", "cannot take a grant"),
        ({"recipient": "Metropolitan Police Service"}, "D2", "cannot take a grant"),
        ({"recipient": "The MPS"}, "D2", "cannot take a grant"),
        ({"register": "", "register_number": "7654321"}, "F2", "and the number, or neither"),
        ({"register": "charity", "register_number": ""}, "F2", "and the number, or neither"),
        ({"register": "golf club", "register_number": ""}, "E2", "golf club"),
        ({"london_living_wage": ""}, "W2", "Say whether staff are paid"),
        ({"employs_staff": "perhaps"}, "V2", "perhaps"),
        ({"future_cost": "yes"}, "Z2", "Enter what the future cost is"),
        ({"title": ""}, "B2", "Enter title"),
        ({"title": "x" * 151}, "B2", "150"),
        ({"summary": "x" * 4001}, "J2", "4000"),
        ({"summary": ""}, "J2", "Enter summary"),
        ({"track_record": "x" * 10_000_000}, "U2", "4000"),
        ({"summary": "A\x00B"}, "J2", "ull characters"),
        ({"your_reference": ""}, "A2", "Enter your reference"),
    ],
)
def test_an_error_is_named_with_its_cell(round: Round, change: dict[str, str], cell: str, message: str) -> None:
    by_cell = dict(errors(round, change))
    assert set(by_cell) == {cell}
    assert message in by_cell[cell]


def test_an_error_of_a_later_row_has_the_number_of_its_row(round: Round) -> None:
    good = [{"your_reference": f"B-{n}"} for n in range(2, 14)]
    assert errors(round, *good, {"led_by": "nobody"})[0][0] == "C14"


def test_a_cell_is_named_by_the_place_of_its_column_in_the_file(round: Round) -> None:
    turned = [{name: row[name] for name in [*reversed(COLUMNS), "row"]} for row in rows({"title": ""})]
    assert [cell for cell, _, _ in checking.check(round, turned).rows[0].errors] == ["AB2"]


def test_the_bidders_contact_is_kept_with_the_bid_and_out_of_the_trail(round: Round, lead: User) -> None:
    (taken,) = take_in(round, lead, rows({"contact": "Ida Fenn", "contact_email": "ida@dovecote.example"}))
    stored = Bid.objects.get(pk=taken.pk)
    assert (stored.contact, stored.contact_email) == ("Ida Fenn", "ida@dovecote.example")
    data = checking.check(round, rows({"contact": "Jo Marsh", "contact_email": "jo@dovecote.example"})).rows[0]
    # The content differs from what is there, so that it is no known row.
    assert data.errors
    draft = _draft({"contact": "Jo Marsh"})
    intake.change_bid(bid=stored, draft=draft, seen=1, reason="Another contact", by=lead, at=NOW)
    event = AuditEvent.objects.get(round=round, action="change bid")
    assert event.facts == {"contact": "changed"}
    trail = " ".join(str(each) for each in AuditEvent.objects.filter(round=round).values_list("before", "facts"))
    assert "Ida" not in trail and "Marsh" not in trail


def _draft(change: dict[str, str]) -> dict[str, Any]:
    (row,) = checking.check(open_round(), rows(change)).rows
    assert not row.errors
    return row.draft


def test_a_sheet_without_contacts_is_the_one_that_came_in_before_there_were_any(round: Round, lead: User) -> None:
    take_in(round, lead, rows({}))
    without = [{name: row[name] for name in row if not name.startswith("contact")} for row in rows({})]
    assert checking.check(round, without).known
    assert checking.check(round, rows({})).known


def test_every_error_of_a_row_is_named_at_once(round: Round) -> None:
    row_errors = errors(round, {"title": "", "amount": "£1000,000", "starts_on": "31/02/2027", "boroughs": "Narnia"})
    assert {cell for cell, _ in row_errors} == {"B2", "H2", "L2", "P2"}


def test_a_reference_used_twice_in_the_file_is_named_with_its_first_row(round: Round) -> None:
    assert errors(round, {}, {"your_reference": "B-2"}, {}) == [
        ("A4", "Row 2 has the same reference. Give each bid its own")
    ]


def test_one_wrong_row_stops_the_whole_file(round: Round, lead: User) -> None:
    organisations, events = Organisation.objects.count(), AuditEvent.objects.filter(round=round).count()
    with pytest.raises(Refused, match="1 row has errors"):
        take_in(round, lead, rows({}, {"your_reference": "B-2"}, {"your_reference": "B-3", "amount": "£1000,000"}))
    assert not Bid.objects.filter(round=round).exists()
    assert Organisation.objects.count() == organisations
    assert AuditEvent.objects.filter(round=round).count() == events


def test_the_same_file_twice_adds_nothing(round: Round, lead: User) -> None:
    file = rows({}, {"your_reference": "B-2"})
    first = take_in(round, lead, file)
    preview = checking.check(round, file)
    assert ([row.reference for row in preview.known], preview.new, preview.wrong) == (["B-1", "B-2"], [], [])
    assert take_in(round, lead, file) == []
    assert set(Bid.objects.filter(round=round)) == set(first)


def test_a_file_that_was_partly_taken_in_adds_the_rest(round: Round, lead: User) -> None:
    take_in(round, lead, rows({}))
    added = take_in(round, lead, rows({}, {"your_reference": "B-2"}))
    assert [each.source_reference for each in added] == ["B-2"]


def test_the_same_upload_confirmed_twice_adds_nothing(round: Round, lead: User) -> None:
    upload = uploads.keep_rows(round=round, file_name="bids.csv", rows=rows({}), by=lead, at=NOW)
    assert len(intake.take_in_upload(upload=upload, by=lead, at=NOW)) == 1
    assert intake.take_in_upload(upload=upload, by=lead, at=NOW) == []
    assert Bid.objects.filter(round=round).count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "1,200.51", "costs": "Tools: 1,000; Seeds: 200.51"},
        {"title": "Allotment Crews"},
        {"boroughs": "Westminster"},
        {"themes": "violence"},
        {"costs": "Tools: 1,000.50; Seeds: 200"},
        {"ends_on": "2027-03-30"},
        {"recipient": "Dovecote Farm Growers"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_same_reference_with_other_content_is_refused(round: Round, lead: User, change: dict[str, str]) -> None:
    (there,) = take_in(round, lead, rows({}))
    assert errors(round, change) == [("A2", "A bid with this reference but other content was already imported")]
    with pytest.raises(Refused):
        take_in(round, lead, rows(change))
    assert Bid.objects.get(round=round).intake_digest == there.intake_digest


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "1200.5"},
        {"boroughs": "hackney;  WESTMINSTER"},
        {"themes": "engagement;violence"},
        {"starts_on": "1/12/2026"},
        {"title": "  Allotment Crew "},
        {"employs_staff": "YES"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_same_content_in_another_spelling_is_the_same_bid(round: Round, lead: User, change: dict[str, str]) -> None:
    take_in(round, lead, rows({}))
    assert [row.known for row in checking.check(round, rows(change)).rows] == [True]


def test_a_reference_may_be_used_again_in_another_round(round: Round, lead: User) -> None:
    take_in(round, lead, rows({}))
    other = open_round()
    assert len(take_in(other, person(Role.LEAD, round=other), rows({}))) == 1


def test_a_workbook_and_a_csv_give_the_same_bids() -> None:
    file = FIXTURES / "safer-summer" / "bids.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        cells = list(csv.reader(opened))
    book = Workbook()
    amount, days = cells[0].index("amount"), {cells[0].index("starts_on"), cells[0].index("ends_on")}
    book.worksheets[0].append(cells[0])
    for row in cells[1:]:
        typed: list[Any] = list(row)
        typed[amount] = float(row[amount])
        for day in days:
            typed[day] = datetime.fromisoformat(row[day])
        book.worksheets[0].append(typed)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    round = open_round(opens_on=date(2026, 10, 1))
    with file.open("rb") as opened_again:
        from_csv = checking.check(round, read(opened_again, "bids.csv", round))
    from_xlsx = checking.check(round, read(out, "bids.xlsx", round))
    assert from_csv.wrong == from_xlsx.wrong == []
    assert [content.digest(row.draft) for row in from_csv.rows] == [content.digest(row.draft) for row in from_xlsx.rows]
    assert len(from_csv.rows) > 20


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("bids.pdf", 10, "must be an .xlsx or a .csv"),
        ("bids.xls", 10, "must be an .xlsx or a .csv. Save it as an Excel workbook (.xlsx)"),
        ("bids.ODS", 10, "must be an .xlsx or a .csv. Save it as an Excel workbook (.xlsx)"),
        ("bids.xlsx.exe", 10, "must be an .xlsx or a .csv"),
        ("bids.csv", 10 * 1024 * 1024 + 1, "smaller than 10 MB"),
    ],
)
def test_a_wrong_kind_of_file_or_a_huge_one_is_refused(name: str, size: int, message: str) -> None:
    form = UploadForm(files={"file": SimpleUploadedFile(name, b"x" * size)})
    assert not form.is_valid()
    assert message in form.errors["file"][0]


@pytest.mark.parametrize("name", ["bids.csv", "BIDS.XLSX"])
def test_a_csv_or_a_workbook_of_less_than_10_mb_is_taken(name: str) -> None:
    assert UploadForm(files={"file": SimpleUploadedFile(name, b"x")}).is_valid()


# The other transitions of a bid


@pytest.mark.parametrize(
    ("at", "open"),
    [
        (datetime(2026, 10, 31, 23, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 1, 0, 0, tzinfo=UTC), True),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), True),
        (datetime(2027, 2, 11, 0, 0, tzinfo=UTC), False),
    ],
)
def test_bids_come_in_while_the_round_is_open(round: Round, lead: User, at: datetime, open: bool) -> None:
    upload = uploads.keep_rows(round=round, file_name="bids.csv", rows=rows({}), by=lead, at=at)
    if open:
        assert len(intake.take_in_upload(upload=upload, by=lead, at=at)) == 1
        return
    with pytest.raises(Refused, match="takes bids only from 1 November 2026 to 31 December 2026"):
        intake.take_in_upload(upload=upload, by=lead, at=at)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEAD])
def test_only_a_lead_takes_bids_in(round: Round, role: Role) -> None:
    with pytest.raises(NotEntitled):
        take_in(round, person(role, round=round), rows({}))
    assert not Bid.objects.filter(round=round).exists()


def test_a_reference_typed_twice_into_the_form_is_refused(round: Round, lead: User) -> None:
    draft = checking.check(round, rows({})).rows[0].draft
    intake.take_in(round=round, draft=draft, by=lead, at=NOW)
    with pytest.raises(Refused, match="A bid with this reference was already imported") as refused:
        intake.take_in(round=round, draft=draft, by=lead, at=NOW)
    assert refused.value.field == "your_reference"
    assert Bid.objects.filter(round=round).count() == 1


def changed(round: Round, change: dict[str, str]) -> dict[str, Any]:
    return checking.check(round, rows({"your_reference": "elsewhere", **change})).rows[0].draft | {
        "your_reference": "B-1"
    }


def test_a_correction_records_the_earlier_content_in_the_trail(round: Round, lead: User) -> None:
    (there,) = take_in(round, lead, rows({}))
    corrected = intake.change_bid(
        bid=there, draft=changed(round, {"title": "Crew"}), seen=1, reason="A slip", by=lead, at=NOW
    )
    assert (corrected.title, corrected.version) == ("Crew", 2)
    event = AuditEvent.objects.filter(round=round, action="change bid").get()
    assert (event.before, event.facts) == ({"title": "Allotment Crew"}, {"title": "Crew"})
    assert audit.verify(round).faults == ()


def test_a_bid_changed_meanwhile_is_not_written_over(round: Round, lead: User) -> None:
    (there,) = take_in(round, lead, rows({}))
    intake.change_bid(bid=there, draft=changed(round, {"title": "Crew"}), seen=1, reason="x", by=lead, at=NOW)
    with pytest.raises(Stale):
        intake.change_bid(bid=there, draft=changed(round, {"title": "Other"}), seen=1, reason="x", by=lead, at=NOW)
    assert Bid.objects.get(pk=there.pk).title == "Crew"


@pytest.mark.parametrize("state", ["recommended", "rejected", "redirected", "agreed", "ineligible"])
def test_a_bid_that_was_judged_no_longer_changes(round: Round, lead: User, state: str) -> None:
    (there,) = take_in(round, lead, rows({}))
    Bid.objects.filter(pk=there.pk).update(state=state)
    with pytest.raises(Refused, match="can no longer change"):
        intake.change_bid(bid=there, draft=changed(round, {"title": "Crew"}), seen=1, reason="x", by=lead, at=NOW)
    assert Bid.objects.get(pk=there.pk).title == "Allotment Crew"


@pytest.mark.parametrize("began", [False, True])
def test_a_bid_can_no_longer_change_once_a_member_is_asked_to_score_it(round: Round, lead: User, began: bool) -> None:
    (there,) = take_in(round, lead, rows({}))
    intake.check_eligibility(bids=[there], eligible=True, reason="Complete", by=lead, at=NOW)
    there.refresh_from_db()
    member = person(Role.MEMBER, round=round)
    if began:
        scorecard(there, member, submit=False)
    else:
        assignments.assign(bid=there, member=member, by=person(Role.CHAIR, round=round), at=NOW)
    with pytest.raises(Refused, match="asked to score"):
        intake.change_bid(bid=there, draft=changed(round, {"title": "Crew"}), seen=2, reason="x", by=lead, at=NOW)


@pytest.mark.parametrize(("eligible", "state"), [(True, "eligible"), (False, "ineligible")])
def test_eligibility_is_checked_once(round: Round, lead: User, eligible: bool, state: str) -> None:
    bids = [bid(round, state="received") for _ in range(3)]
    assert intake.check_eligibility(bids=bids, eligible=eligible, reason="Looked at", by=lead, at=NOW) == 3
    assert set(Bid.objects.filter(round=round).values_list("state", flat=True)) == {state}
    with pytest.raises(Refused, match=r"has already been checked"):
        intake.check_eligibility(bids=bids[:1], eligible=not eligible, reason="Again", by=lead, at=NOW)


def test_one_bid_that_was_checked_already_leaves_the_others_as_they_were(round: Round, lead: User) -> None:
    fresh, checked = bid(round, state="received"), bid(round, state="eligible")
    with pytest.raises(Refused):
        intake.check_eligibility(bids=[fresh, checked], eligible=True, reason="x", by=lead, at=NOW)
    fresh.refresh_from_db()
    assert fresh.state == "received"
