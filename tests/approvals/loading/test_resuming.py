"""Each stage of a folder is one transaction and is remembered, so a run that broke off goes on where it stopped."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from approvals.loading import csv_files, inputs, order, playing, schema
from approvals.loading.folder import BadFolder, Folder
from approvals.loading.shapes import Table
from approvals.models import Decision, LoadedStage
from bids.models import Bid, PanelOutcome
from grants import audit
from grants.models import AuditEvent, Round
from tests.approvals.loading.test_playing import AMOUNTS, TOML, folder, play, write
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

__all__ = ["folder"]

STAGES = ["opened", "received", "eligible", "outcomes", "reviewed", "routed", "approved"]
PCD1560 = Path(settings.BASE_DIR) / "fixtures" / "pcd1560"


def lines(folder: Path, until: str = "amended") -> list[str]:
    reported: list[str] = []
    playing.play(Folder(folder, password=PASSWORD), until, say=lambda text: reported.append(str(text)))
    return reported


def acts(round: Round) -> list[tuple[object, ...]]:
    return list(round.events.order_by("number").values_list("action", "actor_name", "at"))


def outcomes(folder: Path, verdicts: dict[str, str]) -> None:
    rows = [
        {"bid": bid, "outcome": verdict, "destination": "", "reason": "Good", "internal_reason": ""}
        for bid, verdict in verdicts.items()
    ]
    write(folder, "outcomes", rows)


def test_each_stage_is_named_with_its_count(folder: Path) -> None:
    assert lines(folder) == [
        "small-2026-27: opened, 1 budget line",
        "small-2026-27: received, 3 bids",
        "small-2026-27: eligible, 3 bids",
        "small-2026-27: outcomes, 3 outcomes",
        "small-2026-27: reviewed, 3 bids",
        "small-2026-27: routed, 3 grants",
        "small-2026-27: approved, 2 grants",
    ]


def test_a_run_in_parts_is_the_run_in_one(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    for stage in STAGES:
        round, _ = play(folder, stage)
    other = tmp_path_factory.mktemp("other") / "folder"
    shutil.copytree(folder, other)
    (other / "round.toml").write_text(TOML.replace("small-2026-27", "whole-2026-27"), encoding="utf-8")
    whole, _ = play(other)
    # The people of the second folder are there already, which is no event of the round.
    assert acts(round) == acts(whole)
    assert audit.verify(round).faults == ()


def test_a_second_run_changes_nothing_where_all_is_done(folder: Path) -> None:
    play(folder)
    events = AuditEvent.objects.count()
    assert lines(folder) == [f"small-2026-27: {stage}, played before" for stage in STAGES]
    assert AuditEvent.objects.count() == events


def test_a_stage_that_is_refused_half_way_leaves_nothing_and_goes_on_once_mended(folder: Path) -> None:
    # The third outcome is refused: a redirected bid needs its destination.
    outcomes(folder, {**dict.fromkeys(AMOUNTS, "recommend"), "S-3": "redirect"})
    with pytest.raises(BadFolder, match="stage outcomes: Enter where you redirect the bid to"):
        play(folder)
    assert not PanelOutcome.objects.filter(bid__round__reference="small-2026-27").exists()
    assert [stage.stage for stage in LoadedStage.objects.filter(round__reference="small-2026-27")] == STAGES[:3]
    outcomes(folder, dict.fromkeys(AMOUNTS, "recommend"))
    _, played = play(folder)
    assert played == STAGES
    assert set(Bid.objects.filter(round__reference="small-2026-27").values_list("state", flat=True)) == {"agreed"}


@pytest.mark.parametrize(
    ("old", "new", "stage"),
    [
        ('allocation = "10000.75"', 'allocation = "10000.76"', "opened"),
        ('reason = "Complete"', 'reason = "Whole"', "eligible"),
        ('[stages.eligible]\non = 2026-11-11\nby = "small.lead"\nreason = "Complete"\n', "", "eligible"),
    ],
)
def test_a_change_of_what_is_played_is_refused(folder: Path, old: str, new: str, stage: str) -> None:
    round, _ = play(folder, "eligible")
    assert old in TOML
    changed = TOML.replace(old, new)
    (folder / "round.toml").write_text(changed, encoding="utf-8")
    events = round.events.count()
    with pytest.raises(BadFolder, match=f"the stage {stage} has been played, and "):
        play(folder)
    assert round.events.count() == events


def test_a_changed_table_is_refused_once_its_stage_is_played(folder: Path) -> None:
    play(folder, "outcomes")
    outcomes(folder, dict.fromkeys(AMOUNTS, "reject"))
    with pytest.raises(
        BadFolder, match="the stage outcomes has been played, and what it rests on in the folder has chan"
    ):
        play(folder)


def test_a_round_that_no_folder_opened_is_left_alone(folder: Path) -> None:
    round, _ = play(folder, "opened")
    LoadedStage.objects.filter(round=round).delete()
    with pytest.raises(BadFolder, match="the round small-2026-27 is there already, and no folder opened it"):
        play(folder)
    assert not Bid.objects.filter(round=round).exists()


def test_a_later_run_signs_for_the_people_whom_an_earlier_one_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    call_command("load_round", str(PCD1560), "--until", "put_forward")
    call_command("load_round", str(PCD1560))
    assert Decision.objects.get(reference="PCD-1560").state == Decision.State.PUBLISHED


def test_nobody_is_signed_for_who_has_a_password_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    call_command("load_round", str(PCD1560), "--until", "put_forward")
    decision = Decision.objects.get(reference="PCD-1560")
    monkeypatch.setenv("DEMO_PASSWORD", "another-password-2026")
    with pytest.raises(CommandError, match="Dora Lind has a password of their own, so they sign PCD-1560 on its page"):
        call_command("load_round", str(PCD1560))
    decision.refresh_from_db()
    assert decision.state == Decision.State.READY


def test_all_that_a_folder_holds_belongs_to_one_stage() -> None:
    """What belonged to none could change after it was played, and nobody would be told."""
    tables = [name for names in inputs.TABLES.values() for name in names]
    assert sorted(tables) == sorted(key.name for key in schema.TOML.keys if key.name != "stages")
    files = [name for names in inputs.FILES.values() for name in names]
    assert sorted(files) == sorted(["bids", *csv_files.FILES])
    assert {*inputs.TABLES, *inputs.FILES} <= {*order.STAGES, f"{order.SECOND}paper"}
    assert set(schema.STAGES) == {*order.STAGES} - {order.OPENED, order.AMENDED}
    assert isinstance(schema.TOML, Table)
