"""The stages of a round's folder, and how they are played in order.

There is no back door: each step is done by a person of the folder who is entitled to it, on the day that the folder
says, and is recorded in the audit trail.
"""

from __future__ import annotations

from collections.abc import Callable

from approvals.loading import awarding, checking, opening, order, panel, papers, receiving
from approvals.loading.folder import BadFolder, Folder, table_of
from approvals.loading.opening import body_of
from grants.models import Round, User

# What the first paper of a round goes through, and then the one that amends it.
_OF_A_PAPER: dict[str, Callable[[Folder], None]] = {
    "paper": papers.write_paper,
    "signed_off": papers.sign_off,
    "submitted": papers.submit,
    "put_forward": papers.put_forward,
    "signed": papers.sign,
    "published": papers.publish,
}


def _amend(folder: Folder) -> None:
    """Play the second paper, which amends the first, through its own stages."""
    folder.take_up_amendment()
    for stage, play_stage in _OF_A_PAPER.items():
        if stage in folder.stages:
            play_stage(folder)


_STAGES: dict[str, Callable[[Folder], None]] = {
    "opened": opening.open_round,
    "received": receiving.receive,
    "eligible": panel.check_eligibility,
    "scoring": panel.score,
    "closed": panel.close_scoring,
    "outcomes": panel.record_outcomes,
    "reviewed": awarding.review,
    "routed": awarding.route,
    "payments": awarding.pay,
    "approved": awarding.approve,
    **_OF_A_PAPER,
    "amended": _amend,
}
STAGES = order.STAGES


def must_be_playable(folder: Folder) -> None:
    """Raise BadFolder with everything that is wrong with a folder. Nothing is written."""
    body = body_of(folder)
    people = User.objects.values_list("username", flat=True)
    criteria = [criterion.number for criterion in body.criteria]
    errors = checking.errors_in(folder.path, people=set(people), criteria=criteria)
    if isinstance(table_of(folder.toml, "round").get("reference"), str):
        errors += receiving.errors_of_bids(folder, body, with_organisations=not errors)
    if errors:
        raise BadFolder("\n".join([f"{folder.path} cannot be played:", *errors]))


def play(folder: Folder, until: str, *, say: Callable[[str], object] = print) -> Round:
    """Play every stage that the folder describes, up to and including `until`, and return the round.

    `say` is called with a line after each stage. Raises BadFolder where the folder is incomplete or wrong, before
    anything is written, and Refused where a rule forbids a step.
    """
    must_be_playable(folder)
    stages = order.stages_of(folder.toml)
    for stage in stages[: stages.index(until) + 1]:
        if folder.describes(stage):
            try:
                _STAGES[stage](folder)
            except KeyError as missing:
                raise BadFolder(f"{folder.path}, stage {stage}: nothing is called {missing}") from None
            say(f"{folder.toml['round']['reference']}: {stage}")
    return folder.round
