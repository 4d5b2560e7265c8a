"""Claims about sets, such as “each above £50k” or “four of the 11 exceed it”, and who breaks them. Pure rules.

A claim is checked against every member of the set that its sentence is about. It is checked on the member's own amount
unless the sentence says “individually or in aggregate”; a total in the same sentence is a statement of its own.
Source: PCD 681 recommendation 2 says that each grant is above £50,000, but 7 of its 11 are below it singly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from approvals.prose.amounts import Mention
from approvals.prose.figures import Figure
from grants import money


class Bound(StrEnum):
    """How an amount compares with a limit. An amount at the limit is not below it, so it goes up for decision."""

    AT_LEAST = "at least"
    BELOW = "below"
    AT_MOST = "at most"
    EXACTLY = "of"


class Extent(StrEnum):
    """How many members of a set a claim is about."""

    EACH = "each"
    NOT_ALL = "not all"
    MOST = "most"
    SO_MANY = "so many"
    SMALLEST = "the smallest"
    LARGEST = "the largest"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence claims of the members of a set; `limit` is in pounds.

    With `together` the claim may hold for the sum of a member's lots. `step` is what the limit is rounded to, in
    pounds. `number` is how many members the claim is about, where the extent is SO_MANY.
    """

    bound: Bound
    limit: Decimal
    together: bool = False
    step: Decimal = money.PENNY
    extent: Extent = Extent.EACH
    number: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a set: its name, its amount in pounds, and the sum of the lots that the limit is compared with."""

    name: str
    amount: Decimal
    together: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A set that a sentence can be about: its name, what its members are, the words for it, and the members.

    With `named_only` it has to be named, and is never chosen because it has the number of members in the sentence.
    """

    name: str
    thing: str
    words: Sequence[str]
    members: Sequence[Member]
    named_only: bool = False


@dataclass(frozen=True, slots=True)
class StatedClaim:
    """A claim in a text, the set that it is about, and the members that break it.

    `count_starts` are the places of the counts that belong to the claim, such as the four of “four of the 11”.
    """

    mention: Mention
    claim: Claim
    group: Group
    breaks: Sequence[Member]
    count_starts: Sequence[int] = ()

    @property
    def true_count(self) -> int:
        """The number of members that the claim is true of."""
        return len(self.group.members) - len(self.breaks)

    @property
    def holds(self) -> bool:
        match self.claim.extent:
            case Extent.NOT_ALL:
                return bool(self.breaks)
            case Extent.MOST:
                return 2 * self.true_count > len(self.group.members)
            case Extent.SO_MANY:
                return self.true_count == self.claim.number
            case _:
                return not self.breaks


def rounded(amount: Decimal, step: Decimal) -> Decimal:
    """Return an amount rounded half up to the nearest step: £947,234 to £10,000 is £950,000."""
    size = (abs(amount) / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    return -size if amount < 0 else size


def equals(mention: Mention, figure: Figure) -> bool:
    """Whether a sum in a text equals a figure, to the rounding that it is written with."""
    if not mention.value or figure.amount is None:
        # Any small sum rounds to nought, so nought matches no figure.
        return False
    return rounded(figure.amount, mention.step) == mention.value


def who_breaks(claim: Claim, members: Sequence[Member]) -> list[Member]:
    """Return the members of a set that a claim is not true of.

    A claim about the smallest or the largest member is checked against that member alone.
    """
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
