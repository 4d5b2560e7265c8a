"""Files beside bids.csv, each in a folder named as its bid, are added when a round's folder is played."""

import hashlib
from pathlib import Path

import pytest
from django.core.files.storage import storages

from approvals.loading.folder import BadFolder
from bids.models import BidFile, StoredFile
from grants import audit
from grants.models import AuditEvent
from tests.approvals.loading.test_playing import folder, play
from tests.bids.files import samples

pytestmark = pytest.mark.django_db

__all__ = ["folder"]


def put(folder: Path, path: str, content: bytes) -> None:
    (folder / "files" / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / "files" / path).write_bytes(content)


def test_the_files_of_a_folder_are_added_by_whoever_took_the_bids_in(folder: Path) -> None:
    put(folder, "S-1/Budget.xlsx", samples.excel())
    put(folder, "S-1/Letter.pdf", samples.pdf())
    put(folder, "S-3/Policy.docx", samples.word())
    put(folder, "S-3/.DS_Store", b"")
    round, _ = play(folder, "outcomes")
    files = (
        BidFile.objects.filter(bid__round=round).select_related("added_by").order_by("bid__source_reference", "place")
    )
    assert [(file.bid.source_reference, file.name, file.kind) for file in files] == [
        ("S-1", "Budget.xlsx", "xlsx"),
        ("S-1", "Letter.pdf", "pdf"),
        ("S-3", "Policy.docx", "docx"),
    ]
    assert {file.added_by.username for file in files} == {"small.lead"}
    assert {f"{file.added_at:%Y-%m-%d}" for file in files} == {"2026-11-10"}
    with storages["bid_files"].open(files[0].stored_as) as opened:
        assert opened.read() == samples.excel()
    hashes = {event.facts["sha256"] for event in AuditEvent.objects.filter(round=round, action="add file")}
    assert hashes == {hashlib.sha256(each).hexdigest() for each in (samples.excel(), samples.pdf(), samples.word())}
    assert audit.verify(round).faults == ()


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("S-9/Letter.pdf", samples.pdf(), r"files/S-9: no bid has this reference"),
        ("S-1/Letter.pdf", samples.PROGRAM, r"files/S-1: Letter\.pdf is not a PDF\. It looks like a program"),
        ("Letter.pdf", samples.pdf(), r"Letter\.pdf is in no folder named as the reference of its bid"),
        ("S-1/more/Letter.pdf", samples.pdf(), r"files/S-1/more: is not a file"),
    ],
)
def test_a_file_that_cannot_be_added_stops_the_playing(folder: Path, path: str, content: bytes, message: str) -> None:
    put(folder, path, content)
    with pytest.raises(BadFolder, match=message):
        play(folder, "received")
    assert not BidFile.objects.filter(bid__round__reference="small-2026-27").exists()
    assert not StoredFile.objects.filter(name__contains="S-").exists()


def test_the_demo_has_files_for_the_scorers_to_read() -> None:
    files = BidFile.objects.filter(bid__round__reference="safer-summer-2026-27").order_by(
        "bid__source_reference", "name"
    )
    assert [(file.bid.source_reference, file.name) for file in files] == [
        ("SSF-01", "Steady Hands budget.xlsx"),
        ("SSF-02", "Behind the Counter budget.xlsx"),
        ("SSF-02", "Letter from Church Lane Traders.pdf"),
    ]
