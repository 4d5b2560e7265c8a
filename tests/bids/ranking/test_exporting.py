"""The workbook of scores: a sheet of the ranking, one of scorecards and one of members, of the bids that are shown."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bids.models import Bid, Interest, Panel
from bids.panel import closing, matrix
from bids.panel.closing import Agreed
from grants.models import Round, User
from grants.roles import Role
from tests.factories import NOW, close, person, scorecard
from tests.factories import bid as make_bid
from tests.office import OFFICE, as_shown

pytestmark = pytest.mark.django_db

FORMULA = "=1+1"


@pytest.fixture
def bids(round: Round) -> list[Bid]:
    """A bid that two members mark apart, one that one of them marked alone, and one that fails a gate."""
    Panel.objects.filter(round=round).update(wanted=2)
    round.refresh_from_db()
    ada, bea = (person(Role.MEMBER, round=round, name=name, unit="East Area") for name in ("Ada", "Bea"))
    made = [make_bid(round, title=title) for title in (FORMULA, "Alone", "Failed")]
    scorecard(made[0], ada, score=4)
    scorecard(made[0], bea, score=2)
    scorecard(made[1], ada, score=1)
    for member in (ada, bea):
        scorecard(made[2], member, score=3, passed=False)
    close(round)
    return made


def file_of(reader: User, round: Round, query: str = "") -> bytes:
    export = matrix.ask_for_scores(round=round, kind="xlsx", by=reader, at=timezone.now())
    client = Client()
    client.force_login(reader)
    content: bytes = client.get(reverse("bids:scores_file", args=[export.reference]) + query).content
    return content


def book(reader: User, round: Round, query: str = "") -> dict[str, list[dict[str, Any]]]:
    """The rows of each sheet of the workbook that the reader takes now, each by the heads of its columns."""
    read = openpyxl.load_workbook(io.BytesIO(file_of(reader, round, query)))
    sheets = {}
    for sheet in read:
        head, *rows = sheet.values
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("A2", "$1:$1")
        assert sheet.auto_filter.ref is not None
        sheets[sheet.title] = [dict(zip(head, row, strict=True)) for row in rows]
    return sheets


def test_the_ranking_has_a_row_for_each_bid_with_n_marks_sum_and_outcome(
    round: Round, bids: list[Bid], chair: User
) -> None:
    failed = Bid.objects.get(pk=bids[2].pk)
    outcome = Agreed(failed, "reject", "It fails a gate.", "", "", failed.version)
    closing.record_outcomes(round=round, agreed=[outcome], by=chair, at=NOW)
    first, alone, last = book(chair, round)["Ranking"]
    assert (first["Place"], first["Title"], first["Bid"]) == (1, FORMULA, bids[0].source_reference)
    assert (first["Scorecards"], first["Scorecards wanted"], first["Gates"]) == (2, 2, "passed")
    assert (first["Result"], first["Spread"]) == (3, 2)
    assert (first["4. Proven experience: mean mark"], first["6. Value for money: gate"]) == (3, "passed")
    assert (first["Asked for (£)"], first["Running total (£)"], alone["Running total (£)"]) == (20000, 20000, 40000)
    assert (alone["Scorecards"], alone["Spread"], alone["Outcome"]) == (1, None, None)
    assert (last["Gates"], last["Running total (£)"], last["Funding line"]) == ("failed", None, None)
    assert (last["Outcome"], last["Reason"]) == ("Reject", "It fails a gate.")


def test_scorecards_have_reasons_and_members_have_how_they_mark(round: Round, bids: list[Bid], chair: User) -> None:
    sheets = book(chair, round)
    assert list(sheets) == ["Ranking", "Scorecards", "Members"]
    assert len(sheets["Scorecards"]) == 5
    assert all(row["1. Strategic aim: reason"] for row in sheets["Scorecards"])
    ada, bea = sheets["Members"]
    assert (ada["Member"], ada["Unit"], ada["Scorecards"], ada["Bids shared with others"]) == ("Ada", "East Area", 3, 2)
    assert (ada["Mean mark"], bea["Mean mark"]) == (2.67, 2.5)
    assert (ada["Difference from the others"], bea["Difference from the others"]) == (1, -1)
    assert (ada["Bids marked higher"], ada["Bids marked lower"], bea["Bids marked lower"]) == (1, 0, 1)


def test_the_workbook_has_what_the_filters_leave_in_their_order(round: Round, bids: list[Bid], chair: User) -> None:
    whole = book(chair, round, "?n=whole&sort=-place")
    assert [row["Title"] for row in whole["Ranking"]] == ["Failed", FORMULA]
    assert {row["Title"] for row in whole["Scorecards"]} == {FORMULA, "Failed"}
    assert [row["Scorecards"] for row in whole["Members"]] == [2, 2]


def test_a_bid_that_an_interest_hides_is_on_no_sheet(round: Round, bids: list[Bid]) -> None:
    reader = person(Role.LEAD, round=round)
    Interest.objects.create(bid=bids[0], member=reader, conflicted=True, nature="A sister", declared_at=NOW)
    sheets = book(reader, round)
    assert {row["Title"] for name in ("Ranking", "Scorecards") for row in sheets[name]} == {"Alone", "Failed"}
    assert [row["Scorecards"] for row in sheets["Members"]] == [2, 1]


def test_a_round_in_which_nothing_was_scored_has_its_heads(round: Round, chair: User) -> None:
    close(round)
    assert book(chair, round) == {"Ranking": [], "Scorecards": [], "Members": []}


def test_the_filters_of_the_ranking_go_with_the_export(round: Round, bids: list[Bid], chair: User) -> None:
    client = Client()
    client.force_login(chair)
    address = f"{reverse('bids:export_scores', args=[round.reference])}?n=few"
    assert "that the filters of the ranking leave" in client.get(address).content.decode()
    answer = client.post(address, {"kind": "csv"})
    assert answer["Location"].endswith("/?n=few")
    assert b"Alone" in b"".join(client.get(answer["Location"]))


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_every_sheet_and_computes_no_title(
    round: Round, bids: list[Bid], chair: User, tmp_path: Path
) -> None:
    sheets = as_shown(file_of(chair, round), tmp_path)
    ranking, scorecards, members = (sheets[name] for name in ("Ranking", "Scorecards", "Members"))
    assert [row[3] for row in ranking] == ["Title", FORMULA, "Alone", "Failed"]
    assert ranking[1][ranking[0].index("Asked for (£)")] == "20,000.00"
    assert ranking[1][ranking[0].index("Result")] == "3.00"
    assert [row[2] for row in scorecards].count(FORMULA) == 2
    assert [row[:4] for row in members] == [
        ["Member", "Unit", "Scorecards", "Mean mark"],
        ["Ada", "East Area", "3", "2.67"],
        ["Bea", "East Area", "2", "2.50"],
    ]
