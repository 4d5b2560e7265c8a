"""Claims on sets: each above £50k, four of the 11 exceed it. What they say, and of whom it is true. Pure rules.

A claim is checked against every member of the set that its sentence speaks of, and on the member's own amount unless
it says “individually or in aggregate”: a total beside it is another statement.
Source: PCD 681 recommendation 2 says that each grant is above £50,000, and 7 of its 11 are below it singly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from approvals.prose.amounts import Typed
from approvals.prose.figures import Figure
from grants import money


class Bound(StrEnum):
    """How each amount stands to a limit. An amount at the limit is not below it: it goes to the Deputy Mayor."""

    AT_LEAST = "at least"
    BELOW = "below"
    AT_MOST = "at most"
    EXACTLY = "of"


class Extent(StrEnum):
    """Of how many members of a set something is said."""

    EACH = "each"
    NOT_ALL = "not all"
    MOST = "most"
    SO_MANY = "so many"
    SMALLEST = "the smallest"
    LARGEST = "the largest"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence says of the members of a set, with a limit in pounds.

    `together` where it may be true of a member with its lots; `step` is what the limit is rounded to; `number` is of
    how many it is said, where the extent is SO_MANY.
    """

    bound: Bound
    limit: Decimal
    together: bool = False
    step: Decimal = money.PENNY
    extent: Extent = Extent.EACH
    number: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """One of a set, by its name: its amount in pounds, and the sum of the lots that it is compared with."""

    name: str
    amount: Decimal
    together: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A set that a sentence can speak of: its name, what its members are, the words for it, and the members.

    `named_only` where it is meant by its words alone, and never because it has as many members as a sentence says.
    """

    name: str
    thing: str
    words: Sequence[str]
    members: Sequence[Member]
    named_only: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A claim as it stands in a text, the set that it speaks of, and the members that it is not true of.

    `told` are the places of the counts that the claim itself is about, such as the four of “four of the 11”.
    """

    typed: Typed
    claim: Claim
    group: Group
    breaks: Sequence[Member]
    told: Sequence[int] = ()

    @property
    def so_many(self) -> int:
        """Of how many members it is true."""
        return len(self.group.members) - len(self.breaks)

    @property
    def holds(self) -> bool:
        match self.claim.extent:
            case Extent.NOT_ALL:
                return bool(self.breaks)
            case Extent.MOST:
                return 2 * self.so_many > len(self.group.members)
            case Extent.SO_MANY:
                return self.so_many == self.claim.number
            case _:
                return not self.breaks


def rounded(amount: Decimal, step: Decimal) -> Decimal:
    """An amount to the nearest step, half up: £947,234 to £10,000 is £950,000."""
    size = (abs(amount) / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    return -size if amount < 0 else size


def stands_for(typed: Typed, figure: Figure) -> bool:
    """Whether a typed sum is that of a figure, to the rounding that it is written with."""
    if not typed.value or figure.amount is None:
        # Nought is what any small sum rounds to, so it stands for none.
        return False
    return rounded(figure.amount, typed.step) == typed.value


def who_breaks(claim: Claim, members: Sequence[Member]) -> list[Member]:
    """The members of a set that a claim on each of them is not true of; of the smallest or largest, that one alone."""
    if members and claim.extent in (Extent.SMALLEST, Extent.LARGEST):
        pick = min if claim.extent is Extent.SMALLEST else max
        members = [pick(members, key=lambda member: member.amount)]
    return [member for member in members if not _holds(claim, member)]


def _holds(claim: Claim, member: Member) -> bool:
    amounts = {member.amount, member.together or member.amount} if claim.together else {member.amount}
    compared = {
        Bound.AT_LEAST: lambda amount: amount >= claim.limit,
        Bound.BELOW: lambda amount: amount < claim.limit,
        Bound.AT_MOST: lambda amount: amount <= claim.limit,
        Bound.EXACTLY: lambda amount: rounded(amount, claim.step) == claim.limit,
    }[claim.bound]
    return any(compared(amount) for amount in amounts)
