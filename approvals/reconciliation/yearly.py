"""What each financial year of a round holds and what is charged to it, and what is wrong in it. Pure rules.

Where a round tells capital from revenue, each of the two is a slot of its own. A slot that something is charged to
but that the round does not have is listed with an allocation of £0, so that the slots always sum to the whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grants import money, years
from grants.years import Profile, Slot

# What takes money of a slot, in the order of Table 3.
TAKERS = ("lines", "contracts", "items", "dmpc", "delegated", "unrouted")


@dataclass(frozen=True, slots=True)
class SlotSums:
    """The figures of one slot of a round, in pounds: its part of the allocation, and what each kind takes of it."""

    slot: Slot
    allocation: Decimal
    lines: Decimal
    contracts: Decimal
    items: Decimal
    dmpc: Decimal
    delegated: Decimal
    unrouted: Decimal
    income: Decimal = money.ZERO
    carried: Decimal = money.ZERO
    over_agreed: Decimal = money.ZERO

    @property
    def own_budget(self) -> Decimal:
        """What no income gives of its part of the allocation, before anything was carried over."""
        return self.allocation - self.income - self.carried

    @property
    def grants(self) -> Decimal:
        return self.dmpc + self.delegated + self.unrouted

    @property
    def expenditure(self) -> Decimal:
        return self.lines + self.contracts + self.items + self.grants

    @property
    def underspend(self) -> Decimal:
        return self.allocation - self.expenditure

    def as_json(self) -> dict[str, Any]:
        """Return the figures as JSON data, amounts as text with two decimals."""
        names = ("allocation", *self._sources(), *TAKERS, "grants", "expenditure", "underspend")
        return {"slot": self.slot.label} | {name: money.text(getattr(self, name)) for name in names}

    def _sources(self) -> tuple[str, ...]:
        """Return the names of the sources where there are any but the own budget."""
        carried = ("carried",) if self.carried else ()
        return ("income", "own_budget", *carried) if self.income or carried else ()


def by_slot(
    allocation: Profile,
    taken: Mapping[str, Sequence[Profile]],
    income: Sequence[Profile] = (),
    carried: Sequence[Profile] = (),
    over_agreed: Sequence[Profile] = (),
) -> tuple[SlotSums, ...]:
    """Return the figures of each slot. `taken` holds the profiles of what each of `TAKERS` takes.

    Summed over the slots, each figure is that of the whole round. Empty for a round of one year.
    """
    if not allocation:
        return ()
    allocated = years.added([allocation])
    sums = {taker: years.added(taken.get(taker, ())) for taker in TAKERS}
    received, moved, above = years.added(income), years.added(carried), years.added(over_agreed)
    strays = {slot for of_taker in (*sums.values(), received) for slot in of_taker} - allocated.keys()
    ordered = [*allocated, *sorted(strays, key=lambda slot: slot.label)]
    return tuple(
        SlotSums(
            slot,
            allocated.get(slot, money.ZERO),
            **{taker: sums[taker].get(slot, money.ZERO) for taker in TAKERS},
            income=received.get(slot, money.ZERO),
            carried=moved.get(slot, money.ZERO),
            over_agreed=above.get(slot, money.ZERO),
        )
        for slot in ordered
    )


def over(slots: Sequence[SlotSums]) -> Iterator[tuple[str, Decimal]]:
    """Yield a sentence for each slot that is over its part of the allocation, with the amount in pounds."""
    for each in slots:
        excess = -each.underspend - each.over_agreed
        if excess > 0:
            above = f" and the {money.pounds(each.over_agreed)} agreed above it" if each.over_agreed else ""
            yield (
                f"In {each.slot} all that is used comes to {money.pounds(each.expenditure)}, "
                f"{money.pounds(excess)} more than the {money.pounds(each.allocation)} of that year{above}.",
                excess,
            )


def paid_over(profile: Profile, payments: Sequence[tuple[str, Decimal]]) -> Iterator[tuple[str, Decimal]]:
    """Yield what is wrong with a grant in each year that paid more than its part, with the amount in pounds.

    `payments` pairs each payment's financial year with its amount.
    """
    parts = years.by_year(profile)
    for year in dict.fromkeys(year for year, _ in payments):
        paid = money.total([amount for own, amount in payments if own == year])
        part = parts.get(year, money.ZERO)
        if paid > part:
            yield (
                f"was paid {money.pounds(paid)} in {year}, "
                f"{money.pounds(paid - part)} more than the {money.pounds(part)} of that year.",
                paid - part,
            )
