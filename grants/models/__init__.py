"""The models of the allocation and of who acts on it, each in the module of its subject.

Start with `rounds.py`; Django finds every model through this module.
"""

from grants.models.holdings import HoldingQuerySet, RoleHolding
from grants.models.income import Income, IncomeQuerySet
from grants.models.organisations import Alias, Organisation, RegisterNumber
from grants.models.over import OverAllocation
from grants.models.powers import PowerProposal
from grants.models.references import new_references
from grants.models.rounds import UNALLOCATED, BodyVersion, BudgetLine, Round, Virement, own_body
from grants.models.search import SearchWords
from grants.models.sign_ins import SignInAttempt
from grants.models.trail import AuditEvent
from grants.models.typed import TypedDraft
from grants.models.users import USERNAME, Mail, User

__all__ = [
    "UNALLOCATED",
    "USERNAME",
    "Alias",
    "AuditEvent",
    "BodyVersion",
    "BudgetLine",
    "HoldingQuerySet",
    "Income",
    "IncomeQuerySet",
    "Mail",
    "Organisation",
    "OverAllocation",
    "PowerProposal",
    "RegisterNumber",
    "RoleHolding",
    "Round",
    "SearchWords",
    "SignInAttempt",
    "TypedDraft",
    "User",
    "Virement",
    "new_references",
    "own_body",
]
