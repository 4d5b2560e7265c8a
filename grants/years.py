"""Money by financial year, and by capital and revenue where a round tells the two apart. Pure rules.

A slot is one column of a round's money: a financial year, or the capital or the revenue of that year. A profile divides
an amount into slots, and its parts sum to that amount to the penny.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from grants import money

CAPITAL, REVENUE = "capital", "revenue"

_YEAR = re.compile(r"20(\d\d)/(\d\d)")


class NotYears(ValueError):
    """The text is no profile by year. The message tells the person what to type instead."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A financial year, such as `2023/24`; `kind` is `capital` or `revenue`, or empty where they are one."""

    year: str
    kind: str = ""

    @property
    def label(self) -> str:
        """What a reader sees and what is stored: `2023/24`, `2023/24 capital`."""
        return f"{self.year} {self.kind}".strip()

    @property
    def key(self) -> str:
        """The slot in an address: `2023-24`, `2023-24-capital`."""
        return self.label.replace("/", "-").replace(" ", "-")

    def __str__(self) -> str:
        return self.label


# An amount divided into slots, in the order of time. Amounts are in pounds.
Profile = Sequence[tuple[Slot, Decimal]]


def is_year(text: str) -> bool:
    """Whether a text is a financial year, such as `2023/24`, whose second half follows its first."""
    match = _YEAR.fullmatch(text)
    return match is not None and int(match[2]) == (int(match[1]) + 1) % 100


def year_of(day: date) -> str:
    """Return the financial year of a day, from April to March, such as `2019/20`."""
    first = day.year if day.month >= 4 else day.year - 1
    return f"{first}/{(first + 1) % 100:02}"


def next_year(year: str) -> str:
    """Return the financial year after this one."""
    first = int(year[:4]) + 1
    return f"{first}/{(first + 1) % 100:02}"


def next_slot(slot: Slot) -> Slot:
    """Return the same slot of the financial year after it."""
    return Slot(next_year(slot.year), slot.kind)


def last_day(year: str) -> date:
    """Return the last day of a financial year, 31 March."""
    return date(int(year[:4]) + 1, 3, 31)


def slot_of(label: str) -> Slot:
    """Read a slot from its label. Raises NotYears where the year or the kind is none."""
    year, _, kind = " ".join(label.split()).partition(" ")
    if not is_year(year):
        raise NotYears(f"“{label.strip()[:40]}” is not a financial year. Enter it like 2026/27")
    if kind.casefold() not in ("", CAPITAL, REVENUE):
        raise NotYears(f"Enter {CAPITAL} or {REVENUE} after the year instead of “{kind[:40]}”")
    return Slot(year, kind.casefold())


def usual(slots: Sequence[Slot], year: str = "") -> Slot:
    """Return the slot that takes an amount for which no profile is given: the first year, its revenue.

    With a `year`, it is the slot of that year, whether or not the round has it.
    """
    wanted = year or slots[0].year
    own = [slot for slot in slots if slot.year == wanted]
    return next((slot for slot in own if slot.kind != CAPITAL), own[0] if own else Slot(wanted))


# Reading and writing


def typed(text: str) -> Profile:
    """Read a profile as a person types it, one slot on each line: `2023/24: 455,631.44`.

    Raises NotYears or money.NotMoney, which name the line that is wrong.
    """
    profile: list[tuple[Slot, Decimal]] = []
    for line in filter(str.strip, text.splitlines()):
        label, colon, amount = line.partition(":")
        if not colon:
            raise NotYears(f"Enter a year, a colon and an amount instead of “{line.strip()[:40]}”")
        slot = slot_of(label)
        if slot in dict(profile):
            raise NotYears(f"Enter {slot} only once")
        profile.append((slot, money.parse(amount)))
    return tuple(profile)


def as_typed(profile: Profile) -> str:
    """Return a profile as `typed` reads it."""
    return "\n".join(f"{slot}: {money.pounds(amount).removeprefix('£')}" for slot, amount in profile)


def in_words(profile: Profile) -> str:
    """Return a profile in one line for a reader: `£100 in 2023/24 and £50 in 2024/25`."""
    *first, last = [f"{money.pounds(amount)} in {slot}" for slot, amount in profile] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def read(stored: Iterable[Sequence[str]]) -> Profile:
    """Return a profile as `store` wrote it."""
    return tuple((slot_of(label), money.exact(amount)) for label, amount in stored)


