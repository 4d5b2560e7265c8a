"""The list of checks of a reconciliation: each passed or failed, with its amount and its causes. Pure rules.

`sums.py` finds what is wrong; this module adds what each check looked at, so that a reader sees what was checked.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from approvals.enums import Level
from approvals.reconciliation.facts import Outcome, Position
from approvals.reconciliation.sums import Discrepancy, Reconciliation
from grants import money
from grants.counting import counted


@dataclass(frozen=True, slots=True)
class Check:
    """A statement that must be true of a round, with the discrepancies that break it.

    `amount` is in pounds: the sum of what was checked or, where the check fails, of what is wrong.
    """

    name: str
    sentence: str
    looked_at: str
    amount: Decimal
    causes: Sequence[Discrepancy] = ()

    @property
    def held(self) -> bool:
        return not self.causes


@dataclass(frozen=True, slots=True)
class Scope:
    """What a check looks at: the noun for one, the amount of each in pounds, and words that follow the noun."""

    noun: str
    amounts: Sequence[Decimal]
    detail: str = ""

    def __str__(self) -> str:
        """Return the number and the noun, such as `13 bids led inside the force`."""
        return counted(len(self.amounts), self.noun) + self.detail


def _bids(position: Position) -> Scope:
    return Scope("bid", [bid.amount for bid in position.bids])


def _redirected(position: Position) -> Scope:
    return Scope("redirected bid", [bid.amount for bid in position.bids if Outcome.REDIRECTED in bid.outcomes])


def _internal(position: Position) -> Scope:
    internal = [bid for bid in position.bids if Outcome.INTERNAL in bid.outcomes]
    return Scope("bid", [bid.agreed or money.ZERO for bid in internal], " led inside the force")


def _grants(position: Position) -> Scope:
    return Scope("grant", [grant.amount for grant in position.grants])


def _approved(position: Position) -> Scope:
    return Scope("approved grant", [grant.amount for grant in position.grants if grant.approved is not None])


def _delegated(position: Position) -> Scope:
    return Scope("delegated grant", [grant.amount for grant in position.grants if grant.route is Level.DELEGATED])


def _paid(position: Position) -> Scope:
    return Scope("grant", [grant.paid for grant in position.grants if grant.paid], " with payments")


def _early(position: Position) -> Scope:
    paid_early = [grant.paid_early for grant in position.grants if grant.paid_early]
    return Scope("grant", paid_early, " paid before approval")


def _contracts(position: Position) -> Scope:
    return Scope("contract", [contract.amount for contract in position.contracts])


def _slots(position: Position) -> Scope:
    return Scope("year", [amount for _, amount in position.years])


def _divided(position: Position) -> Scope:
    amounts = [each.amount for each in position.income] + [line.amount for line in position.lines]
    amounts += [contract.amount for contract in position.contracts]
    amounts += [item.amount for item in position.items] + [grant.amount for grant in position.grants]
    return Scope("amount", amounts)


def _sources(position: Position) -> Scope:
    return Scope("source", [each.amount for each in position.income], " of income")


def _fees(position: Position) -> Scope:
    return Scope("fee", [item.amount for item in position.items if item.percent is not None])


# The name of each check, as in `Discrepancy.check`; the statement that must be true; and what it looks at.
CHECKS: Sequence[tuple[str, str, Callable[[Position], Scope]]] = (
    ("outcome", "Every bid has exactly one outcome", _bids),
    ("costs", "The costs of every bid add up to the amount it asks for", _bids),
    ("destination", "Every redirected bid has a destination", _redirected),
    ("internal bids", "The budget lines cover the bids led inside the force", _internal),
    ("bid", "Every grant belongs to a bid of the round", _grants),
    ("agreed amount", "Every grant is the amount that the leadership agreed", _grants),
    ("route", "Every grant is routed at the right level or above", _grants),
    ("warning", "No routing warning is open", _grants),
    ("approval", "Every delegated grant is approved", _delegated),
    ("approval level", "No grant was approved below its level", _approved),
    ("approved amount", "Every approval is for the amount of its grant", _approved),
    ("paid", "No grant was paid more than its amount", _paid),
    ("early payment", "Every payment before approval has a reason", _early),
    ("recipient", "Every grant has a recipient outside the force", _grants),
    ("legal power", "Every grant names its legal power", _grants),
    ("living wage", "The living wage is confirmed for every grant that pays staff", _grants),
    ("profile", "The yearly amounts of every contract add up to its value", _contracts),
    ("contract", "Every contract has its evidence, proposal, performance framework and approval", _contracts),
)

# Of a round with income, or whose own budget is stated, and of no other.
INCOME_CHECKS: Sequence[tuple[str, str, Callable[[Position], Scope]]] = (
    ("sources", "Income and the own budget add up to the allocation, in all and in each year", _sources),
    ("income", "All income is accepted, or a paper asks to accept it", _sources),
)

# Of a round with a fee that is a percentage, and of no other.
FEE_CHECKS: Sequence[tuple[str, str, Callable[[Position], Scope]]] = (
    ("fee", "Every fee that waits for a decision is the percentage that it states", _fees),
)

# Of a round of several years, or with capital apart from revenue, and of no other.
YEAR_CHECKS: Sequence[tuple[str, str, Callable[[Position], Scope]]] = (
    ("year", "Each year holds all that is used in it", _slots),
    ("years", "The years of every line, contract, item, grant and income add up to its amount", _divided),
    ("paid in year", "No grant was paid more in a year than its part of that year", _paid),
)


def checks(position: Position, reconciled: Reconciliation) -> list[Check]:
    """Return every check of a round with its result, beginning with the allocation.

    `reconciled` is the reconciliation of `position`.
    """
    return list(_checked(position, reconciled))


def _checked(position: Position, reconciled: Reconciliation) -> Iterator[Check]:
    causes: dict[str, list[Discrepancy]] = {}
    for each in reconciled.discrepancies:
        causes.setdefault(each.check, []).append(each)
    whole = f"{money.pounds(reconciled.expenditure)} of {money.pounds(reconciled.allocation)}"
    other = ", grants and other items" if position.items else " and grants"
    fits = f"Lines, contracts{other} fit in the allocation"
    fits += "".join(f", with {each}" for each in position.over_agreed)
    yield _check("allocation", fits, whole, reconciled.expenditure, causes.pop("allocation", []))
    of_income = INCOME_CHECKS if position.income or position.own_budget is not None else ()
    of_fees = FEE_CHECKS if any(item.percent is not None for item in position.items) else ()
    for name, sentence, scope_of in (*CHECKS, *of_income, *of_fees, *(YEAR_CHECKS if position.years else ())):
        scope = scope_of(position)
        yield _check(name, sentence, str(scope), money.total(scope.amounts), causes.pop(name, []))
    assert not causes, f"No check is called {', '.join(causes)}"


def _check(name: str, sentence: str, looked_at: str, amount: Decimal, causes: list[Discrepancy]) -> Check:
    if causes:
        amount = money.total([each.amount for each in causes])
    return Check(name, sentence, looked_at, amount, causes)
