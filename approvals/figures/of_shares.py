"""The share of each owner in the whole: in all that was asked for, in all grants and in the allocation. Pure rules."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from approvals.figures.making import Making, What, Whose
from approvals.prose.figures import Share
from approvals.prose.identity import Subject
from approvals.prose.index import Entry
from approvals.prose.vocabulary import Kind, Measure, Way
from approvals.reconciliation.facts import Position
from grants import money

ASKED, GRANTS, ALLOCATION = "all that was asked for", "all grants", "the allocation"
# What is a part of the grants; a line, a contract and an income are parts of the allocation alone.
_OF_GRANTS = frozenset(
    {Kind.GRANT, Kind.RECIPIENT, Kind.PROJECT, Kind.THEME, Kind.PRIORITY, Kind.AREA, Kind.UNIT, Kind.ROUTE}
)
_OF_ALLOCATION = frozenset({*_OF_GRANTS, Kind.LINE, Kind.CONTRACT, Kind.ITEM, Kind.INCOME})
_OF_ASKED = frozenset({*_OF_GRANTS, Kind.BID})


def wholes_of(position: Position) -> Mapping[str, Decimal]:
    """Return each whole that somebody can have a share of, in pounds."""
    return {
        ASKED: money.total([bid.amount for bid in position.bids]),
        GRANTS: money.total([grant.amount for grant in position.grants]),
        ALLOCATION: position.allocation,
    }


def with_shares(entries: Iterable[Entry], wholes: Mapping[str, Decimal]) -> Iterator[Entry]:
    """Yield the figures, and behind each sum of one owner its shares of the wholes that it is a part of."""
    for entry in entries:
        yield entry
        part = entry.number
        if isinstance(entry.make, Making) and isinstance(part, Decimal) and _is_a_sum(entry.make.what):
            for of in _wholes(entry.make.what):
                if part <= wholes[of]:
                    yield Entry(f"share of {entry.name} in {of}", Share(part, wholes[of], of), entry.make)


def _is_a_sum(what: What) -> bool:
    return what.way is Way.SUM and not what.year and not what.aspect


def _wholes(what: What) -> Iterator[str]:
    kind = _kind(what.whose)
    if what.measure is Measure.ASKED and kind in _OF_ASKED:
        yield ASKED
    if what.measure is Measure.AGREED and kind in _OF_GRANTS:
        yield GRANTS
    if what.measure in (Measure.AGREED, Measure.INCOME) and kind in _OF_ALLOCATION:
        yield ALLOCATION


def _kind(whose: Whose) -> Kind:
    """Return the kind of an owner, whose names are worked out only when its figure is made."""
    return whose.kind if isinstance(whose, Subject) else whose.args[0]
