"""The figures of a round by name, by amount and by count. Pure rules.

A round of thousands of bids has tens of thousands of figures, of which a text mentions a few. So each is made when it
is looked up, and until then only its name and its number are held.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from approvals.prose.amounts import Mention
from approvals.prose.claims import equals
from approvals.prose.figures import Figure, Number, Share


class Entry(NamedTuple):
    """A figure that is made when it is needed: its name, its amount in pounds, count or share, and what makes it."""

    name: str
    number: Number
    make: Callable[[str, Number], Figure]


class Index(Mapping[str, Figure]):
    """Figures by their names in small letters. Of two entries with one name the first counts.

    `entries` are not gone through before somebody asks, since most texts mention no figure but those of every paper.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._listed = entries
        self._made: dict[str, Figure] = {}
        self._by_amount: list[tuple[Decimal, str]] | None = None
        self._by_count: dict[int, list[str]] | None = None
        self._by_percent: list[tuple[Decimal, str]] | None = None

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        by_name: dict[str, Entry] = {}
        for entry in self._listed:
            by_name.setdefault(entry.name, entry)
        return by_name

    def __getitem__(self, name: str) -> Figure:
        if name not in self._made:
            self._made[name] = self._entries[name].make(name, self._entries[name].number)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def equal_to(self, mention: Mention) -> list[Figure]:
        """Return the figures that a sum in a text equals, to the rounding that it is written with."""
        if not mention.value:
            return []
        if self._by_amount is None:
            amounts = [(each.number, each.name) for each in self._entries.values() if isinstance(each.number, Decimal)]
            self._by_amount = sorted(amounts)
        # A sum rounds to one that is no more than half a step away.
        first = bisect_left(self._by_amount, (mention.value - mention.step / 2, ""))
        last = bisect_right(self._by_amount, (mention.value + mention.step / 2, "\U0010ffff"))
        return [figure for _, name in self._by_amount[first:last] if equals(mention, figure := self[name])]

    def counting(self, mention: Mention) -> list[Figure]:
        """Return the figures that count as many as a count in a text does."""
        if self._by_count is None:
            self._by_count = {}
            for entry in self._entries.values():
                if isinstance(entry.number, int):
                    self._by_count.setdefault(entry.number, []).append(entry.name)
        return [self[name] for name in self._by_count.get(int(mention.value or -1), ())]

    def sharing(self, lowest: Decimal, highest: Decimal) -> list[Figure]:
        """Return the shares between two percentages, both included."""
        if self._by_percent is None:
            shares = [
                (each.number.percent, each.name) for each in self._entries.values() if isinstance(each.number, Share)
            ]
            self._by_percent = sorted(shares)
        first = bisect_left(self._by_percent, (lowest, ""))
        last = bisect_right(self._by_percent, (highest, "\U0010ffff"))
        return [self[name] for _, name in self._by_percent[first:last]]
