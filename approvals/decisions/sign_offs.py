"""Transitions of sign-offs: advisers sign off their part of a paper. No other module writes sign-offs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from approvals.decisions import advice
from approvals.enums import Area
from approvals.models import Decision, SignOff
from approvals.paper import pack, sources
from approvals.reconciliation.sums import Discrepancy
from approvals.routing import duties
from grants import audit, money, states
from grants.days import day_of
from grants.models import User
from grants.refusal import Refused
from grants.rounds import rounds


def who_prepared(decision: Decision) -> set[str]:
    """Return the user names of those who prepared a paper or what it is based on."""
    return audit.who_did(decision.round, duties.PREPARING)


def who_may_not_decide(decision: Decision) -> set[str]:
    """Return the user names of those who may not decide a paper: they prepared it, moved its money or advised on it."""
    return audit.who_did(decision.round, duties.FOR_A_DECISION) | who_advised(decision)


def who_advised(decision: Decision) -> set[str]:
    """Return the user names of those who signed off a part of a paper, or declined to."""
    return set(decision.sign_offs.values_list("given_by__username", flat=True))


@dataclass(frozen=True, slots=True)
class Row:
    """The state of one area's sign-off, with its newest answer, if any."""

    standing: advice.Standing
    answer: SignOff | None

    @property
    def area(self) -> Area:
        return self.standing.area


def rows(decision: Decision, paper: Mapping[str, Any]) -> list[Row]:
    """Return every sign-off that a paper needs, with its state for the paper as it reads now. One query."""
    newest = {answer.area: answer for answer in decision.sign_offs.select_related("given_by").order_by("id")}
    result = []
    for area in advice.needed(paper):
        newest_sign_off = newest.get(area)
        objected = newest_sign_off is not None and newest_sign_off.answer == SignOff.Answer.OBJECTED
        seen = newest_sign_off.seen if newest_sign_off else None
        standing = advice.standing(area, paper, seen, objected=objected)
        result.append(Row(standing, newest_sign_off))
    return result


def entries(sign_off_rows: list[Row]) -> list[dict[str, Any]]:
    """Return the valid sign-offs in the form that the paper prints."""
    return [
        {
            "area": row.area.label,
            "area_value": row.area.value,
            "by": row.answer.given_by.name,
            "at": row.answer.given_at.astimezone(UTC),
            "comment": row.answer.comment,
        }
        for row in sign_off_rows
        if row.standing.holds and row.answer
    ]


def problems(decision: Decision, sign_off_rows: list[Row]) -> list[Discrepancy]:
    """Return the sign-offs that block submission, each with its reason."""
    discrepancies = []
    prepared = who_prepared(decision)
    for row in sign_off_rows:
        label = row.area.label
        message = {
            "missing": f"{label} has not signed off.",
            "objected": f"{label} did not sign off: {row.answer.comment if row.answer else ''}",
            "void": f"The sign-off of {row.area.value} is void: {'; '.join(map(str, row.standing.changes[:2]))}.",
        }.get(row.standing.state)
        if row.standing.state == "signed" and row.answer and row.answer.given_by.username in prepared:
            who = row.answer.given_by.name
            prepared_since = f"{who}, who signed off {row.area.value}, has since prepared the paper."
            message = f"{prepared_since} Another adviser must sign it off."
        if message:
            reference = f"{decision.reference} sign-off-{row.area.value}"
            discrepancies.append(Discrepancy("sign-off", message, money.ZERO, reference))
    return discrepancies


@transaction.atomic
def sign_off(
    *, decision: Decision, area: Area, answer: str, by: User, at: datetime, comment: str = "", seen: str | None = None
) -> SignOff:
    """Record an adviser's answer on one part of a paper. `seen` is the digest of what the page showed.

    Raises Refused if the paper has been submitted, has nothing to sign off there, has changed since, or was prepared by
    this person, or if an objection does not say what needs to change.
    """
    round = rounds.lock(decision.round)
    decision = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    decision.round = round
    refusal = f"{decision.reference} has been submitted. You can sign it off only while it is being written."
    states.must_allow(decision, area.action, refusal)
    paper = pack.contents(decision, sources.sources(decision, day_of(at)), version=0, at=at, trail_head="")
    if area not in advice.needed(paper):
        raise Refused("The paper has no contract, so there is nothing commercial to sign off.")
    if not any(section["paragraphs"] for section in paper["sections"] if section["key"] == area.section):
        raise Refused("This section has not been written yet")
    now = advice.seen(area, paper)
    if seen is not None and seen != digest(now):
        raise Refused("The paper changed after you opened this page. Read it again below, then answer again.")
    if why_not := duties.why_not_sign_off(by.username, who_prepared(decision)):
        raise Refused(why_not)
    if answer == SignOff.Answer.OBJECTED and not comment.strip():
        raise Refused("Enter what needs to change", field="comment")
    record = SignOff.objects.create(
        decision=decision, area=area, answer=answer, comment=comment.strip(), seen=now, given_by=by, given_at=at
    )
    facts = {"answer": record.get_answer_display(), "seen": digest(now)}
    audit.record(area.action, record, round=round, by=by, at=at, because=comment.strip(), facts=facts)
    return record


def digest(seen: advice.Seen) -> str:
    """Return a hash of what an adviser saw."""
    return pack.sha256(audit.canonical(seen))
