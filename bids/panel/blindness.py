"""The table of which role may see which part of a bid's scoring, and when. Pure rules.

Scorecards are blind: nobody sees another's marks while they can still change their own, so that no mark influences
another. Marks and results stay with the panel, the lead and the auditor; none is ever public.
"""

from enum import StrEnum

from grants.roles import Role


class Phase(StrEnum):
    # Scorecards can change, or scoring is closed and the chair has not opened the marks.
    BLIND = "blind"
    OPEN = "open"


class Part(StrEnum):
    OTHERS_MARKS = "marks of other members"
    PROGRESS = "who has submitted"
    INTERESTS = "what interest a member declared"
    MEETING = "that a meeting is planned"
    RESULT = "result, place and spread"
    OUTCOME = "outcome"
    INTERNAL_REASON = "internal reason"


_OPEN = {
    Part.OTHERS_MARKS: {Role.CHAIR, Role.LEAD, Role.AUDITOR},
    Part.PROGRESS: {Role.CHAIR, Role.LEAD, Role.AUDITOR},
    Part.INTERESTS: {Role.CHAIR, Role.LEAD, Role.AUDITOR},
    # Members see it once it is open, because the agenda reveals how bids were scored.
    Part.MEETING: {Role.CHAIR, Role.LEAD, Role.AUDITOR},
    Part.RESULT: {Role.CHAIR, Role.LEAD, Role.AUDITOR},
    Part.OUTCOME: {Role.CHAIR, Role.LEAD, Role.OFFICE, Role.DMPC, Role.FINANCE, Role.AUDITOR},
    Part.INTERNAL_REASON: {Role.CHAIR, Role.LEAD, Role.AUDITOR},
}
_BLIND = {
    Part.PROGRESS: {Role.CHAIR, Role.AUDITOR},
    # The chair decides whether to waive an interest, but never their own.
    Part.INTERESTS: {Role.CHAIR, Role.AUDITOR},
}


def may_see(part: Part, roles: frozenset[Role], phase: Phase, *, own_submitted: bool = False) -> bool:
    """Return whether somebody with these roles may see a part of one bid's scoring.

    `own_submitted` is true where their own scorecard on this bid is submitted and final. A reopened one is not.
    """
    if phase is Phase.BLIND:
        return bool(roles & _BLIND.get(part, set()))
    if part is Part.OTHERS_MARKS and Role.MEMBER in roles and own_submitted:
        return True
    return bool(roles & _OPEN[part])


def sees_every_mark(roles: frozenset[Role]) -> bool:
    """Return whether one of these roles sees the marks on every bid once they are open."""
    return bool(roles & _OPEN[Part.OTHERS_MARKS])
