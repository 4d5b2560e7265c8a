"""The stages of the panel: bids are checked, scored, and judged by the panel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from approvals.loading.folder import Folder, pounds
from bids.intake import intake
from bids.models import Assignment, Tag
from bids.panel import assignments, closing, interests, opening, practice, scorecards
from bids.panel import members as members_of_panel
from grants.days import day_of
from grants.models import RoleHolding, User
from grants.roles import Role
from grants.rounds import rounds


def check_eligibility(folder: Folder) -> int:
    """Find every bid eligible, and return how many; each chair declares that they have no interest."""
    by, at, stage = folder.stage("eligible")
    checked = intake.check_eligibility(
        bids=list(folder.bids().values()), eligible=True, reason=stage["reason"], by=by, at=at
    )
    chairs = RoleHolding.objects.filter(round=folder.round, role=Role.CHAIR, ended_at=None).select_related("user")
    for chair in chairs:
        answers = [(bid, False, "") for bid in folder.bids().values()]
        interests.declare_interests(answers=answers, by=chair.user, at=at)
    return checked


def score(folder: Folder) -> int:
    """Assign the bids, declare for each member that they have no interest, and save the scorecards.

    Returns how many scorecards there are.
    """
    by, at, stage = folder.stage("scoring")
    _prepare_panel(folder, by, at)
    bids, members = folder.bids(), {member.username: member for member in members_of_panel.members_of(folder.round)}
    for row in folder.rows("assignments"):
        assignments.assign(bid=bids[row["bid"]], member=members[row["member"]], by=by, at=at)
    # Sets the number of scorers wanted, and fills what the folder leaves open.
    plan = assignments.plan_assignments(
        round=folder.round, wanted=int(stage["wanted"]), by=by, at=folder.at(stage["on"])
    )
    assignments.apply_plan(plan=plan, by=by, at=folder.at(stage["on"]))
    for assignment in Assignment.objects.filter(bid__round=folder.round).select_related("bid__round", "member"):
        interests.declare_interest(
            bid=assignment.bid, conflicted=False, by=assignment.member, at=folder.at(stage["declared_on"])
        )
    cards = sorted(folder.rows("scorecards"), key=lambda row: row["on"])
    for row in folder.each(cards):
        marks = _marks(row, [criterion.rule for criterion in folder.round.criteria.all()])
        save = scorecards.submit_scorecard if row["state"] == "submitted" else scorecards.save_draft
        save(bid=bids[row["bid"]], marks=marks, seen=0, by=members[row["member"]], at=folder.at(row["on"]))
    _keep_open(folder, stage)
    return len(cards)


def _keep_open(folder: Folder, stage: dict[str, Any]) -> None:
    """Extend scoring where a folder for demonstration says so and its day is over by now, so that it can be shown."""
    folder.round.refresh_from_db()
    now, closes_on = timezone.now(), folder.round.scoring_closes_on
    if "kept_open_for" not in stage or closes_on is None or day_of(now) <= closes_on:
        return
    rounds.extend_scoring(
        round=folder.round,
        scoring_closes_on=day_of(now) + timedelta(days=stage["kept_open_for"]),
        reason=stage["kept_open_reason"],
        by=folder.person(stage["by"]),
        at=now,
    )


def _prepare_panel(folder: Folder, by: User, at: datetime) -> None:
    """Record what members know and play the practice bid, if the folder has them."""
    for known in folder.toml.get("knowledge", []):
        assignments.keep_knowledge(
            round=folder.round,
            member=folder.person(known["member"]),
            themes=list(folder.round.tags.filter(kind=Tag.Kind.THEME, code__in=known.get("themes", []))),
            boroughs=folder.round.body.areas.read("; ".join(known.get("boroughs", []))),
            organisations=[],
            by=by,
            at=at,
        )
    entry = folder.toml.get("practice")
    if entry is None:
        return
    made = practice.keep_practice(
        round=folder.round,
        title=entry["title"],
        bidder=entry["bidder"],
        amount=pounds(entry["amount"]),
        case=entry["case"].strip(),
        by=by,
        at=at,
    )
    rules = [criterion.rule for criterion in folder.round.criteria.all()]
    for row in folder.rows("practice"):
        member = folder.person(row["member"])
        practice.score_practice(practice=made, marks=_marks(row, rules), by=member, at=folder.at(row["on"]))
    if "compared_on" in entry:
        practice.compare_practice(
            practice=made, reason=entry["reason"], seen=made.version, by=by, at=folder.at(entry["compared_on"])
        )


def close_scoring(folder: Folder) -> int:
    """Close the scoring of the round and open the marks, and return how many bids were scored."""
    by, at, stage = folder.stage("closed")
    closing.close_scoring(round=folder.round, reason=stage["reason"], by=by, at=at)
    opening.open_marks(round=folder.round, by=by, at=at)
    return len(folder.bids())


def record_outcomes(folder: Folder) -> int:
    """Record the outcome of each bid in `outcomes.csv`, and return how many there are."""
    by, _, stage = folder.stage("outcomes")
    bids, rows = folder.bids(), folder.rows("outcomes")
    for row in folder.each(rows):
        closing.record_outcome(
            bid=bids[row["bid"]],
            verdict=row["outcome"],
            destination=row["destination"],
            reason=row["reason"],
            internal_reason=row["internal_reason"],
            by=by,
            at=folder.at(stage["on"]),
        )
    return len(rows)


def _marks(row: dict[str, str], rules: Sequence[Any]) -> dict[int, scorecards.Judgement]:
    """Read one row of marks: the judgement of each criterion, by its number."""
    judgements = {}
    for rule in rules:
        words = row[str(rule.number)].split()
        passed = {"yes": True, "no": False}.get(words[0]) if words else None
        score = next((int(word) for word in words if word.isdigit()), None)
        judgements[rule.number] = scorecards.Judgement(passed, score, row[f"{rule.number}_why"])
    return judgements
