"""Part 2 of a paper and the deferral of its publication are played from a folder, and stay out of what is public."""

import shutil
import tomllib
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from approvals.loading.exporting import export
from approvals.loading.folder import Folder
from approvals.loading.playing import play
from approvals.models import Decision, PartTwo
from tests.factories import PASSWORD

PCD1560 = Path(settings.BASE_DIR) / "fixtures" / "pcd1560"
MORE = """
[decision.part_two]
text = "The operational reason stays unpublished."
exemption = "Section 31 of the Freedom of Information Act"

[stages.deferred]
on = 2023-10-21
by = "orla.beck"
until = 2023-11-20
reason = "The boroughs are told first"
"""


@pytest.mark.django_db
def test_part_two_and_deferral_are_played_and_exported(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    shutil.copytree(PCD1560, folder)
    with (folder / "round.toml").open("a", encoding="utf-8") as opened:
        opened.write(MORE)
    round = play(Folder(folder, password=PASSWORD), "deferred", say=lambda line: None)
    decision = Decision.objects.get(reference="PCD-1560")
    part_two = PartTwo.objects.get(decision=decision)
    assert (part_two.text, part_two.exemption) == (
        "The operational reason stays unpublished.",
        "Section 31 of the Freedom of Information Act",
    )
    assert (decision.state, decision.deferred_until) == (Decision.State.SIGNED, date(2023, 11, 20))
    assert decision.deferral_reason == "The boroughs are told first"
    assert "operational reason" not in decision.packs.get().canonical
    export(round, tmp_path / "exported")
    exported = tomllib.loads((tmp_path / "exported" / "round.toml").read_text(encoding="utf-8"))
    added = tomllib.loads(MORE)
    assert exported["decision"]["part_two"] == added["decision"]["part_two"]
    assert exported["stages"]["deferred"] == added["stages"]["deferred"]
    assert "published" not in exported["stages"]
