"""Who may do what, as the table that a policy officer would sign."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.roles import ACTIONS, Role, acting_role
from tests.bodies import MPS, VALE

OWN_ACCOUNT = {"set password", "sign in", "enter wrong password", "end sessions"}
CHANGES = {
    Role.MEMBER: {
        "declare interest",
        "save draft",
        "submit scorecard",
        "change scorecard",
        *OWN_ACCOUNT,
        "decline assignment",
        "score practice",
    },
    Role.CHAIR: {
        *OWN_ACCOUNT,
        "declare interest",
        "export bids",
        "assign bid",
        "withdraw assignment",
        "close scoring",
        "reopen scoring",
        "open marks",
        "reopen scorecard",
        "end reopening",
        "record outcome",
        "keep knowledge",
        "plan assignments",
        "change plan",
        "extend scoring",
        "apply plan",
        "undo plan",
        "chase member",
        "waive interest",
        "keep practice",
        "compare practice",
        "plan meeting",
        "put on agenda",
        "open meeting",
        "call item",
        "discuss bid",
        "close meeting",
        "export scores",
        "keep scenario",
        "propose scenario",
    },
    Role.LEAD: {
        *OWN_ACCOUNT,
        "keep budget line",
        "propose virement",
        "confirm virement",
        "refuse virement",
        "withdraw virement",
        "keep income",
        "withdraw income",
        "propose carry-over",
        "confirm carry-over",
        "refuse carry-over",
        "withdraw carry-over",
        "propose over-allocation",
        "agree over-allocation",
        "refuse over-allocation",
        "withdraw over-allocation",
        "keep match funding",
        "withdraw match funding",
        "take in bid",
        "change bid",
        "enter direct award",
        "withdraw direct award",
        "identify recipient",
        "withdraw recipient",
        "ask item",
        "withdraw item",
        "add file",
        "remove file",
        "check eligibility",
        "export bids",
        "export grants",
        "review bid",
        "return bid",
        "group bids",
        "dismiss likeness",
        "undo dismissal",
        "extend bids",
        "merge bodies",
        "separate bodies",
        "correct number",
        "route awards",
        "clear warning",
        "escalate award",
        "withhold recipient",
        "name recipient",
        "confirm rule",
        "approve award",
        "meet condition",
        "undo condition",
        "invalidate approval",
        "keep single tender action",
        "keep organisation",
        "approve contract",
        "prepare decision",
        "write section",
        "spell text",
        "write part 2",
        "submit pack",
        "answer query",
        "export scores",
        "keep scenario",
        "name deputy",
        "end deputation",
        "amend grant",
    },
    Role.OFFICE: {
        *OWN_ACCOUNT,
        "export bids",
        "export grants",
        "query pack",
        "return pack",
        "put forward pack",
        "publish decision",
        "defer publication",
        "ask item",
        "withdraw item",
    },
    Role.DMPC: {
        "add signature",
        *OWN_ACCOUNT,
        "export bids",
        "export grants",
        "decide items",
        "sign decision",
        "accept income",
        "refuse income",
        "invalidate approval",
        "name deputy",
        "end deputation",
    },
    Role.FINANCE: {
        *OWN_ACCOUNT,
        "export bids",
        "export grants",
        "keep budget line",
        "propose virement",
        "confirm virement",
        "refuse virement",
        "withdraw virement",
        "keep income",
        "withdraw income",
        "propose carry-over",
        "confirm carry-over",
        "refuse carry-over",
        "withdraw carry-over",
        "propose over-allocation",
        "agree over-allocation",
        "refuse over-allocation",
        "withdraw over-allocation",
        "keep match funding",
        "withdraw match funding",
        "record payment",
        "meet condition",
        "undo condition",
        "sign off finance",
    },
    Role.LEGAL: {*OWN_ACCOUNT, "sign off legal"},
    Role.COMMERCIAL: {*OWN_ACCOUNT, "sign off commercial"},
    Role.EQUALITY: {*OWN_ACCOUNT, "sign off equality"},
    Role.AUDITOR: {
        *OWN_ACCOUNT,
        "export bids",
        "export grants",
        "export scores",
    },
    Role.ADMINISTRATOR: {
        *OWN_ACCOUNT,
        "open round",
        "change round",
        "remove round",
        "add person",
        "give role",
        "end role",
        "keep reference data",
        "make password link",
        "propose power",
        "confirm power",
        "refuse power",
        "withdraw power",
        "propose rule",
        "change email",
    },
}


@pytest.mark.parametrize("role", Role)
def test_each_role_may_make_exactly_its_own_changes(role: Role) -> None:
    assert {name for name, action in ACTIONS.items() if action.past and role in action.roles} == CHANGES[role]


def test_an_administrator_reads_no_bid_and_no_paper() -> None:
    reads = {name for name, action in ACTIONS.items() if Role.ADMINISTRATOR in action.roles and not action.past}
    assert reads == {"see home", "see round", "see people", "manage people", "see rules"}


@pytest.mark.parametrize(
    ("action", "roles"),
    [
        ("see part 2", {Role.LEAD, Role.OFFICE, Role.DMPC}),
        ("see ranking", {Role.CHAIR, Role.LEAD, Role.AUDITOR}),
        ("see contact", {Role.LEAD, Role.AUDITOR}),
        ("see panel", {Role.CHAIR, Role.AUDITOR}),
        ("score bid", {Role.MEMBER}),
        ("see trail", {Role.AUDITOR, Role.LEAD}),
        ("sign decision", {Role.DMPC}),
        ("approve award", {Role.LEAD}),
    ],
)
def test_confined_actions_belong_to_exactly_these_roles(action: str, roles: set[Role]) -> None:
    assert ACTIONS[action].roles == roles


@pytest.mark.parametrize("action", ACTIONS)
def test_without_a_role_nothing_is_allowed(action: str) -> None:
    assert acting_role(action, frozenset()) is None


@given(st.sampled_from(sorted(ACTIONS)), st.frozensets(st.sampled_from(list(Role))))
def test_a_person_acts_in_a_role_that_they_hold_and_that_is_entitled(action: str, held: frozenset[Role]) -> None:
    role = acting_role(action, held)
    if role is None:
        assert not held & ACTIONS[action].roles
    else:
        assert role in held & ACTIONS[action].roles


@given(st.sampled_from(sorted(ACTIONS)), st.frozensets(st.sampled_from(list(Role))), st.sampled_from(list(Role)))
def test_one_more_role_takes_nothing_away(action: str, held: frozenset[Role], more: Role) -> None:
    if acting_role(action, held) is not None:
        assert acting_role(action, held | {more}) is not None


def test_a_misspelt_action_never_passes() -> None:
    with pytest.raises(KeyError):
        acting_role("aprove award", frozenset(Role))


def test_every_role_has_a_name_of_its_own() -> None:
    for name in (lambda role: role.label, MPS.offices.of, VALE.offices.of):
        labels = [name(role) for role in Role]
        assert all(labels)
        assert len(set(labels)) == len(labels)


def test_no_two_changes_read_the_same_in_the_trail() -> None:
    pasts = [action.past for action in ACTIONS.values() if action.past]
    assert len(set(pasts)) == len(pasts)
