"""The figures of sets: all bids, all grants, those of a route, theme, area, unit or project. Pure rules.

Of each set there is what was asked for, agreed and cut; the average, the largest, the smallest and the median; and how
many grants, projects and recipients it has.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from statistics import median
from typing import TypeVar

from approvals.enums import Level
from approvals.figures.making import What, Whose, entry
from approvals.figures.of_grants import asked_and_cut
from approvals.figures.of_parts import OUTCOME, ROUTE
from approvals.figures.owners import Owners
from approvals.prose.identity import Subject
from approvals.prose.index import Entry
from approvals.prose.vocabulary import Kind, Measure, Way
from approvals.reconciliation.facts import BidEntry, Grant, Label, Outcome
from grants import money

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Set:
    name: str
    grants: Sequence[Grant]
    whose: Whose


def of_sets(grants: Sequence[Grant], owners: Owners) -> Iterator[Entry]:
    """Yield the figures of all grants and of each set of them."""
    for each in (_Set("grants", grants, Subject(Kind.GRANTS)), *_sets(grants, owners)):
        amounts = [grant.amount for grant in each.grants]
        of = f"{len(amounts)} {each.name}" if each.name == "grants" else f"{len(amounts)} grants, {each.name}"
        yield entry(each.name, money.total(amounts), What(each.whose, Measure.AGREED), of)
        yield from _spread(each.name, amounts, What(each.whose, Measure.AGREED), of)
        asked = [grant.asked_for for grant in each.grants if grant.asked_for is not None]
        if len(asked) == len(amounts):
            yield from asked_and_cut(each.name, money.total(asked), money.total(amounts), each.whose, of)
        yield from _counts(each, of)


def _sets(grants: Sequence[Grant], owners: Owners) -> Iterator[_Set]:
    for level in Level:
        own = [grant for grant in grants if grant.route is level]
        if own:
            yield _Set(f"grants {ROUTE[level][0]}", own, Subject(Kind.ROUTE, ROUTE[level][0], ROUTE[level][1:]))
    for name, own in _grouped(grants, lambda grant: [grant.family] if grant.family else []):
        yield _Set(f"project {name}", own, partial(owners.subject, Kind.PROJECT, name))
    for name, own in _grouped(grants, lambda grant: [grant.unit] if grant.unit else []):
        yield _Set(f"unit {name}", own, partial(owners.subject, Kind.UNIT, name))
    kinds: Sequence[tuple[Kind, str, Callable[[Grant], Sequence[Label]]]] = (
        (Kind.THEME, "theme", lambda grant: grant.themes),
        (Kind.PRIORITY, "priority", lambda grant: grant.priorities),
        (Kind.AREA, "borough", lambda grant: grant.boroughs),
    )
    for kind, called, labels in kinds:
        for (code, label), own in _grouped(grants, labels):
            yield _Set(f"{called} {label}", own, partial(owners.subject, kind, label, code))


def _grouped(grants: Sequence[Grant], places: Callable[[Grant], Sequence[T]]) -> Iterable[tuple[T, list[Grant]]]:
    by_place: dict[T, list[Grant]] = {}
    for grant in grants:
        for place in places(grant):
            by_place.setdefault(place, []).append(grant)
    return by_place.items()


def _spread(name: str, amounts: Sequence[Decimal], what: What, of: str) -> Iterator[Entry]:
    if len(amounts) < 2:
        return
    average = (sum(amounts, money.ZERO) / len(amounts)).quantize(money.PENNY, ROUND_HALF_UP)
    for way, amount in (
        (Way.AVERAGE, average),
        (Way.MEDIAN, Decimal(median(amounts)).quantize(money.PENNY, ROUND_HALF_UP)),
        (Way.LARGEST, max(amounts)),
        (Way.SMALLEST, min(amounts)),
    ):
        yield entry(f"{name} {way}", amount, What(what.whose, what.measure, way), f"{of}: {way}")


def _counts(each: _Set, of: str) -> Iterator[Entry]:
    cut = [grant for grant in each.grants if grant.asked_for is not None and grant.amount < grant.asked_for]
    paid = [grant for grant in each.grants if grant.paid]
    projects = {grant.family or grant.reference for grant in each.grants}
    # How many there are of those who are not named yet is known only at the end.
    recipients = {grant.recipient for grant in each.grants if not grant.most_recipients}
    for name, count, thing, measure in (
        (f"number of grants: {each.name}", len(each.grants), "grants", Measure.AGREED),
        (f"number of projects: {each.name}", len(projects), "projects", Measure.AGREED),
        (f"number of recipients: {each.name}", len(recipients), "recipients", Measure.AGREED),
        (f"number of grants cut: {each.name}", len(cut), "grants", Measure.CUT),
        (f"number of grants paid: {each.name}", len(paid), "grants", Measure.PAID),
    ):
        yield entry(name, count, What(each.whose, measure, thing=thing), of)


def of_all_bids(bids: Sequence[BidEntry], grants: Sequence[Grant]) -> Iterator[Entry]:
    """Yield what all bids asked for, and those of each outcome."""
    by_bid = {grant.bid for grant in grants}
    for name, whose, own in (
        ("bids", Subject(Kind.BIDS), bids),
        (
            "bids given a grant",
            Subject(Kind.STATE, "given a grant", _GIVEN),
            [bid for bid in bids if bid.reference in by_bid],
        ),
        *(
            (f"bids {outcome}", Subject(Kind.STATE, names[0], names[1:]), _ended(bids, outcome))
            for outcome, names in OUTCOME.items()
        ),
    ):
        amounts = [bid.amount for bid in own]
        if amounts:
            of = f"{len(amounts)} bids"
            yield entry(f"{name} asked", money.total(amounts), What(whose, Measure.ASKED), f"{of}: asked for")
            yield from _spread(f"{name} asked", amounts, What(whose, Measure.ASKED), of)


_GIVEN = ("recommended", "supported", "successful", "funded", "awarded", "went through", "put forward")


def _ended(bids: Sequence[BidEntry], outcome: Outcome) -> list[BidEntry]:
    return [bid for bid in bids if tuple(bid.outcomes) == (outcome,)]
