"""The table of which role may see which part of a bid's scoring, and when. Pure rules.

Scorecards are blind: a member sees another's marks on a bid only after submitting their own, so that no mark
influences another. Marks and results stay with the panel, the lead and the auditor; none is ever public.
"""

from enum import StrEnum

from grants.roles import Role


class Phase(StrEnum):
    SCORING = "scoring"
    CLOSED = "closed"


class Part(StrEnum):
    OTHERS_MARKS = "marks of other members"
    PROGRESS = "who has submitted"
    INTERESTS = "what interest a member declared"
    MEETING = "that a meeting is planned"
    RESULT = "result, place and spread"
    OUTCOME = "outcome"
    INTERNAL_REASON = "internal reason"


_AFTER_CLOSE = {
    Part.OTHERS_MARKS: {Role.CHAIR, Role.LEAD, Role.AUDITOR},
    Part.PROGRESS: {Role.CHAIR, Role.LEAD, Role.AUDITOR},
    Part.INTERESTS: {Role.CHAIR, Role.LEAD, Role.AUDITOR},
    # Members see it once it is open, because the agenda reveals how bids were scored.
    Part.MEETING: {Role.CHAIR, Role.LEAD, Role.AUDITOR},
    Part.RESULT: {Role.CHAIR, Role.LEAD, Role.AUDITOR},
    Part.OUTCOME: {Role.CHAIR, Role.LEAD, Role.OFFICE, Role.DMPC, Role.FINANCE, Role.AUDITOR},
    Part.INTERNAL_REASON: {Role.CHAIR, Role.LEAD, Role.AUDITOR},
}
_WHILE_SCORING = {
    Part.PROGRESS: {Role.CHAIR, Role.AUDITOR},
    # The chair decides whether to waive an interest, but never their own.
    Part.INTERESTS: {Role.CHAIR, Role.AUDITOR},
}


def may_see(part: Part, roles: frozenset[Role], phase: Phase, *, own_submitted: bool = False) -> bool:
    """Return whether somebody with these roles may see a part of one bid's scoring.

    `own_submitted` is true once their own scorecard on this bid is submitted. Until then a member does not see other
    members' marks while scoring is open, whatever other roles they hold.
    """
    if phase is Phase.SCORING:
        if part is Part.OTHERS_MARKS and Role.MEMBER in roles:
            return own_submitted
        return bool(roles & _WHILE_SCORING.get(part, set()))
    if part is Part.OTHERS_MARKS and Role.MEMBER in roles and own_submitted:
        return True
    return bool(roles & _AFTER_CLOSE[part])
