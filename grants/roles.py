"""The roles and what each may do, as one table that the pages, the transitions and the trail read."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A role that a person holds in one round or in all of them."""

    MEMBER = "panel_member"
    CHAIR = "panel_chair"
    LEAD = "cpie_lead"
    OFFICE = "dmpc_office"
    DMPC = "deputy_mayor"
    FINANCE = "finance"
    LEGAL = "legal_adviser"
    COMMERCIAL = "commercial_adviser"
    EQUALITY = "equality_adviser"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """What the role is called in every body; a body has its own titles for some: `bodies.Offices.of`."""
        return _LABELS[self]


_LABELS = {
    Role.MEMBER: "Panel member",
    Role.CHAIR: "Panel chair",
    Role.LEAD: "Lead",
    Role.OFFICE: "Decision-maker’s office",
    Role.DMPC: "Decision-maker",
    Role.FINANCE: "Finance",
    Role.LEGAL: "Legal adviser",
    Role.COMMERCIAL: "Commercial adviser",
    Role.EQUALITY: "Equality adviser",
    Role.AUDITOR: "Auditor",
    Role.ADMINISTRATOR: "Administrator",
}


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a person does. `past` is its verb in the audit trail, empty for an action that only reads."""

    roles: frozenset[Role]
    past: str = ""


def _by(*roles: Role, past: str = "") -> Action:
    return Action(frozenset(roles), past)


_R = Role
_INSIDE = tuple(Role)
_ABOVE_THE_PANEL = (_R.LEAD, _R.OFFICE, _R.DMPC, _R.FINANCE, _R.AUDITOR)
_ADVISERS = (_R.LEGAL, _R.COMMERCIAL, _R.EQUALITY)
# The roles that read a paper and the facts that it rests on.
_READERS = (*_ABOVE_THE_PANEL, *_ADVISERS)
# Whoever holds one of these decides about money, or about who does. To give power over them takes two administrators.
DECIDING = frozenset({_R.LEAD, _R.DMPC, _R.ADMINISTRATOR})

ACTIONS: dict[str, Action] = {
    # People, rounds and money
    "see home": _by(*_INSIDE),
    "see round": _by(*_INSIDE),
    "open round": _by(_R.ADMINISTRATOR, past="opened the round"),
    "change round": _by(_R.ADMINISTRATOR, past="changed the round"),
    "remove round": _by(_R.ADMINISTRATOR, past="removed a round that a folder had opened"),
    "see people": _by(_R.ADMINISTRATOR, _R.AUDITOR),
    "manage people": _by(_R.ADMINISTRATOR),
    "add person": _by(_R.ADMINISTRATOR, past="added a person"),
    "change email": _by(_R.ADMINISTRATOR, past="changed a person’s email address"),
    "give role": _by(_R.ADMINISTRATOR, past="gave a role"),
    "end role": _by(_R.ADMINISTRATOR, past="ended a role"),
    "name deputy": _by(_R.LEAD, _R.DMPC, past="named a deputy"),
    "end deputation": _by(_R.LEAD, _R.DMPC, past="ended a deputy’s role"),
    "make password link": _by(_R.ADMINISTRATOR, past="made a password link"),
    "set password": _by(*_INSIDE, past="set a password"),
    "propose power": _by(_R.ADMINISTRATOR, past="proposed power over an account that decides"),
    "confirm power": _by(_R.ADMINISTRATOR, past="confirmed power over an account that decides"),
    "refuse power": _by(_R.ADMINISTRATOR, past="refused power over an account that decides"),
    "withdraw power": _by(_R.ADMINISTRATOR, past="withdrew a proposal of power"),
    "sign in": _by(*_INSIDE, past="signed in"),
    "enter wrong password": _by(*_INSIDE, past="entered a wrong password"),
    "end sessions": _by(*_INSIDE, past="ended all other sessions of their own"),
    "keep reference data": _by(_R.ADMINISTRATOR, past="changed reference data"),
    "keep budget line": _by(_R.FINANCE, _R.LEAD, past="recorded a budget line"),
    "see virements": _by(*_ABOVE_THE_PANEL),
    "propose virement": _by(_R.FINANCE, _R.LEAD, past="proposed to move money between lines"),
    "confirm virement": _by(_R.FINANCE, _R.LEAD, past="moved money between lines"),
    "refuse virement": _by(_R.FINANCE, _R.LEAD, past="refused to move money between lines"),
    "withdraw virement": _by(_R.FINANCE, _R.LEAD, past="withdrew a proposal to move money between lines"),
    "see carry-overs": _by(*_ABOVE_THE_PANEL),
    "propose carry-over": _by(_R.FINANCE, _R.LEAD, past="proposed to carry money over to the next year"),
    "confirm carry-over": _by(_R.FINANCE, _R.LEAD, past="carried money over to the next year"),
    "refuse carry-over": _by(_R.FINANCE, _R.LEAD, past="refused to carry money over to the next year"),
    "withdraw carry-over": _by(_R.FINANCE, _R.LEAD, past="withdrew a proposal to carry money over"),
    "see over-allocations": _by(*_ABOVE_THE_PANEL),
    "propose over-allocation": _by(_R.FINANCE, _R.LEAD, past="proposed to use more than the allocation"),
    "agree over-allocation": _by(_R.FINANCE, _R.LEAD, past="agreed to use more than the allocation"),
    "refuse over-allocation": _by(_R.FINANCE, _R.LEAD, past="refused to use more than the allocation"),
    "withdraw over-allocation": _by(_R.FINANCE, _R.LEAD, past="withdrew a proposal to use more than the allocation"),
    "see income": _by(*_READERS),
    "keep income": _by(_R.FINANCE, _R.LEAD, past="recorded money of a grantor"),
    "withdraw income": _by(_R.FINANCE, _R.LEAD, past="withdrew money of a grantor"),
    # Whoever decides does both by signing a decision.
    "accept income": _by(_R.DMPC, past="accepted money of a grantor"),
    "refuse income": _by(_R.DMPC, past="refused money of a grantor"),
    "see trail": _by(_R.AUDITOR, _R.LEAD),
    # Bids
    "see bids": _by(*(role for role in _INSIDE if role is not _R.ADMINISTRATOR)),
    "see contact": _by(_R.LEAD, _R.AUDITOR),
    "take in bid": _by(_R.LEAD, past="took in the bid"),
    "change bid": _by(_R.LEAD, past="changed the bid"),
    "see direct awards": _by(*_READERS),
    "enter direct award": _by(_R.LEAD, past="entered the direct award"),
    "withdraw direct award": _by(_R.LEAD, past="withdrew the direct award"),
    "identify recipient": _by(_R.LEAD, past="recorded a recipient of the direct award"),
    "withdraw recipient": _by(_R.LEAD, past="withdrew a recipient of the direct award"),
    "add file": _by(_R.LEAD, past="added a file to the bid"),
    "remove file": _by(_R.LEAD, past="removed a file from the bid"),
    "check eligibility": _by(_R.LEAD, past="checked eligibility"),
    "export bids": _by(_R.CHAIR, *_ABOVE_THE_PANEL, past="exported bids"),
    # Panel
    "declare interest": _by(_R.MEMBER, _R.CHAIR, past="answered the declaration of interest"),
    "score bid": _by(_R.MEMBER),
    "save draft": _by(_R.MEMBER, past="saved a draft scorecard"),
    "submit scorecard": _by(_R.MEMBER, past="submitted a scorecard"),
    "change scorecard": _by(_R.MEMBER, past="changed a submitted scorecard"),
    "see panel": _by(_R.CHAIR, _R.AUDITOR),
    "run panel": _by(_R.CHAIR),
    "assign bid": _by(_R.CHAIR, past="assigned the bid to a member"),
    "withdraw assignment": _by(_R.CHAIR, past="withdrew an assignment"),
    "decline assignment": _by(_R.MEMBER, past="declined the bid"),
    "keep knowledge": _by(_R.CHAIR, past="recorded a member’s knowledge"),
    "plan assignments": _by(_R.CHAIR, past="made a plan of assignments"),
    "change plan": _by(_R.CHAIR, past="changed a plan of assignments"),
    "apply plan": _by(_R.CHAIR, past="applied a plan of assignments"),
    "undo plan": _by(_R.CHAIR, past="undid a plan of assignments"),
    "chase member": _by(_R.CHAIR, past="wrote to a member who was behind"),
    "waive interest": _by(_R.CHAIR, past="waived an interest"),
    "see practice": _by(_R.MEMBER, _R.CHAIR),
    "keep practice": _by(_R.CHAIR, past="set up the practice bid"),
    "score practice": _by(_R.MEMBER, past="scored the practice bid"),
    "compare practice": _by(_R.CHAIR, past="opened the comparison of the practice bid"),
    "close scoring": _by(_R.CHAIR, past="closed scoring"),
    "reopen scoring": _by(_R.CHAIR, past="reopened scoring"),
    "open marks": _by(_R.CHAIR, past="opened the marks"),
    "reopen scorecard": _by(_R.CHAIR, past="reopened a scorecard"),
    "end reopening": _by(_R.CHAIR, past="ended the reopening of a scorecard"),
    "see ranking": _by(_R.CHAIR, _R.LEAD, _R.AUDITOR),
    "see meetings": _by(_R.MEMBER, _R.CHAIR, _R.LEAD, _R.AUDITOR),
    "plan meeting": _by(_R.CHAIR, past="planned a meeting of the panel"),
    "put on agenda": _by(_R.CHAIR, past="put the bid on the agenda"),
    "open meeting": _by(_R.CHAIR, past="opened the meeting or recorded who was present"),
    "call item": _by(_R.CHAIR, past="called the bid in the meeting"),
    "discuss bid": _by(_R.CHAIR, past="recorded what the meeting agreed"),
    "close meeting": _by(_R.CHAIR, past="closed the meeting"),
    "export scores": _by(_R.CHAIR, _R.LEAD, _R.AUDITOR, past="exported the scores"),
    "write feedback": _by(_R.CHAIR, _R.LEAD),
    "see scenarios": _by(_R.CHAIR, _R.LEAD, _R.AUDITOR),
    "keep scenario": _by(_R.CHAIR, _R.LEAD, past="saved a scenario of the funding line"),
    "propose scenario": _by(_R.CHAIR, past="proposed a scenario to the leadership"),
    "record outcome": _by(_R.CHAIR, past="recorded the panel’s outcome"),
    # Leadership review, families and routes
    "review bid": _by(_R.LEAD, past="reviewed the bid"),
    "return bid": _by(_R.LEAD, past="returned the bid to the panel"),
    "group bids": _by(_R.LEAD, past="changed the project family"),
    "dismiss likeness": _by(_R.LEAD, past="dismissed a likeness"),
    "undo dismissal": _by(_R.LEAD, past="withdrew the dismissal of a likeness"),
    "extend bids": _by(_R.LEAD, past="extended the time for bids"),
    "extend scoring": _by(_R.CHAIR, past="extended the time for scoring"),
    "merge bodies": _by(_R.LEAD, past="merged two organisations"),
    "separate bodies": _by(_R.LEAD, past="separated two organisations"),
    "correct number": _by(_R.LEAD, past="corrected a register number"),
    "see routes": _by(*_READERS),
    "export grants": _by(*_ABOVE_THE_PANEL, past="exported the grants and payments"),
    "route awards": _by(_R.LEAD, past="routed the grant"),
    "clear warning": _by(_R.LEAD, past="cleared the routing warning"),
    "escalate award": _by(_R.LEAD, past="escalated the grant"),
    "withhold recipient": _by(_R.LEAD, past="withheld the recipient of the grant"),
    "name recipient": _by(_R.LEAD, past="named the recipient of the grant"),
    "propose rule": _by(_R.ADMINISTRATOR, past="proposed a delegation rule"),
    "confirm rule": _by(_R.LEAD, past="confirmed a delegation rule"),
    "see rules": _by(_R.ADMINISTRATOR, *_READERS),
    # Approvals, contracts and payments
    "see approvals": _by(_R.LEAD, _R.FINANCE, _R.AUDITOR),
    "approve award": _by(_R.LEAD, past="approved the grant under delegation"),
    # Whoever decides does it by signing a decision that amends an earlier one.
    "invalidate approval": _by(_R.LEAD, _R.DMPC, past="invalidated an approval"),
    "amend grant": _by(_R.LEAD, past="proposed to amend the grant"),
    "see award": _by(*_READERS),
    "keep single tender action": _by(_R.LEAD, past="recorded a single tender action"),
    "keep organisation": _by(_R.LEAD, past="recorded an organisation"),
    "approve contract": _by(_R.LEAD, past="approved the contract under delegation"),
    "see single tender action": _by(*_READERS),
    "record payment": _by(_R.FINANCE, past="recorded a payment"),
    "keep match funding": _by(_R.LEAD, _R.FINANCE, past="recorded other money of the project"),
    "withdraw match funding": _by(_R.LEAD, _R.FINANCE, past="withdrew other money of the project"),
    "meet condition": _by(_R.LEAD, _R.FINANCE, past="recorded that a condition is met"),
    "undo condition": _by(_R.LEAD, _R.FINANCE, past="recorded that a condition is not met"),
    "see reconciliation": _by(*_READERS),
    # The decision
    "see decisions": _by(*_READERS),
    "see returns": _by(_R.LEAD, _R.OFFICE, _R.FINANCE, _R.AUDITOR),
    "prepare decision": _by(_R.LEAD, past="opened a decision paper"),
    "write section": _by(_R.LEAD, past="wrote a section of the paper"),
    "spell text": _by(_R.LEAD, past="said what the paper prints instead of a text"),
    "ask item": _by(_R.LEAD, _R.OFFICE, past="asked for an item in the paper"),
    "withdraw item": _by(_R.LEAD, _R.OFFICE, past="withdrew an item from the paper"),
    "see part 2": _by(_R.LEAD, _R.OFFICE, _R.DMPC),
    "write part 2": _by(_R.LEAD, past="wrote Part 2 of the paper"),
    "sign off": _by(_R.FINANCE, *_ADVISERS),
    "sign off finance": _by(_R.FINANCE, past="advised on the financial comments"),
    "sign off legal": _by(_R.LEGAL, past="advised on the legal comments"),
    "sign off commercial": _by(_R.COMMERCIAL, past="advised on the commercial comments"),
    "sign off equality": _by(_R.EQUALITY, past="advised on the equality comments"),
    "submit pack": _by(_R.LEAD, past="submitted the pack"),
    "query pack": _by(_R.OFFICE, past="asked about the pack"),
    "answer query": _by(_R.LEAD, past="answered a query"),
    "return pack": _by(_R.OFFICE, past="returned the pack"),
    "put forward pack": _by(_R.OFFICE, past="put the pack forward for decision"),
    "decide items": _by(_R.DMPC, past="decided the items"),
    "sign decision": _by(_R.DMPC, past="signed the decision"),
    "add signature": _by(_R.DMPC, past="signed the decision with others"),
    "publish decision": _by(_R.OFFICE, past="published the decision"),
    "defer publication": _by(_R.OFFICE, past="deferred the publication of the decision"),
}


def acting_role(action: str, held: frozenset[Role]) -> Role | None:
    """Return the role of `held` that lets a person do the action, or None if they may not.

    Raises KeyError for an action that is not in the table, so that a misspelt action is never allowed.
    """
    entitled = ACTIONS[action].roles
    return next((role for role in Role if role in entitled and role in held), None)
