"""The whole table of blindness: part x role x phase x own scorecard."""

from itertools import product

import pytest

from bids.panel.blindness import Part, Phase, may_see, sees_every_mark
from grants.roles import Role

EVERYBODY = tuple(Role)
CHAIR, AUDITOR, LEAD, MEMBER = Role.CHAIR, Role.AUDITOR, Role.LEAD, Role.MEMBER
# Before the marks are open, and after: who sees a part without a submitted scorecard of their own.
TABLE: dict[Part, tuple[set[Role], set[Role]]] = {
    Part.OTHERS_MARKS: (set(), {CHAIR, LEAD, AUDITOR}),
    Part.PROGRESS: ({CHAIR, AUDITOR}, {CHAIR, LEAD, AUDITOR}),
    Part.INTERESTS: ({CHAIR, AUDITOR}, {CHAIR, LEAD, AUDITOR}),
    Part.MEETING: (set(), {CHAIR, LEAD, AUDITOR}),
    Part.RESULT: (set(), {CHAIR, LEAD, AUDITOR}),
    Part.OUTCOME: (set(), {CHAIR, LEAD, AUDITOR, Role.OFFICE, Role.DMPC, Role.FINANCE}),
    Part.INTERNAL_REASON: (set(), {CHAIR, LEAD, AUDITOR}),
}


def test_the_table_names_every_part() -> None:
    assert set(TABLE) == set(Part)


@pytest.mark.parametrize(("part", "role", "phase"), list(product(Part, EVERYBODY, Phase)))
def test_each_role_sees_what_the_table_says(part: Part, role: Role, phase: Phase) -> None:
    expected = role in TABLE[part][0 if phase is Phase.BLIND else 1]
    assert may_see(part, frozenset({role}), phase) is expected


@pytest.mark.parametrize(("part", "phase"), list(product(Part, Phase)))
def test_a_submitted_card_shows_a_member_the_marks_of_others_on_it_and_nothing_else(part: Part, phase: Phase) -> None:
    shown = may_see(part, frozenset({MEMBER}), phase, own_submitted=True)
    assert shown is (part is Part.OTHERS_MARKS and phase is Phase.OPEN)


@pytest.mark.parametrize("role", [role for role in EVERYBODY if role is not MEMBER])
@pytest.mark.parametrize("part", Part)
def test_a_submitted_card_shows_no_more_to_people_who_are_not_members(part: Part, role: Role) -> None:
    for phase in Phase:
        without = may_see(part, frozenset({role}), phase)
        assert may_see(part, frozenset({role}), phase, own_submitted=True) is without


@pytest.mark.parametrize("own", [False, True], ids=["not submitted", "submitted"])
def test_before_the_marks_are_open_nobody_sees_those_of_others_whatever_their_roles(own: bool) -> None:
    for roles in ({role} for role in EVERYBODY), [set(EVERYBODY)]:
        for each in roles:
            assert not may_see(Part.OTHERS_MARKS, frozenset(each), Phase.BLIND, own_submitted=own)


@pytest.mark.parametrize("role", EVERYBODY)
def test_who_sees_every_mark_is_who_sees_those_of_others_without_a_scorecard(role: Role) -> None:
    assert sees_every_mark(frozenset({role})) is may_see(Part.OTHERS_MARKS, frozenset({role}), Phase.OPEN)


@pytest.mark.parametrize("roles", [frozenset(), frozenset(EVERYBODY)], ids=["nobody", "everything"])
def test_before_the_marks_are_open_nobody_sees_a_result_an_outcome_or_an_internal_reason(
    roles: frozenset[Role],
) -> None:
    for part in (Part.MEETING, Part.RESULT, Part.OUTCOME, Part.INTERNAL_REASON):
        assert not may_see(part, roles, Phase.BLIND, own_submitted=True)


@pytest.mark.parametrize(("part", "phase"), list(product(Part, Phase)))
def test_without_a_role_nothing_is_seen(part: Part, phase: Phase) -> None:
    assert not may_see(part, frozenset(), phase)


@pytest.mark.parametrize(("part", "role"), list(product(Part, EVERYBODY)))
def test_opening_the_marks_hides_nothing_that_was_seen_before(part: Part, role: Role) -> None:
    for own in (False, True):
        if may_see(part, frozenset({role}), Phase.BLIND, own_submitted=own):
            assert may_see(part, frozenset({role}), Phase.OPEN, own_submitted=own)
