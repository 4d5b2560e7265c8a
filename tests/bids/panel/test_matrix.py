"""The file of all marks: each mark and reason once, no formulas, and only for the person who asked."""

import csv
import io
import tracemalloc
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bids.intake.exports import workbook
from bids.models import Bid, Export, Interest
from bids.panel import interests, matrix, scorecards
from bids.panel.scorecards import Judgement
from bids.ranking import ranking
from grants import tables
from grants.models import AuditEvent, Organisation, RoleHolding, Round, User
from grants.refusal import NotEntitled, Refused
from grants.roles import Role
from tests.factories import NOW, close, marks, open_round, person, scorecard
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db

# What Excel, LibreOffice or Google Sheets may take for a formula, and a cell that only looks like one.
FORMULAS = {
    "equals": "=1+1",
    "plus": "+1",
    "minus": "-1",
    "at": "@SUM(A1)",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "new line": "\n=1+1",
    "space": " =1+1",
    "full-width equals": "＝1+1",
    "full-width plus": "＋1",
    "full-width minus": "－1",
    "full-width at": "＠SUM(A1)",
}
HARMLESS = ["Fine", "1+1", "a=b", "", "‘=1’", "£4"]


def reasons(*texts: str, score: int = 3) -> dict[int, Judgement]:
    """Complete marks with these reasons, the first on criterion 1; the others keep the usual one."""
    judgements = marks(score=score)
    return {
        n: Judgement(g.passed, g.score, texts[n - 1] if n <= len(texts) else g.reason) for n, g in judgements.items()
    }


def rows_for(round: Round, reader: User) -> Iterator[list[Any]]:
    return matrix.rows(round, ranking.visible(round, reader))


def scored(bid: Bid, member: User, *texts: str, score: int = 3) -> Bid:
    scorecard(bid, member, submit=False)
    scorecards.submit_scorecard(bid=bid, marks=reasons(*texts, score=score), seen=1, by=member, at=NOW)
    return bid


def read_csv(lines: Iterable[str]) -> list[list[str]]:
    text = "".join(lines)
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def read_xlsx(table: Iterable[list[Any]]) -> list[list[Any]]:
    """The cells of the workbook as another program reads them: none may be a formula."""
    sheet = openpyxl.load_workbook(io.BytesIO(tables.as_xlsx("Scores", table))).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def as_seen_by(reader: User) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def ask(round: Round, by: User, kind: str = "csv", at: Any = NOW) -> Export:
    return matrix.ask_for_scores(round=round, kind=kind, by=by, at=at)


# What it holds


def test_every_mark_and_every_reason_is_in_the_file_once(round: Round, chair: User) -> None:
    members = [person(Role.MEMBER, round=round, unit="East Area", name=name) for name in ("Ada", "Bea")]
    for bid in [make_bid(round) for _ in range(2)]:
        for member in members:
            texts = [f"{bid.reference} {member.name} on {number}." for number in range(1, 8)]
            scored(bid, member, *texts, score=2 if member.name == "Ada" else 4)
    close(round)
    header, *rows = rows_for(round, chair)
    assert len(rows) == 4
    assert {len(row) for row in rows} == {len(header)} == {15 + 5 + 3 + 7}
    cells = [cell for row in rows for cell in row]
    for bid in Bid.objects.filter(round=round):
        for member in members:
            for number in range(1, 8):
                assert cells.count(f"{bid.reference} {member.name} on {number}.") == 1
    named = dict(zip(header, rows[0], strict=True))
    first = Bid.objects.filter(round=round).order_by("source_reference")[0]
    assert (named["Reference"], named["Recipient"]) == (first.reference, first.bidder)
    assert (named["Register"], named["Register number"]) == (None, None)
    assert (named["Bid"], named["Title"], named["Member"]) == (first.source_reference, first.title, "Ada")
    assert (named["Asked for (£)"], named["Place"]) == (Decimal("20000.00"), 1)
    assert (named["Result"], named["Members’ mean"], named["Gates"]) == (Decimal("3.00"), Decimal("3.00"), "passed")
    assert (named["6. Value for money: passes"], named["6. Value for money: mark"]) == ("yes", 2)
    assert "1. Strategic aim: mark" not in header
    assert "4. Proven experience: passes" not in header


