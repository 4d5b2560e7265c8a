"""A round is written into a folder that loads to the same data, whatever it holds."""

import csv
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import CommandError, call_command
from django.db import connection, models

from approvals.loading import body_text, csv_files, schema
from approvals.loading.exporting import export
from approvals.loading.folder import Folder
from approvals.loading.playing import play
from approvals.loading.shapes import Entries, Table
from approvals.loading.toml_text import toml_of
from approvals.models import LoadedStage
from grants import body_folder
from grants.management.commands.demo import add_second_administrator
from grants.models import AuditEvent, Round, User
from grants.rounds import rounds
from tests import snapshots
from tests.approvals.loading import rich
from tests.approvals.loading.test_playing import TOML, folder
from tests.approvals.loading.test_playing import play as play_small
from tests.factories import PASSWORD

__all__ = ["folder"]

RICH = [rich.amended, rich.divided, rich.directly_awarded]
FIXTURES = sorted(file.parent for file in (Path(settings.BASE_DIR) / "fixtures").glob("*/round.toml"))
# The rounds of the demo, and the stage up to which each is loaded.
LOADED = {snapshots.ROOT / path: until for path, until in snapshots.ROUNDS}
# When something was stored differs from run to run, as do passwords and what is drawn from the rest.
_OF_THE_RUN = {"id", "recorded_at", "played_at", "password", "digest", "previous_hash", "hash", "html", "pdf", "sizes"}
# Drawn from the other tables; the sheet as it was written, whose amounts may lack their pence; stored contents.
_DRAWN = {"BodyVersion", "Standing", "Upload", "StoredFile"}
# As `new_references` draws them.
_REFERENCE = re.compile(r"\b(?:[A-Z]+-[A-Z0-9]{5}|[a-z]+-[a-z0-9]{5})\b")
_HASH = re.compile(r"\b[0-9a-f]{64}\b")


def emptied() -> None:
    """Empty all tables of the apps in this test's transaction, which also brings them back."""
    own = [model for label in ("grants", "bids", "approvals") for model in apps.get_app_config(label).get_models()]
    tables = {model._meta.db_table for model in own}
    tables |= {field.m2m_db_table() for model in own for field in model._meta.many_to_many}
    names = ", ".join(connection.ops.quote_name(table) for table in sorted(tables))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        # The triggers that keep the trail and the decisions are for people and programs, not for an empty database.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"TRUNCATE {names} CASCADE")
        cursor.execute("SET LOCAL session_replication_role = origin")


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table in the order of storing, with places in that order for keys and random references."""
    own = [model for label in ("grants", "bids", "approvals") for model in apps.get_app_config(label).get_models()]
    names: dict[str, str] = {}
    for model in own:
        if any(field.name == "reference" and not field.editable for field in model._meta.fields):
            for place, row in enumerate(model._base_manager.order_by("pk")):
                # A figure is named by the reference in small letters.
                names[row.reference] = names[row.reference.lower()] = f"{model.__name__} {place}"
    places = {model: {row.pk: place for place, row in enumerate(model._base_manager.order_by("pk"))} for model in own}

    def plain(value: Any) -> Any:
        match value:
            case str():
                return _HASH.sub("HASH", _REFERENCE.sub(lambda match: names.get(match[0], match[0]), value))
            case dict():
                return {plain(name): plain(part) for name, part in value.items()}
            case list() | tuple():
                parts = [plain(part) for part in value]
                # Members of a group are in the order of their random references.
                return sorted(parts) if all(isinstance(part, str) and part in names for part in value) else parts
            case datetime() | date() | Decimal():
                return str(value)
        return value

    def cells(row: models.Model) -> Iterator[tuple[str, Any]]:
        for field in row._meta.fields:
            value = getattr(row, field.attname)
            if field.name in _OF_THE_RUN or field.name.endswith("sha256") or field.name == "search":
                continue
            if isinstance(field, models.ForeignKey) and field.related_model in places:
                yield field.name, None if value is None else places[field.related_model].get(value)
            elif field.name == "canonical":
                yield field.name, plain(json.loads(value))
            else:
                yield field.name, plain(value)

    return {
        model.__name__: [dict(cells(row)) for row in model._base_manager.order_by("pk")]
        for model in own
        if not model.__name__.endswith("Words") and model.__name__ not in _DRAWN
    }


def loaded(path: Path) -> dict[str, list[dict[str, Any]]]:
    emptied()
    play_on(path)
    return everything()


def play_on(path: Path, until: str = "") -> None:
    play(Folder(path, password=PASSWORD), until, say=lambda text: None)


def differences(first: dict[str, list[dict[str, Any]]], second: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Each cell in which two databases differ, for the eye."""
    listed = []
    for name, rows in first.items():
        others = second[name]
        listed += [f"{name}: {len(rows)} rows and {len(others)}"] if len(rows) != len(others) else []
        for place, (row, other) in enumerate(zip(rows, others, strict=False)):
            listed += [
                f"{name} {place}, {cell}: {around(str(value), str(other[cell]))}"
                for cell, value in row.items()
                if other[cell] != value
            ]
    return listed


def around(one: str, other: str) -> str:
    """What two texts have from shortly before the place where they begin to differ."""
    alike = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    start = max(alike - 60, 0)
    return f"{one[start : start + 200]!r} and {other[start : start + 200]!r}"


@pytest.mark.walk
@pytest.mark.django_db
@pytest.mark.parametrize("path", [path for path in FIXTURES if path not in LOADED], ids=lambda path: path.name)
def test_an_exported_round_loads_to_the_same_data(path: Path, tmp_path: Path) -> None:
    """Law: every table but what belongs to the run is the same, trail and canonical data of the papers included."""
    before = loaded(path)
    left_out = export(Round.objects.get(), tmp_path / "exported")
    assert left_out == []
    after = loaded(tmp_path / "exported")
    listed = differences(before, after)
    assert listed == [], "\n".join(listed[:20])


