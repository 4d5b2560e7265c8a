"""Transitions of sign-offs: advisers answer for their part of a paper. The only writer of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localtime

from approvals.decisions import advice
from approvals.enums import Area
from approvals.models import Decision, SignOff
from approvals.paper import pack, sources
from approvals.reconciliation.sums import Discrepancy
from approvals.routing import duties
from grants import audit, money, states
from grants.models import User
from grants.refusal import Refused
from grants.rounds import rounds


def who_prepared(decision: Decision) -> set[str]:
    """The user names of those who had a hand in what a paper says or rests on."""
    return audit.who_did(decision.round, duties.PREPARING)


def who_may_not_decide(decision: Decision) -> set[str]:
    """The user names of those who do not decide a paper: who prepared it, moved its money, or advised on it."""
    return audit.who_did(decision.round, duties.FOR_A_DECISION) | who_advised(decision)


def who_advised(decision: Decision) -> set[str]:
    """The user names of those who answered for a part of a paper."""
    return set(decision.sign_offs.values_list("given_by__username", flat=True))


@dataclass(frozen=True, slots=True)
class Row:
    """An area with where its sign-off stands, and the newest answer, if there is any."""

    standing: advice.Standing
    answer: SignOff | None

    @property
    def area(self) -> Area:
        return self.standing.area


def rows(decision: Decision, paper: Mapping[str, Any]) -> list[Row]:
    """Every sign-off that a paper needs, as it stands on what the paper says. One query."""
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
    """The sign-offs as the paper prints them."""
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
    """What the advisers' answers still keep from being submitted, each named."""
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
    """Answer for one part of a paper, as it reads now. `seen` is the digest of what the page showed.

    Raises Refused where the paper is submitted, has nothing to sign off there, changed meanwhile, or was prepared by
    this person; and where an objection does not say what has to change.
    """
    round = rounds.lock(decision.round)
    decision = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    decision.round = round
    refusal = f"{decision.reference} has been submitted. You can sign it off only while it is being written."
    states.must_allow(decision, area.action, refusal)
    paper = pack.contents(decision, sources.sources(decision, localtime(at).date()), version=0, at=at, trail_head="")
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
    """A short name for exactly what was seen."""
    return pack.sha256(audit.canonical(seen))