def test_a_failed_gate_and_a_mark_of_0_are_in_the_file(round: Round, bid: Bid, member: User, chair: User) -> None:
    scorecard(bid, member, passed=False, score=0)
    close(round)
    header, row = rows_for(round, chair)
    named = dict(zip(header, row, strict=True))
    assert (named["1. Strategic aim: passes"], named["4. Proven experience: mark"]) == ("no", 0)


def test_the_register_number_of_the_recipient_is_in_the_file(round: Round, bid: Bid, member: User, chair: User) -> None:
    Organisation.objects.filter(pk=bid.recipient_id).update(register="charity", number="SC012345")
    scorecard(bid, member)
    scorecard(make_bid(round, led_by="internal", recipient=None), member)
    close(round)
    header, *rows = rows_for(round, chair)
    named = [dict(zip(header, row, strict=True)) for row in rows]
    assert [(row["Register"], row["Register number"]) for row in named] == [
        ("Charity number", "SC012345"),
        (None, None),
    ]


def test_drafts_and_withdrawn_cards_are_not_in_the_file(round: Round, bid: Bid, chair: User) -> None:
    kept, drafting, gone = [person(Role.MEMBER, round=round, name=name) for name in ("Kept", "Drafting", "Gone")]
    scorecard(bid, kept)
    scorecard(bid, drafting, submit=False)
    scorecard(bid, gone)
    interests.declare_interest(bid=bid, conflicted=True, nature="A friend", by=gone, at=NOW)
    close(round)
    assert [row[13] for row in rows_for(round, chair)] == ["Member", "Kept"]


def test_a_bid_in_which_the_reader_has_an_interest_is_not_in_their_file(round: Round, member: User) -> None:
    hidden, shown = make_bid(round), make_bid(round)
    for bid in (hidden, shown):
        scorecard(bid, member)
    reader, other = person(Role.LEAD, round=round), person(Role.LEAD, round=round)
    Interest.objects.create(bid=hidden, member=reader, conflicted=True, nature="A sister", declared_at=NOW)
    close(round)
    assert [row[1] for row in rows_for(round, reader)][1:] == [shown.source_reference]
    assert len(list(rows_for(round, other))) == 3


def test_another_round_is_not_in_the_file(round: Round, bid: Bid, member: User, chair: User) -> None:
    elsewhere = open_round()
    scorecard(make_bid(elsewhere), person(Role.MEMBER, round=elsewhere))
    scorecard(bid, member)
    close(elsewhere)
    close(round)
    assert [row[1] for row in rows_for(round, chair)] == ["Bid", bid.source_reference]
    assert [row[1] for row in rows_for(elsewhere, chair)] == ["Bid"]


# What a spreadsheet program makes of it


@pytest.mark.parametrize("text", FORMULAS.values(), ids=FORMULAS)
def test_text_that_begins_like_a_formula_stays_text(round: Round, member: User, chair: User, text: str) -> None:
    scored(make_bid(round, title=text), member, text)
    User.objects.filter(pk=member.pk).update(name=text)
    close(round)
    table = list(rows_for(round, chair))
    assert table[1].count(text) == 3
    cells = read_csv(tables.as_csv(table))[1]
    assert cells.count(f"'{text}") == 3
    assert not any(cell.startswith(tuple("=+-@\t\r\n ＝＋－＠")) for cell in cells)
    # A workbook says of each cell that it is text; line ends are kept as line ends.
    kept = text.replace("\r", "\n")
    assert [str(cell).replace("\r", "\n") for cell in read_xlsx(table)[1]].count(kept) == 3


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert tables.harmless(text) == text
    assert read_csv(tables.as_csv([[text, "x"]])) == [[text, "x"]]


@pytest.mark.parametrize("value", [Decimal("-1.50"), -3, 0, None])
def test_a_number_stays_a_number(value: object) -> None:
    assert tables.harmless(value) == value
    assert read_xlsx([[value, "x"]]) == [[value if value is None else float(str(value)), "x"]]


