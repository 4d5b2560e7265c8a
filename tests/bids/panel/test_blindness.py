"""The whole table of blindness: part x role x phase x own scorecard."""

from itertools import product

import pytest

from bids.panel.blindness import Part, Phase, may_see
from grants.roles import Role

EVERYBODY = tuple(Role)
CHAIR, AUDITOR, LEAD, MEMBER = Role.CHAIR, Role.AUDITOR, Role.LEAD, Role.MEMBER
# While scoring, and after it: who sees a part without a submitted scorecard of their own.
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
    expected = role in TABLE[part][0 if phase is Phase.SCORING else 1]
    assert may_see(part, frozenset({role}), phase) is expected


@pytest.mark.parametrize(("part", "phase"), list(product(Part, Phase)))
def test_a_submitted_card_shows_a_member_the_marks_of_others_on_it_and_nothing_else(part: Part, phase: Phase) -> None:
    shown = may_see(part, frozenset({MEMBER}), phase, own_submitted=True)
    assert shown is (part is Part.OTHERS_MARKS)


@pytest.mark.parametrize("role", [role for role in EVERYBODY if role is not MEMBER])
@pytest.mark.parametrize("part", Part)
def test_a_submitted_card_shows_no_more_to_people_who_are_not_members(part: Part, role: Role) -> None:
    for phase in Phase:
        without = may_see(part, frozenset({role}), phase)
        assert may_see(part, frozenset({role}), phase, own_submitted=True) is without


@pytest.mark.parametrize("role", [role for role in EVERYBODY if role is not MEMBER])
def test_no_second_role_shows_marks_to_a_member_who_still_has_to_score(role: Role) -> None:
    assert not may_see(Part.OTHERS_MARKS, frozenset({MEMBER, role}), Phase.SCORING)


@pytest.mark.parametrize("roles", [frozenset(), frozenset(EVERYBODY)], ids=["nobody", "everything"])
def test_while_scoring_nobody_sees_a_result_an_outcome_or_an_internal_reason(roles: frozenset[Role]) -> None:
    for part in (Part.MEETING, Part.RESULT, Part.OUTCOME, Part.INTERNAL_REASON):
        assert not may_see(part, roles, Phase.SCORING, own_submitted=True)


@pytest.mark.parametrize(("part", "phase"), list(product(Part, Phase)))
def test_without_a_role_nothing_is_seen(part: Part, phase: Phase) -> None:
    assert not may_see(part, frozenset(), phase)


@pytest.mark.parametrize(("part", "role"), list(product(Part, EVERYBODY)))
def test_closing_hides_nothing_that_was_seen_before(part: Part, role: Role) -> None:
    for own in (False, True):
        if may_see(part, frozenset({role}), Phase.SCORING, own_submitted=own):
            assert may_see(part, frozenset({role}), Phase.CLOSED, own_submitted=own)
