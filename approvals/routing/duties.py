"""Separate people: who may approve, confirm or sign what they did not propose or score. Pure rules.

Several people handle each grant, so that nobody takes one alone from its scores to its payment. Limits are set by
two people for the same reason.
"""

from collections.abc import Set
from dataclasses import dataclass

# Whoever did one of these in a round may not decide in it. `grants/roles.py` describes each action.
PREPARING = (
    "submit scorecard",
    "record outcome",
    "review bid",
    "return bid",
    "group bids",
    "merge bodies",
    "separate bodies",
    "correct number",
    "route awards",
    "clear warning",
    "escalate award",
    "withhold recipient",
    "name recipient",
    "approve award",
    "approve contract",
    "keep single tender action",
    "amend grant",
    "prepare decision",
    "write section",
    "spell text",
    "ask item",
    "withdraw item",
    "write part 2",
    "submit pack",
    "answer query",
)

# Whoever moves the money of a round does not decide its paper, but may sign off their part of it.
FOR_A_DECISION = (
    *PREPARING,
    "keep budget line",
    "keep income",
    "propose virement",
    "confirm virement",
    "propose carry-over",
    "confirm carry-over",
    "propose over-allocation",
    "agree over-allocation",
)

# Only these can lower a route or remove its warning.
REGROUPING = ("group bids", "merge bodies", "separate bodies", "correct number", "clear warning")
# What a deputy does with a bid in the name of a lead, who answers for it.
HANDLING = ("review bid", *REGROUPING)


@dataclass(frozen=True, slots=True)
class Hands:
    """The people who have handled a grant, by user name."""

    recommended_by: Set[str]
    outcome_by: str
    scored_by: Set[str] = frozenset()
    conflicted: Set[str] = frozenset()
    grouped_by: Set[str] = frozenset()
    through_deputies: Set[str] = frozenset()


def why_not_approve(person: str, hands: Hands) -> str:
    """Return why this person may not approve the grant, or an empty text where they may."""
    if person in hands.recommended_by:
        return "You recommended an amount for it, so somebody else approves it."
    if person == hands.outcome_by:
        return "You recorded the panel’s outcome on it, so somebody else approves it."
    if person in hands.scored_by:
        return "You scored it, so somebody else approves it."
    if person in hands.grouped_by:
        return "You changed its project family or recipient, or cleared its warning, so somebody else approves it."
    if person in hands.through_deputies:
        return "Your deputy reviewed or regrouped it for you, so somebody else approves it."
    if person in hands.conflicted:
        return "You declared an interest in it."
    return ""


def why_not_confirm(person: str, proposed_by: str) -> str:
    """Return why this person may not confirm a rule of delegation, or an empty text where they may."""
    return "You proposed this rule, so somebody else confirms it." if person == proposed_by else ""


def why_not_sign(person: str, prepared_by: Set[str]) -> str:
    """Return why this person may not decide and sign, or an empty text where they may."""
    return (
        "You had a hand in the bids, the money or the paper, so somebody else decides it."
        if person in prepared_by
        else ""
    )


def why_not_sign_off(person: str, prepared_by: Set[str]) -> str:
    """Return why this person may not sign off a part of a paper, or an empty text where they may."""
    return "You prepared this paper, so another adviser signs it off." if person in prepared_by else ""
