"""What is published or reported by month or quarter: grants (SI 2011/3050), delegated grants, contracts over £10,000.

The rows of each, from settled grants and contracts alone, and the files that they make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from approvals.paper.settled import Contract, Grant

PUBLISHED_ABOVE = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a quarter: its first month, such as 2019-04, and its name for a reader."""

    key: str
    label: str


def month(day: date) -> Period:
    return Period(f"{day:%Y-%m}", f"{day:%B %Y}")


def quarter(day: date) -> Period:
    """Return the quarter of the financial year, such as April to June 2019."""
    first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return Period(f"{first:%Y-%m}", f"{first:%B} to {first.replace(month=first.month + 2):%B %Y}")


def periods(grants: Iterable[Grant], of: Callable[[date], Period]) -> list[Period]:
    """Return each period in which a grant was approved, the newest first."""
    return sorted({of(grant.approved_on) for grant in grants}, key=lambda period: period.key, reverse=True)


def within(grants: Iterable[Grant], of: Callable[[date], Period], key: str) -> list[Grant]:
    """Return the grants that were approved in a period, or all if the key is empty, the newest first."""
    in_period = [grant for grant in grants if not key or of(grant.approved_on).key == key]
    return sorted(in_period, key=lambda grant: (-grant.approved_on.toordinal(), grant.decision, grant.title))


def large(contracts: Iterable[Contract]) -> list[Contract]:
    """Return the contracts that must be published, the newest first."""
    large_contracts = [contract for contract in contracts if contract.amount > PUBLISHED_ABOVE]
    return sorted(large_contracts, key=lambda contract: (-contract.decided_on.toordinal(), contract.reference))


def grant_rows(grants: Sequence[Grant], of: Callable[[date], Period]) -> Iterator[list[Any]]:
    """Yield a header and a row a grant: recipient, amount, purpose, conditions and reasons, by period of approval."""
    yield [
        "Grant",
        "Period",
        "Approved on",
        "Recipient",
        "Number in a public register",
        "Project",
        "Amount (£)",
        "Purpose",
        "Conditions",
        "Reasons",
        "Approved by",
        "Legal power",
        "Decision",
        "Illustrative",
    ]
    for grant in grants:
        yield [
            grant.reference,
            of(grant.approved_on).label,
            grant.approved_on,
            grant.recipient,
            grant.register,
            grant.title,
            grant.amount,
            grant.purpose,
            grant.conditions or "None",
            grant.reason,
            grant.approved_by,
            grant.legal_power,
            grant.decision,
            grant.illustrative,
        ]


def contract_rows(contracts: Sequence[Contract]) -> Iterator[list[Any]]:
    """Yield a header and a row a contract."""
    yield [
        "Contract",
        "Decided on",
        "Supplier",
        "Subject",
        "Whole-life value (£)",
        "Charged to",
        "Ground for no competition",
        "Evidence",
        "Conditions",
        "Decision",
    ]
    for contract in contracts:
        yield [
            contract.reference,
            contract.decided_on,
            contract.supplier,
            contract.title,
            contract.amount,
            contract.charged_to,
            contract.ground,
            contract.evidence,
            contract.conditions or "None",
            contract.decision,
        ]
