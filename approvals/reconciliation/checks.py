"""The checks of a reconciliation as a list: each held or broken, in words, with its amount and its causes. Pure rules.

`reconciliation` finds what is broken; this says what was looked at as well, so that a reader sees what was asked.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from approvals.enums import Level
from approvals.reconciliation.sums import Discrepancy, Outcome, Position, Reconciliation
from grants import money
from grants.counting import counted


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold. `amount` in pounds: what was looked at, or what is wrong where it is broken."""

    name: str
    sentence: str
    looked_at: str
    amount: Decimal
    causes: Sequence[Discrepancy] = ()

    @property
    def held(self) -> bool:
        return not self.causes


# What was looked at: its name, with {s} where more than one has it, and the amount of each.
Seen = tuple[str, list[Decimal]]


def _bids(position: Position) -> Seen:
    return "bid{s}", [bid.amount for bid in position.bids]


def _redirected(position: Position) -> Seen:
    return "redirected bid{s}", [bid.amount for bid in position.bids if Outcome.REDIRECTED in bid.outcomes]


def _internal(position: Position) -> Seen:
    internal = [bid for bid in position.bids if Outcome.INTERNAL in bid.outcomes]
    return "bid{s} led inside the force", [bid.agreed or money.ZERO for bid in internal]


def _grants(position: Position) -> Seen:
    return "grant{s}", [grant.amount for grant in position.grants]


def _approved(position: Position) -> Seen:
    return "approved grant{s}", [grant.amount for grant in position.grants if grant.approved is not None]


def _delegated(position: Position) -> Seen:
    return "delegated grant{s}", [grant.amount for grant in position.grants if grant.route is Level.DELEGATED]


def _paid(position: Position) -> Seen:
    return "grant{s} with payments", [grant.paid for grant in position.grants if grant.paid]


def _early(position: Position) -> Seen:
    return "grant{s} paid before approval", [grant.paid_early for grant in position.grants if grant.paid_early]


def _contracts(position: Position) -> Seen:
    return "contract{s}", [contract.amount for contract in position.contracts]


# The name of each check as `reconciliation` gives it to what it finds, its sentence, and what it looks at.
CHECKS: Sequence[tuple[str, str, Callable[[Position], Seen]]] = (
    ("outcome", "Every bid has exactly one outcome", _bids),
    ("costs", "The costs of every bid sum to what it asks for", _bids),
    ("destination", "Every redirected bid says where it went", _redirected),
    ("internal bids", "The budget lines hold the bids led inside the force", _internal),
    ("bid", "Every grant belongs to a bid of the round", _grants),
    ("agreed amount", "Every grant is what the leadership agreed", _grants),
    ("route", "Every grant is routed, and none too low", _grants),
    ("warning", "No routing warning is open", _grants),
    ("approval", "Every delegated grant is approved", _delegated),
    ("approval level", "No grant was approved below its level", _approved),
    ("approved amount", "Every approval is for the amount of its grant", _approved),
    ("paid", "No grant was paid more than it is", _paid),
    ("early payment", "Every payment before approval has its reason", _early),
    ("recipient", "Every grant has a recipient outside the force", _grants),
    ("legal power", "Every grant names its legal power", _grants),
    ("living wage", "The London Living Wage is confirmed where a grant pays staff", _grants),
    ("profile", "The years of every contract sum to its value", _contracts),
    ("contract", "Every contract has its evidence, proposal, framework and approval", _contracts),
)


def checks(position: Position, found: Reconciliation) -> list[Check]:
    """Every check of a round in turn; `found` is its reconciliation. The first is that the allocation holds it all."""
    return list(_checked(position, found))


def _checked(position: Position, found: Reconciliation) -> Iterator[Check]:
    causes: dict[str, list[Discrepancy]] = {}
    for each in found.discrepancies:
        causes.setdefault(each.check, []).append(each)
    whole = f"{money.pounds(found.expenditure)} of {money.pounds(found.allocation)}"
    fits = "Lines, contracts and grants fit in the allocation"
    yield _check("allocation", fits, whole, found.expenditure, causes.pop("allocation", []))
    for name, sentence, look in CHECKS:
        unit, amounts = look(position)
        seen = counted(len(amounts), unit.format(s=""), unit.format(s="s"))
        yield _check(name, sentence, seen, money.total(amounts), causes.pop(name, []))
    assert not causes, f"No check is called {', '.join(causes)}"


def _check(name: str, sentence: str, seen: str, amount: Decimal, causes: list[Discrepancy]) -> Check:
    about = money.total([each.amount for each in causes]) if causes else amount
    return Check(name, sentence, seen, about, causes)
