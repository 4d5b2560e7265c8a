"""The facts of a round that its reconciliation rests on.

They are its income, lines, contracts, items, grants with payments, and bids.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from approvals.enums import Base, Level
from grants import money
from grants.years import Profile, Slot


class Outcome(StrEnum):
    """The outcome of a bid. Every bid must have exactly one."""

    REJECTED = "rejected"
    INTERNAL = "internal"
    DMPC = "dmpc"
    DELEGATED = "delegated"
    REDIRECTED = "redirected"
    REFUSED = "refused"
    OPEN = "open"

    @property
    def label(self) -> str:
        return _OUTCOMES[self]


_OUTCOMES = {
    Outcome.REJECTED: "Rejected",
    Outcome.INTERNAL: "Led inside the force, no grant",
    Outcome.DMPC: "Grants needing a decision",
    Outcome.DELEGATED: "Grants under delegation",
    Outcome.REDIRECTED: "Redirected",
    Outcome.REFUSED: "Refused in a decision",
    Outcome.OPEN: "No outcome yet",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A budget line, in pounds. A line with `holds_internal` pays for the internal bids, and may hold more.

    `years` divides it by the slots of its round; empty, as for contracts and grants, in a round of one year.
    """

    reference: str
    label: str
    amount: Decimal
    holds_internal: bool = False
    years: Profile = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """A single tender action: its whole value in pounds, its profile by year, and the evidence that it lacks.

    `charged_to` is the financial year whose allocation pays for all of it, or empty where each year pays its part, as
    in `years`. `asked` is true while it awaits a decision.
    """

    reference: str
    label: str
    amount: Decimal
    profile: Sequence[tuple[str, Decimal]] = ()
    lacking: Sequence[str] = ()
    charged_to: str = ""
    supplier: str = ""
    asked: bool = False
    years: Profile = ()


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment under a grant, in pounds; `early` where it was made before approval."""

    reference: str
    amount: Decimal
    paid_on: date
    early: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a paper asks for in words and that takes its amount, in pounds, from the allocation.

    `kind` is what it is in words, `decision` the reference of the paper. `asked` is true while it awaits a decision.
    A fee may be a percentage, `percent`, of a sum of the round.
    """

    reference: str
    label: str
    amount: Decimal
    kind: str
    decision: str
    asked: bool = False
    years: Profile = ()
    percent: Decimal | None = None
    percent_of: Base | None = None


@dataclass(frozen=True, slots=True)
class Income:
    """Money of a grantor that is a part of the allocation, in pounds.

    `uplifts` is the reference of the income that it raises, or empty. `accepted_in` is the decision that accepted it,
    and empty while it waits; `asked` says that a paper asks to accept it.
    """

    reference: str
    grantor: str
    agreement: str
    amount: Decimal
    uplifts: str = ""
    accepted_in: str = ""
    asked: bool = False
    years: Profile = ()

    @property
    def label(self) -> str:
        return f"{self.grantor}, uplift" if self.uplifts else self.grantor


@dataclass(frozen=True, slots=True)
class CarryOver:
    """Money of a grant, a line or of nothing yet that was moved from one slot to another, in pounds."""

    reference: str
    label: str
    amount: Decimal
    source: Slot
    target: Slot

    @property
    def years(self) -> Profile:
        """What it adds to each slot: less in the one, more in the other."""
        return ((self.source, -self.amount), (self.target, self.amount))

    def __str__(self) -> str:
        return f"{money.pounds(self.amount)} of {self.label} from {self.source} to {self.target}"


@dataclass(frozen=True, slots=True)
class OverAllocation:
    """What a round may use above its allocation, in pounds, with who agreed it and when."""

    reference: str
    amount: Decimal
    agreed_by: str
    agreed_on: date
    years: Profile = ()

    def __str__(self) -> str:
        agreed = f"agreed by {self.agreed_by} on {self.agreed_on:%-d %B %Y}"
        return f"{money.pounds(self.amount)} above the allocation, {agreed}"


def raised_to(income: Sequence[Income], uplift: Income) -> Decimal:
    """Return what a grantor gives under an agreement in pounds, with the uplifts up to this one.

    `income` is all of the round, in the order in which it was recorded.
    """
    upto = income[: income.index(uplift) + 1]
    return money.total([each.amount for each in upto if uplift.uplifts in (each.reference, each.uplifts)])


@dataclass(frozen=True, slots=True)
class Match:
    """Other money of a project with a grant, in pounds. It takes nothing of the allocation."""

    source: str
    amount: Decimal


# A code and its label, such as a theme of the round or a borough.
Label = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Grant:
    """An award to a third party. All amounts are in pounds.

    `agreed` is the amount that the leadership agreed, `approved` the amount of the valid approval. `route` is the level
    recorded at routing, `route_now` the level by today's facts. `paid_early` is the sum paid before approval. `asked`
    is true while the grant awaits a decision. The work runs from `starts_on` to `ends_on`. `asked_for` is what its bid
    asks for, `former` the amount before the paper that is written changes it, and `family` the project of its lots.
    Nobody bid for a `direct` grant. It goes to at most `most_recipients`, which is 0 where its recipient was known.
    """

    reference: str
    bid: str
    label: str
    amount: Decimal
    agreed: Decimal
    route: Level | None
    route_now: Level | None
    warning_open: bool = False
    approved: Decimal | None = None
    approved_level: Level | None = None
    paid: Decimal = money.ZERO
    paid_early: Decimal = money.ZERO
    early_reason: str = ""
    recipient: str = "stated"
    legal_power: str = "stated"
    living_wage_open: bool = False
    asked: bool = False
    payments: Sequence[Payment] = ()
    themes: Sequence[Label] = ()
    priorities: Sequence[Label] = ()
    boroughs: Sequence[Label] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    years: Profile = ()
    asked_for: Decimal | None = None
    former: Decimal | None = None
    family: str = ""
    unit: str = ""
    match: Sequence[Match] = ()
    direct: bool = False
    most_recipients: int = 0


@dataclass(frozen=True, slots=True)
class BidEntry:
    """A bid with every outcome that the register holds for it, which must be exactly one.

    `reference` is the bidder's own; `address` is the reference in the address of its page. `recipient` is the name of
    the body that bids, empty where the bid is led inside the force.
    """

    reference: str
    amount: Decimal
    outcomes: Sequence[Outcome]
    costs: Decimal
    agreed: Decimal | None = None
    destination: str = ""
    label: str = ""
    address: str = ""
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """Everything in a round that a paper accounts for. `years` divides the allocation; empty in a round of one year.

    What `income` does not give of the allocation is the own budget; `own_budget` is what was stated of it, if anything.
    """

    reference: str
    allocation: Decimal
    lines: Sequence[Line]
    contracts: Sequence[Contract]
    grants: Sequence[Grant]
    bids: Sequence[BidEntry]
    items: Sequence[Item] = ()
    years: Profile = ()
    income: Sequence[Income] = ()
    own_budget: Decimal | None = None
    carried: Sequence[CarryOver] = ()
    over_agreed: Sequence[OverAllocation] = ()
