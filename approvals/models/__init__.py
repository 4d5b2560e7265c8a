"""The models of approvals, each in the module of its subject.

Start with `awards.py`; Django finds every model through this module.
"""

from approvals.models.awards import Approval, Award, DelegationRule, Payment, Recommendation, SingleTenderAction
from approvals.models.carrying import CarryOver
from approvals.models.conditions import Condition
from approvals.models.decisions import (
    AmendedGrant,
    Decision,
    DecisionItem,
    DecisionRecord,
    DecisionSection,
    Pack,
    PartTwo,
    Query,
    SectionDraft,
    Signature,
    SignOff,
)
from approvals.models.items import PaperItem
from approvals.models.loading import LoadedStage
from approvals.models.match import MatchFunding
from approvals.models.recipients import NamedRecipient
from approvals.models.register import RegisterEntry
from approvals.models.scenarios import Scenario, ScenarioItem
from approvals.models.search import DecisionWords, RegisterWords

__all__ = [
    "AmendedGrant",
    "Approval",
    "Award",
    "CarryOver",
    "Condition",
    "Decision",
    "DecisionItem",
    "DecisionRecord",
    "DecisionSection",
    "DecisionWords",
    "DelegationRule",
    "LoadedStage",
    "MatchFunding",
    "NamedRecipient",
    "Pack",
    "PaperItem",
    "PartTwo",
    "Payment",
    "Query",
    "Recommendation",
    "RegisterEntry",
    "RegisterWords",
    "Scenario",
    "ScenarioItem",
    "SectionDraft",
    "SignOff",
    "Signature",
    "SingleTenderAction",
]