def store(profile: Profile, slots: Sequence[Slot]) -> list[list[str]]:
    """Return a profile as JSON holds it, in the order of the round's slots and without parts of £0.

    A profile that says no more than the round does, all of it in its usual slot, is stored as nothing.
    """
    amounts = {slot: amount for slot, amount in profile if amount}
    ordered = [slot for slot in slots if slot in amounts]
    if ordered == [usual(slots)]:
        return []
    return written([(slot, amounts[slot]) for slot in ordered])


def written(profile: Profile) -> list[list[str]]:
    """Return every part of a profile as JSON holds it, for `read`."""
    return [[slot.label, money.text(amount)] for slot, amount in profile]


# Sums


def total(profile: Profile) -> Decimal:
    """Return the sum of a profile, in pounds."""
    return money.total([amount for _, amount in profile])


def added(profiles: Iterable[Profile]) -> dict[Slot, Decimal]:
    """Return the sum of several profiles by slot, in pounds."""
    sums: dict[Slot, Decimal] = {}
    for profile in profiles:
        for slot, amount in profile:
            sums[slot] = sums.get(slot, money.ZERO) + amount
    return sums


def by_year(profile: Profile) -> dict[str, Decimal]:
    """Return the sum of a profile by financial year, capital and revenue together."""
    sums: dict[str, Decimal] = {}
    for slot, amount in profile:
        sums[slot.year] = sums.get(slot.year, money.ZERO) + amount
    return sums


def resized(profile: Profile, amount: Decimal) -> Profile:
    """Return a profile for another amount in pounds: the last slot takes an increase, the last ones bear a cut.

    What was due in the earlier years, and may have been paid, stays as it was.
    """
    if not profile:
        return ()
    parts = dict(profile)
    change = amount - total(profile)
    for slot in reversed(parts):
        taken = max(change, -parts[slot])
        parts[slot] += taken
        change -= taken
        if not change:
            break
    return tuple(parts.items())


def moved(profile: Profile, by: Profile, slots: Sequence[Slot]) -> Profile:
    """Return a profile with what `by` adds to its slots or takes from them, in the order of `slots`."""
    parts = added([profile, by])
    return tuple((slot, parts[slot]) for slot in slots if slot in parts)


# What is wrong with a profile, as a sentence for the person who typed it; empty where nothing is


def why_not_of(amount: Decimal, profile: Profile) -> str:
    """Return why a profile does not divide this amount."""
    parts = total(profile)
    if parts == amount:
        return ""
    return f"Enter years that add up to {money.pounds(amount)}. They add up to {money.pounds(parts)}"


def why_not_round(year: str, allocation: Decimal, profile: Profile) -> str:
    """Return why a profile does not divide the allocation of a round that begins in `year`."""
    slots = [slot for slot, _ in profile]
    years = list(dict.fromkeys(slot.year for slot in slots))
    if years and years[0] != year:
        return f"Begin with {year}, the financial year of the round"
    for earlier, later in pairwise(years):
        if later != next_year(earlier):
            return f"Enter {next_year(earlier)} after {earlier}. The years must follow each other"
    kinds = {slot.kind for slot in slots}
    if "" in kinds and len(kinds) > 1:
        return f"Enter {CAPITAL} or {REVENUE} after every year, or after none"
    return why_not_of(allocation, profile) if profile else ""


def why_not_within(slots: Sequence[Slot], amount: Decimal, profile: Profile) -> str:
    """Return why a profile does not divide an amount of a round that has these slots."""
    for slot, _ in profile:
        if slot not in slots:
            return f"{slot} is no part of this round. Enter {_either(slots)}"
    return why_not_of(amount, profile)


def _either(slots: Sequence[Slot]) -> str:
    *first, last = [slot.label for slot in slots]
    return f"{', '.join(first)} or {last}" if first else last


def why_not_paid(profile: Profile, paid: Mapping[str, Decimal]) -> str:
    """Return why a profile cannot stand beside what is paid already in each financial year, in pounds."""
    parts = by_year(profile)
    for year, amount in sorted(paid.items()):
        if parts.get(year, money.ZERO) < amount:
            return f"Enter at least {money.pounds(amount)} in {year}, which has already been paid"
    return ""
