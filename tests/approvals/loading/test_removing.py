"""A round that a folder opened goes whole while nothing of it binds anybody, and the trail keeps that it was there."""

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import models
from pytest_django import DjangoCaptureOnCommitCallbacks

from approvals.loading import removing
from approvals.models import Decision, LoadedStage
from bids.models import Bid, BidFile
from grants import audit
from grants.models import AuditEvent, Round, User
from grants.refusal import NotEntitled, Refused
from grants.roles import Role
from tests.approvals.loading.test_playing import folder, play
from tests.approvals.steps import decide, sign
from tests.factories import NOW, person

pytestmark = pytest.mark.django_db

__all__ = ["folder"]

SCORING = "safer-summer-2026-27"
# Reference data that a folder adds and other rounds may use, and the trail, of which one chain stays.
STAYS = {"User", "Organisation", "Alias", "BodyVersion", "AuditEvent"}


@pytest.fixture
def boss() -> User:
    return person(Role.ADMINISTRATOR)


def remove(round: Round, by: User) -> dict[str, int]:
    return removing.remove_round(round=round, reason="The wrong folder", by=by, at=NOW)


def keys() -> dict[str, set[Any]]:
    """The primary keys of all rows of all tables, but for what stays."""
    own = [model for label in ("grants", "bids", "approvals") for model in apps.get_app_config(label).get_models()]
    joining = [field.remote_field.through for model in own for field in model._meta.many_to_many]
    tables: list[type[models.Model]] = [model for model in (*own, *joining) if model.__name__ not in STAYS]
    return {model._meta.label: set(model._base_manager.values_list("pk", flat=True)) for model in tables}


def test_law_a_round_that_is_removed_leaves_the_database_as_it_was(
    folder: Path, boss: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    before, people = keys(), User.objects.count()
    round, played = play(folder)
    events, head = round.events.count(), audit.head(round)
    with django_capture_on_commit_callbacks(execute=True):
        counts = remove(round, boss)
    assert keys() == before
    assert (counts["bids"], counts["awards"], counts["audit events"]) == (3, 3, events)
    assert User.objects.count() == people + 3
    event = AuditEvent.objects.get(round=None, action="remove round")
    assert (event.subject, event.because, event.actor) == ("small-2026-27", "The wrong folder", boss)
    assert (event.facts["events"], event.facts["head"]) == (events, head)
    assert audit.verify(None).faults == ()
    again, played_again = play(folder)
    assert (again.reference, played_again) == (round.reference, played)


def test_a_round_with_scores_and_files_goes_whole_and_no_other_one_changes(
    boss: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    round, others = Round.objects.get(reference=SCORING), Round.objects.exclude(reference=SCORING)
    stored = list(BidFile.objects.filter(bid__round=round).values_list("stored_as", flat=True))
    assert stored
    rows, before = removing.rows_of(round), keys()
    with django_capture_on_commit_callbacks(execute=True):
        remove(round, boss)
    gone = {model._meta.label: set(own) for model, own in rows.items()}
    after = keys()
    left_out = {name: before[name] - after[name] - gone.get(name, set()) for name in before}
    assert {name for name, more in left_out.items() if more} == {"bids.StoredFile"}
    assert {name for name in after if after[name] & gone.get(name, set())} == set()
    assert not any(storages["bid_files"].exists(name) for name in stored)
    assert [audit.verify(other).faults for other in others] == [()] * others.count()


def test_a_round_that_binds_somebody_stays(boss: User, decision: Decision, robin: User) -> None:
    decide(decision, robin)
    sign(decision, robin)
    round, before = decision.round, keys()
    with pytest.raises(Refused, match=r"PCD-681 is signed\. £181,361 is paid under its grants"):
        remove(round, boss)
    command = ("remove_round", round.reference, "--by", boss.username, "--reason", "x", "--confirm", round.reference)
    with pytest.raises(CommandError, match=f"{round.reference} cannot be removed:\nPCD-681 is signed"):
        call_command(*command)
    assert keys() == before


def test_a_round_that_no_folder_opened_stays(boss: User) -> None:
    round = Round.objects.get(reference=SCORING)
    LoadedStage.objects.filter(round=round).delete()
    with pytest.raises(Refused, match=f"No folder opened {SCORING}"):
        remove(round, boss)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_an_administrator_removes_a_round(role: Role) -> None:
    round, before = Round.objects.get(reference=SCORING), keys()
    somebody = person(role, round=round)
    before = keys()
    with pytest.raises(NotEntitled):
        remove(round, somebody)
    assert keys() == before


def test_the_command_says_what_goes_and_waits_for_the_reference(boss: User, capsys: pytest.CaptureFixture[str]) -> None:
    command = ("remove_round", SCORING, "--by", boss.username, "--reason", "The wrong folder")
    call_command(*command)
    first_words = capsys.readouterr().out
    assert f"  {Bid.objects.filter(round__reference=SCORING).count()} bids\n" in first_words
    assert f"Nothing is removed yet. Add --confirm {SCORING} to remove it." in first_words
    with pytest.raises(CommandError, match=f"--confirm must be {SCORING}"):
        call_command(*command, "--confirm", "another")
    assert Round.objects.filter(reference=SCORING).exists()
    call_command(*command, "--confirm", SCORING)
    assert f"Removed: {SCORING}" in capsys.readouterr().out
    assert not Round.objects.filter(reference=SCORING).exists()


@pytest.mark.parametrize(
    ("reference", "by", "wrong"),
    [("nowhere", "boss", "There is no round nowhere"), (SCORING, "nobody", "There is no person nobody")],
)
def test_a_name_that_is_not_there_is_named(reference: str, by: str, wrong: str) -> None:
    with pytest.raises(CommandError, match=wrong):
        call_command("remove_round", reference, "--by", by, "--reason", "x")
