"""Who decides a paper: one person, joint signers who each sign, or a committee whose minutes are signed.

Which of them it is comes from the round's body: `grants.bodies.Deciding`. Only `deciding` calls what writes here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from approvals.decisions import sign_offs
from approvals.models import Decision, Pack, Signature
from approvals.routing import duties
from grants import audit
from grants.bodies import Deciding, How
from grants.counting import counted
from grants.days import day_of
from grants.models import RoleHolding, User
from grants.refusal import Incomplete, Refused
from grants.roles import Role


@dataclass(frozen=True)
class Minutes:
    """What a committee's minutes say: the day that it met, the names of the members present, and their reference."""

    met_on: date | None
    present: Sequence[str]
    reference: str

    def stored(self) -> dict[str, Any]:
        """Return the minutes as JSON holds them."""
        met_on = self.met_on.isoformat() if self.met_on else ""
        return {"met_on": met_on, "present": list(self.present), "reference": self.reference}


def deciding_of(decision: Decision) -> Deciding:
    """Return how the level that a paper goes to decides, by the body of its round."""
    return decision.round.body.deciding_at(decision.decision_by)


def faults_of_minutes(
    minutes: Minutes | None, deciding: Deciding, *, submitted: date, today: date
) -> Iterator[tuple[str, str]]:
    """Yield each field of the minutes that is missing or cannot be true, with what to do about it.

    A committee meets on the paper that it was sent, so not before the day on which it was `submitted`.
    """
    if deciding.how is not How.COMMITTEE:
        return
    minutes = minutes or Minutes(None, (), "")
    if minutes.met_on is None:
        yield "met_on", "Enter the day of the meeting"
    elif minutes.met_on > today:
        yield "met_on", "The day of the meeting must not be in the future"
    elif minutes.met_on < submitted:
        yield "met_on", f"The paper was submitted on {submitted:%-d %B %Y}, so the meeting cannot be before that day"
    names = [name.casefold() for name in minutes.present]
    if len(set(names)) < len(names):
        yield "present", "Enter each member once"
    elif len(names) < deciding.least:
        yield "present", f"Enter at least {counted(deciding.least, 'member')} present, one on each line"
    if not minutes.reference:
        yield "minutes_reference", "Enter the reference of the minutes"


def _deciders(decision: Decision, at: datetime) -> QuerySet[RoleHolding]:
    """Return the decider's roles that count in the round of a paper, of its level and of all others."""
    return RoleHolding.objects.on(day_of(at)).filter(Q(round=decision.round) | Q(round=None), role=Role.DMPC)


def signers(decision: Decision, at: datetime) -> list[User]:
    """Return the joint signers of a paper: whoever holds the decider's role in its round, without deputies.

    Where the scheme has several levels, they are those of the level that the paper goes to.
    """
    held = _deciders(decision, at).filter(through=None, user__is_active=True, level__in=("", decision.decision_by))
    in_round = held.filter(round=decision.round) or held.filter(round=None)
    return [holding.user for holding in in_round.select_related("user").order_by("user__name", "pk")]


def signatures(decision: Decision) -> list[Signature]:
    """Return the valid signatures of the answers to the newest pack, in the order in which they were given."""
    rows = Signature.objects.filter(decision=decision, void_at=None).select_related("person", "acting_for")
    return list(rows)


def missing(decision: Decision, at: datetime, known: Sequence[Signature] | None = None) -> list[User]:
    """Return the joint signers who have not signed, themselves or through a deputy."""
    valid_signatures = signatures(decision) if known is None else known
    signed = {signer for each in valid_signatures for signer in (each.person_id, each.acting_for_id)}
    return [signer for signer in signers(decision, at) if signer.pk not in signed]


@dataclass(frozen=True, slots=True)
class Progress:
    """The joint signatures under the answers to a pack, and the signers who are missing."""

    signatures: Sequence[Signature]
    missing: Sequence[User]


def progress(decision: Decision, at: datetime) -> Progress | None:
    """Return how far the joint signers of a decided paper are, or None where nobody signs together now."""
    if deciding_of(decision).how is not How.JOINT or decision.state != Decision.State.DECIDED:
        return None
    valid_signatures = signatures(decision)
    return Progress(valid_signatures, missing(decision, at, valid_signatures))


def void(decision: Decision, at: datetime) -> None:
    """Void the signatures of answers that somebody gives anew, or of a pack that goes back."""
    Signature.objects.filter(decision=decision, void_at=None).update(void_at=at)


def must_be_free_to_decide(decision: Decision, action: str, by: User, at: datetime) -> None:
    """Refuse a person of another level, one who prepared the paper, or one who acts for somebody who did."""
    prepared = sign_offs.who_may_not_decide(decision)
    if why_not := duties.why_not_sign(by.username, prepared):
        raise Refused(why_not)
    principal = audit.acting_for(action, by, decision.round, at)
    levels = set(_deciders(decision, at).filter(user=principal or by).values_list("level", flat=True))
    if levels and levels.isdisjoint(("", decision.decision_by)):
        raise Refused(f"This paper is for the {decision.decision_by}, and you decide at another level.")
    if principal and duties.why_not_sign(principal.username, prepared):
        raise Refused(f"You act for {principal.name}, who prepared this paper, so somebody else must decide it.")


def sign(decision: Decision, pack: Pack, interests: str, by: User, at: datetime) -> list[User]:
    """Add the signature of one joint signer, and return those who still have to sign.

    Raises Refused if there are too few signers, it is not theirs to sign, or they have signed already.
    """
    deciding, everybody = deciding_of(decision), signers(decision, at)
    if len(everybody) < deciding.least:
        raise Refused(
            f"{counted(deciding.least, 'person', 'people')} must sign together, and only {len(everybody)} can. "
            "Ask the administrator to give the role to another person."
        )
    must_be_free_to_decide(decision, "add signature", by, at)
    if decision.decided_at and at < decision.decided_at:
        raise Refused("Nobody can sign before the items are decided")
    principal = audit.acting_for("add signature", by, decision.round, at)
    valid_signatures = signatures(decision)
    signer, left = principal or by, missing(decision, at, valid_signatures)
    if signer not in everybody:
        raise Refused(f"{signer.name} is not one of those who sign together in this round")
    if signer not in left:
        raise Refused(f"{signer.name} has signed already")
    own = decision.interests if by.pk == decision.decided_by_id else interests.strip()
    if not own:
        raise Incomplete([("interests", "Enter your interests, or “None” if you have none")])
    Signature.objects.create(decision=decision, pack=pack, person=by, acting_for=principal, interests=own, signed_at=at)
    return [each for each in left if each != signer]


def in_record(decision: Decision) -> dict[str, Any]:
    """Return what the record adds for joint signers and for a committee; nothing for one person who decides."""
    if decision.minutes:
        return {"minutes": decision.minutes}
    valid_signatures = signatures(decision)
    if not valid_signatures:
        return {}
    names = [each.person.name for each in valid_signatures]
    return {
        "signed_by": f"{', '.join(names[:-1])} and {names[-1]}" if names[1:] else names[0],
        "deputy_for": "",
        "interests": " ".join(f"{each.person.name}: {each.interests.rstrip('.')}." for each in valid_signatures),
        "signatures": [
            {
                "by": each.person.name,
                "deputy_for": each.acting_for.name if each.acting_for else "",
                "at": each.signed_at.astimezone(UTC),
                "interests": each.interests,
            }
            for each in valid_signatures
        ],
    }
