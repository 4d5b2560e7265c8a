"""The stages of a round's folder, and how they are played in order.

There is no back door: each step is done by a person of the folder who is entitled to it, on the day that the folder
says, and is recorded in the audit trail. Each stage is one transaction, and is remembered when it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.db import transaction

from approvals.loading import awarding, checking, direct, inputs, opening, order, panel, papers, receiving
from approvals.loading.folder import BadFolder, Folder, table_of
from approvals.loading.opening import body_of
from approvals.models import LoadedStage
from grants.counting import counted
from grants.models import Round, User
from grants.refusal import Refused
from grants.rounds import rounds


class _Stage(NamedTuple):
    """How a stage is played, which returns how many of something it did, and what that is called."""

    play: Callable[[Folder], int]
    noun: str


# What the first paper of a round goes through, and then the one that amends it.
_OF_A_PAPER = {
    "paper": _Stage(papers.write_paper, "section"),
    "signed_off": _Stage(papers.sign_off, "sign-off"),
    "submitted": _Stage(papers.submit, "item"),
    "put_forward": _Stage(papers.put_forward, "item"),
    "signed": _Stage(papers.sign, "item"),
    "deferred": _Stage(papers.defer, "paper"),
    "published": _Stage(papers.publish, "item"),
}
_STAGES = {
    "opened": _Stage(opening.open_round, "budget line"),
    "received": _Stage(receiving.receive, "bid"),
    "eligible": _Stage(panel.check_eligibility, "bid"),
    "scoring": _Stage(panel.score, "scorecard"),
    "closed": _Stage(panel.close_scoring, "bid"),
    "outcomes": _Stage(panel.record_outcomes, "outcome"),
    "entered": _Stage(direct.enter, "direct award"),
    "over_allocated": _Stage(awarding.over_allocate, "over-allocation"),
    "reviewed": _Stage(awarding.review, "bid"),
    "routed": _Stage(awarding.route, "grant"),
    "conditions_met": _Stage(awarding.meet_conditions, "condition"),
    "payments": _Stage(awarding.pay, "payment"),
    "carried": _Stage(awarding.carry_over, "carry-over"),
    "approved": _Stage(awarding.approve, "grant"),
    **_OF_A_PAPER,
    "named": _Stage(direct.name_recipients, "recipient"),
}
STAGES = order.STAGES


def must_be_playable(folder: Folder) -> None:
    """Raise BadFolder with everything that is wrong with a folder, or with its round where that is there already.

    Nothing is written.
    """
    body = body_of(folder)
    people = User.objects.values_list("username", flat=True)
    criteria = [criterion.number for criterion in body.criteria]
    errors = checking.errors_in(folder.path, people=set(people), criteria=criteria)
    reference = table_of(folder.toml, "round").get("reference")
    if isinstance(reference, str):
        folder.take_up(Round.objects.filter(reference=reference).first())
        if "entered" not in folder.played and not errors:
            errors += direct.errors_of_awards(folder, body)
        if "received" not in folder.played:
            errors += receiving.errors_of_bids(folder, body, with_organisations=not errors)
    if not errors:
        errors = _errors_of_resuming(folder, reference)
    if errors:
        raise BadFolder("\n".join([f"{folder.path} cannot be played:", *errors]))


def _errors_of_resuming(folder: Folder, reference: object) -> list[str]:
    """Return why a round that is there already cannot be played on."""
    if folder.round.pk and not folder.played:
        return [f"round.toml, [round], reference: the round {reference} is there already, and no folder opened it"]
    described = {f"{prefix}{name}" for name, prefix, _ in order.in_order(folder.toml)} | {order.OPENED}
    changed = "has been played, and what it rests on in the folder has changed since"
    return [
        f"the stage {stage} {changed if stage in described else 'has been played, and the folder lacks it now'}"
        for stage, digest in folder.played.items()
        if stage not in described or inputs.digest_of(folder.path, folder.toml, stage) != digest
    ]


def play(folder: Folder, until: str = "", *, say: Callable[[str], object] = print) -> Round:
    """Play every stage that the folder describes, up to and including `until` if it is given, and return the round.

    Stages that an earlier run played are left as they are. `say` is called with a line after each stage. Raises
    BadFolder where the folder is incomplete or wrong, before anything is written, and where a rule forbids a step, with
    the stage, of which nothing is kept.
    """
    must_be_playable(folder)
    folder.say = say
    stages = order.stages_of(folder.toml)
    for stage in stages[: stages.index(until) + 1] if until else stages:
        if stage == order.AMENDED and "amendment" in folder.toml:
            folder.take_up_amendment()
            for each in (each for each in order.OF_A_PAPER if each in folder.stages):
                _play_stage(folder, each, _OF_A_PAPER[each], prefix=order.SECOND)
        elif stage != order.AMENDED and folder.describes(stage):
            _play_stage(folder, stage, _STAGES[stage])
    return folder.round


def _play_stage(folder: Folder, name: str, stage: _Stage, *, prefix: str = "") -> None:
    """Play one stage in one transaction, unless it has been played."""
    full_name, reference = f"{prefix}{name}", folder.toml["round"]["reference"]
    folder.stage_name = f"{reference}: {full_name}"
    try:
        with transaction.atomic():
            if folder.round.pk:
                rounds.lock(folder.round)
            if LoadedStage.objects.filter(round__reference=reference, stage=full_name).exists():
                folder.say(f"{folder.stage_name}, played before")
                return
            count = stage.play(folder)
            LoadedStage.objects.create(
                round=folder.round,
                stage=full_name,
                digest=inputs.digest_of(folder.path, folder.toml, full_name),
                clock=folder.clock,
            )
    except KeyError as missing:
        raise BadFolder(f"{folder.path}, stage {full_name}: nothing is called {missing}") from None
    except Refused as refused:
        raise BadFolder(f"{folder.path}, stage {full_name}: {refused}") from None
    folder.say(f"{folder.stage_name}, {counted(count, stage.noun)}")
