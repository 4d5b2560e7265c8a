"""Make the entries of the list of figures: one figure, and one for each year of a profile. Pure rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from approvals.prose.figures import Figure, Number, Share
from approvals.prose.identity import Identity, Subject
from approvals.prose.index import Entry
from approvals.prose.vocabulary import EACH_YEAR, Measure, Way
from grants import money, years
from grants.years import Profile

Whose = Subject | partial[Subject]


@dataclass(frozen=True, slots=True)
class What:
    """What an entry is of, as in `Identity` and `Figure`. Whose it is may be worked out when the figure is made."""

    whose: Whose
    measure: Measure
    way: Way = Way.SUM
    year: str = ""
    places: tuple[int, ...] = ()
    aspect: str = ""
    thing: str = ""
    key: str = ""


def entry(name: str, number: Decimal | int, what: What, source: str) -> Entry:
    """Return the entry of a figure: an amount in pounds, or a count of the `thing` of `what`."""
    return Entry(name.casefold(), number, Making(what, source))


@dataclass(frozen=True, slots=True)
class Making:
    """What makes a figure of its name and its number once somebody asks for it."""

    what: What
    source: str

    def __call__(self, name: str, number: Number) -> Figure:
        return _figure(self.what, self.source, name, number)


def _figure(what: What, source: str, name: str, number: Number) -> Figure:
    if isinstance(number, Share):
        of = f"{source}, of {number.of}, {money.pounds(number.whole)}"
        return Figure(name, of, share=number, identity=_identity(what, Way.SHARE))
    way = Way.COUNT if isinstance(number, int) else what.way
    identity = _identity(what, way)
    if isinstance(number, int):
        return Figure(name, source, count=number, thing=what.thing, identity=identity, key=what.key)
    return Figure(name, source, amount=number, identity=identity, key=what.key)


def _identity(what: What, way: Way) -> Identity:
    whose = what.whose if isinstance(what.whose, Subject) else what.whose()
    return Identity(whose, what.measure, way, what.year, what.places, what.aspect)


def by_year(name: str, profile: Profile, what: What, source: str, of_round: Sequence[str]) -> Iterator[Entry]:
    """Yield what a profile has in each year, in each slot of it, and in any year where all are the same.

    `of_round` are the years of the round in their order. A round of one year yields only its capital and revenue.
    """
    if len(of_round) > 1:
        parts = years.by_year(profile)
        for year, amount in parts.items():
            own = What(what.whose, what.measure, what.way, year, places(year, of_round))
            yield entry(f"{name} in {year}", amount, own, f"{source}, {year}")
        if len(parts) > 1 and len(set(parts.values())) == 1:
            own = What(what.whose, what.measure, what.way, EACH_YEAR)
            yield entry(f"{name} {EACH_YEAR}", next(iter(parts.values())), own, f"{source}, {EACH_YEAR}")
    for slot, amount in profile:
        if slot.kind:
            year = slot.year if len(of_round) > 1 else ""
            own = What(what.whose, what.measure, what.way, year, places(slot.year, of_round), slot.kind)
            yield entry(f"{name} in {slot}", amount, own, f"{source}, {slot}")


def places(year: str, of_round: Sequence[str]) -> tuple[int, ...]:
    """Return where a year stands among the years of the round, from the first and, for the last, also from behind."""
    if year not in of_round:
        return ()
    place = of_round.index(year)
    return (place, -1) if place == len(of_round) - 1 else (place,)