def test_commas_quotes_lines_and_letters_come_back_as_they_were(round: Round, member: User, chair: User) -> None:
    reason = 'She said "no, never"; twice,\nand 家 – £4'
    scored(make_bid(round), member, reason)
    close(round)
    table = list(rows_for(round, chair))
    assert reason in read_csv(tables.as_csv(table))[1]
    assert reason in read_xlsx(table)[1]


@pytest.mark.parametrize("sign", ["\x01", "\x0b", "\x0c", "\x1f"])
def test_a_control_character_that_was_pasted_in_does_not_stop_a_workbook(
    round: Round, member: User, chair: User, sign: str
) -> None:
    scored(make_bid(round, title=f"One{sign}two"), member, f"First line{sign}second line")
    close(round)
    row = read_xlsx(rows_for(round, chair))[1]
    assert "First line second line" in row
    assert "One two" in row
    assert workbook(round, Bid.objects.filter(round=round), by=chair, at=NOW).startswith(b"PK")


# Who may have it, and when


def test_no_marks_are_exported_while_scoring_is_open(round: Round, bid: Bid, member: User, chair: User) -> None:
    scorecard(bid, member)
    with pytest.raises(Refused, match="You can export marks once they are open"):
        ask(round, chair)
    assert [row[1] for row in rows_for(round, chair)] == ["Bid"]
    assert not Export.objects.filter(round=round).exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_taking_the_file_is_recorded_in_the_trail(round: Round, bid: Bid, member: User, chair: User, kind: str) -> None:
    scorecard(bid, member)
    close(round)
    export = ask(round, chair, kind)
    event = AuditEvent.objects.get(round=round, action="export scores")
    assert (event.actor, event.subject, event.facts) == (chair, export.reference, {"kind": kind})


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.CHAIR, Role.LEAD, Role.AUDITOR)])
def test_only_chair_lead_and_auditor_take_the_file(round: Round, role: Role) -> None:
    close(round)
    with pytest.raises(NotEntitled):
        ask(round, person(role, round=round))
    assert not Export.objects.filter(round=round).exists()


def fetched(reader: User, export: Export) -> Any:
    return as_seen_by(reader).get(reverse("bids:scores_file", args=[export.reference]))


def content(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_only_the_person_who_asked_gets_the_file(round: Round, bid: Bid, member: User, chair: User, kind: str) -> None:
    scorecard(bid, member)
    close(round)
    export = ask(round, chair, kind, timezone.now())
    response = fetched(chair, export)
    assert response["Content-Disposition"] == f'attachment; filename="scores-{round.reference}.{kind}"'
    assert content(response).startswith("\ufeffReference,Bid,".encode() if kind == "csv" else b"PK")
    for other in (person(Role.CHAIR, round=round), person(Role.LEAD, round=round), person(Role.AUDITOR)):
        assert fetched(other, export).status_code == 404


@pytest.mark.parametrize(("minutes", "answer"), [(0, 200), (59, 200), (61, 404), (60 * 24, 404)])
def test_the_file_is_available_for_an_hour(round: Round, chair: User, minutes: int, answer: int) -> None:
    close(round)
    export = ask(round, chair, at=timezone.now() - timedelta(minutes=minutes))
    assert fetched(chair, export).status_code == answer


def test_a_person_who_has_lost_the_role_does_not_get_the_file(round: Round, chair: User) -> None:
    close(round)
    export = ask(round, chair, at=timezone.now())
    RoleHolding.objects.filter(user=chair).update(ended_at=NOW)
    assert fetched(chair, export).status_code == 403


def test_a_file_is_made_row_by_row_and_never_whole_in_memory() -> None:
    taken = 0

    def table(rows: int) -> Iterator[list[Any]]:
        nonlocal taken
        for taken in range(1, rows + 1):
            yield [f"{taken} of a reason {'that goes on and on ' * 100}"] * 20

    lines = tables.as_csv(table(10**9))
    for _ in range(10):
        next(lines)
    assert taken < 10

    tracemalloc.start()
    try:
        made = tables.as_xlsx("Scores", table(500))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The texts are 20 MB.
    assert taken == 500
    assert len(made) < peak < 5_000_000
