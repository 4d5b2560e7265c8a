"""The list of a round's figures by name, each computed once from one reading of the round. Pure rules."""

from collections.abc import Iterator, Sequence

from approvals.figures import of_grants, of_income, of_parts, of_round, of_sets, of_shares
from approvals.figures.owners import Owners
from approvals.prose.index import Entry, Index
from approvals.reconciliation.facts import Position


def of_position(position: Position) -> Index:
    """Return every figure of a round."""
    return Index(of_shares.with_shares(_entries(position), of_shares.wholes_of(position)))


def _entries(position: Position) -> Iterator[Entry]:
    owners = Owners(list(_names(position)))
    years = list(dict.fromkeys(slot.year for slot, _ in position.years))
    # What pages print comes first, since of two entries with one name the first counts.
    yield from of_parts.of_parts(position, owners, years)
    yield from of_parts.of_pages(position)
    yield from of_parts.of_checks(position)
    yield from of_round.of_years(position, years)
    yield from of_round.of_spending(position, owners, years)
    yield from of_income.of_income(position, owners, years)
    yield from of_sets.of_sets(position.grants, owners)
    yield from of_sets.of_all_bids(position.bids, position.grants)
    yield from of_grants.of_shared(position.grants, owners, years)
    yield from of_grants.of_grants(position.grants, owners, years)
    yield from of_grants.of_bids(position.bids, position.grants, owners)


def _names(position: Position) -> Iterator[Sequence[str]]:
    """Yield the names of each owner of figures. A body with several bids goes by the names of all of them."""
    by_recipient: dict[str, set[str]] = {}
    for bid in position.bids:
        by_recipient.setdefault(bid.recipient or bid.reference, {bid.recipient}).add(bid.label)
    yield from map(list, by_recipient.values())
    yield from (
        [grant.label, grant.recipient, grant.family] for grant in position.grants if grant.direct or not position.bids
    )
    yield from ([line.label] for line in position.lines)
    yield from ([contract.label, contract.supplier] for contract in position.contracts)
    yield from ([item.label] for item in position.items)
    yield from ([income.grantor, income.agreement] for income in position.income)
    labels = {label for grant in position.grants for label in (*grant.themes, *grant.priorities, *grant.boroughs)}
    yield from labels