@pytest.mark.django_db
@pytest.mark.parametrize("write", RICH, ids=lambda write: write.__name__)
def test_what_no_fixture_needs_is_exported_too(write: Callable[[Path], Path], tmp_path: Path) -> None:
    before = loaded(write(tmp_path / "written"))
    assert export(Round.objects.get(), tmp_path / "exported") == []
    after = loaded(tmp_path / "exported")
    listed = differences(before, after)
    assert listed == [], "\n".join(listed[:20])


def keys_of(table: Table, names: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key of the schema. What the second paper holds counts as that of the first, which has the same keys."""
    for key in table.keys:
        own = (*names, key.name)
        yield _of_either_paper(own)
        if isinstance(key.holds, Table):
            yield from keys_of(key.holds, own)
        elif isinstance(key.holds, Entries):
            yield from keys_of(key.holds.table, own)


def _of_either_paper(names: tuple[str, ...]) -> tuple[str, ...]:
    if names[:2] == ("amendment", "stages"):
        return names[1:]
    return (
        ("decision", *names[1:]) if names[0] == "amendment" and names[1:2] not in (("amends",), ("changes",)) else names
    )


def used_in(value: Any, names: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for name, part in value.items():
            own = (*names, name)
            yield _of_either_paper(own)
            yield from used_in(part, own)
    elif isinstance(value, list):
        for part in value:
            yield from used_in(part, names)


def test_law_every_key_and_column_is_in_a_folder_that_is_exported(tmp_path: Path) -> None:
    """Minutes are those of a committee, of which `test_third_body` plays a paper."""
    folders = [*FIXTURES, *(write(tmp_path / write.__name__) for write in RICH)]
    keys, columns = set(), set()
    for path in folders:
        keys |= set(used_in(tomllib.loads((path / "round.toml").read_text(encoding="utf-8"))))
        for file in path.glob("*.csv"):
            with file.open(encoding="utf-8", newline="") as opened:
                rows = list(csv.DictReader(opened))
            columns |= {(file.stem, name) for row in rows for name, cell in row.items() if cell}
    missing = {".".join(names) for names in set(keys_of(schema.TOML)) - keys}
    assert {name for name in missing if not name.startswith("stages.signed.minutes")} == set()
    assert {(name, key.name) for name, own in csv_files.FILES.items() for key in own} - columns == set()


@pytest.mark.walk
@pytest.mark.django_db
def test_the_exported_rounds_of_the_demo_load_to_the_same_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same law for the two largest folders, which are loaded already; here they share one database."""
    assert set(LOADED) < set(FIXTURES)
    # A demo that is loaded late keeps scoring open from the day on which it is loaded.
    loaded_at = LoadedStage.objects.latest("pk").played_at
    monkeypatch.setattr("approvals.loading.panel.timezone", SimpleNamespace(now=lambda: loaded_at))
    # The demo has a second administrator, who is in no folder.
    added_at = AuditEvent.objects.filter(subject="jude.amos").latest("number").at
    monkeypatch.setattr("grants.management.commands.demo.timezone", SimpleNamespace(now=lambda: added_at))
    User.objects.update(password=make_password(PASSWORD))
    for path in LOADED:
        play_on(path)
    before = everything()
    exported = {}
    for path, until in LOADED.items():
        reference = tomllib.loads((path / "round.toml").read_text(encoding="utf-8"))["round"]["reference"]
        exported[tmp_path / path.name] = until
        assert export(Round.objects.get(reference=reference), tmp_path / path.name) == []
    emptied()
    for path, until in exported.items():
        play_on(path, until)
    add_second_administrator(PASSWORD)
    for path in exported:
        play_on(path)
    listed = differences(before, everything())
    assert listed == [], "\n".join(listed[:20])


@pytest.mark.django_db
def test_what_a_folder_has_no_place_for_is_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    round, _ = play_small(folder)
    lead, at = User.objects.get(username="small.lead"), round.events.order_by("number")[0].at
    rounds.extend_bids(round=round, closes_on=date(2027, 1, 10), reason="Late bidders", by=lead, at=at)
    call_command("export_round", "small-2026-27", str(tmp_path / "exported"))
    assert "The folder leaves out 1 event “extend bids”" in capsys.readouterr().err


@pytest.mark.django_db
def test_an_export_writes_into_no_folder_that_holds_something(folder: Path) -> None:
    play_small(folder, "opened")
    with pytest.raises(CommandError, match="is not empty"):
        call_command("export_round", "small-2026-27", str(folder))
    assert (folder / "round.toml").read_text(encoding="utf-8") == TOML


@pytest.mark.django_db
def test_a_round_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no round nowhere"):
        call_command("export_round", "nowhere", str(tmp_path))


@pytest.mark.parametrize("name", ["force-mps", "force-vale"])
def test_a_body_is_written_as_it_is_read(name: str, tmp_path: Path) -> None:
    body = body_folder.read(Path(settings.BASE_DIR) / "fixtures" / name)
    body_text.write(body, tmp_path / "body")
    again = body_folder.read(tmp_path / "body")
    assert again.data == body.data
    assert again.digest == body.digest


@pytest.mark.parametrize(
    "text",
    ["plain", "two\nlines", '"quoted"', "back\\slash", 'three """ quotes\n', "tab\tand £ and \x7f", "\nbegins", ""],
)
def test_a_text_is_written_so_that_it_reads_as_it_was(text: str) -> None:
    table = {"a": text, "b": [text], "c c": {"d": text}, "e": [{"f": text}]}
    assert tomllib.loads(toml_of(table)) == table
