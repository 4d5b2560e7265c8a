"""What the register knows of a round, as sentences speak of it: who asked for, gets and was paid what. Pure rules.

`figures.py` holds the sums that a paper names. These are the rows that such sums are made of, so that a sentence about
any of their sets can be worked out: the grants in Camden, what both councils get in 2025/26, the largest reduction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from approvals.prose.vocabulary import Kind, Measure, Side, State
from grants import money


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A bid with its grant, a budget line, a contract or an income: `names` it goes by, and its sums in pounds.

    `names` begins with the body that the money goes to or comes from, then the title. `count` is the number of grants
    of a row whose single grants are not known. A grant is `deferred` where an earlier decision put it off.
    """

    what: Kind
    names: Sequence[str]
    agreed: Decimal
    asked: Decimal
    paid: Decimal = money.ZERO
    by_year: Mapping[str, Decimal] = field(default_factory=dict)
    themes: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    side: Side | None = None
    state: State = State.RECOMMENDED
    family: str = ""
    count: int = 1
    deferred: bool = False
    ends_on: date | None = None

    @property
    def is_agreed(self) -> bool:
        return self.state is State.RECOMMENDED

    def is_(self, state: State) -> bool:
        """Whether a sentence can say this of it. A deferred grant is still recommended."""
        if state is State.UNSUPPORTED:
            return not self.is_agreed
        return self.state is state or (self.deferred and state is State.DEFERRED)

    def worth(self, measure: Measure = Measure.AGREED, year: str = "") -> Decimal | None:
        """Return a sum of this entry, in a year where one is given; None where the register does not divide it so."""
        if measure is Measure.AGREED:
            if not year:
                return self.agreed
            return self.by_year.get(year, money.ZERO) if self.by_year else None
        if year:
            return None
        if measure is Measure.ASKED:
            return self.asked
        if measure is Measure.CUT:
            return self.asked - self.agreed
        return self.paid if measure is Measure.PAID else self.agreed - self.paid


class Rows(list[Entry]):
    """Entries that many sentences speak of, with the sums and the parts of them that were worked out once."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        super().__init__(entries)
        self.sums: dict[tuple[Measure, str], Decimal | None] = {}
        self.parts: dict[object, Rows] = {}


@dataclass(frozen=True, eq=False)
class Facts:
    """The entries of a round, and what a sentence can say of the round itself.

    `decided_by` and `delegated_to` hold the names of those who decide at and below `limit`. `numbers` counts the bids
    received and those of each outcome, since some have no entry. `starts_on` and `ends_on` are of the
    work; `charged_to` names the budget.
    """

    entries: Sequence[Entry] = ()
    allocation: Decimal | None = None
    allocation_by_year: Mapping[str, Decimal] = field(default_factory=dict)
    limit: Decimal | None = None
    years: Sequence[str] = ()
    decided_by: Sequence[str] = ()
    delegated_to: Sequence[str] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    charged_to: str = ""
    starts_on: date | None = None
    ends_on: date | None = None

    def of(self, *kinds: Kind) -> Rows:
        return self._kinds.setdefault(kinds, Rows(entry for entry in self.entries if entry.what in kinds))

    @cached_property
    def grants(self) -> Rows:
        return Rows(entry for entry in self.of(Kind.GRANT) if entry.is_agreed)

    @cached_property
    def spending(self) -> Rows:
        """What the allocation pays for: grants, lines and contracts."""
        return Rows(entry for entry in self.of(Kind.GRANT, Kind.LINE, Kind.CONTRACT) if entry.is_agreed)

    @cached_property
    def _kinds(self) -> dict[tuple[Kind, ...], Rows]:
        return {}


def worth(entries: Iterable[Entry], measure: Measure = Measure.AGREED, year: str = "") -> Decimal | None:
    """Return the sum of some entries, in a year where one is given; None where one of them is not divided so."""
    if not isinstance(entries, Rows):
        return _sum(entries, measure, year)
    if (measure, year) not in entries.sums:
        entries.sums[measure, year] = _sum(entries, measure, year)
    return entries.sums[measure, year]


def _sum(entries: Iterable[Entry], measure: Measure, year: str) -> Decimal | None:
    total = None
    for entry in entries:
        amount = entry.worth(measure, year)
        if amount is None:
            return None
        total = amount if total is None else total + amount
    return total
