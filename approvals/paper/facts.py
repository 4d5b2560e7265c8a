"""The rows of a round, as the check of a paper's sentences reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from approvals.enums import ItemKind
from approvals.models import Award, DelegationRule
from approvals.paper.sources import Sources
from approvals.paper.spellings import spelled
from approvals.prose.facts import Entry, Facts
from approvals.prose.vocabulary import Kind, Side, State
from approvals.reconciliation.facts import BidEntry, Outcome
from approvals.reconciliation.position import fetched
from bids.models import Tag
from grants import money
from grants.years import Profile

_SIDES = {Award.Route.DMPC: Side.DECIDED, Award.Route.DELEGATED: Side.DELEGATED}
_STATES = {
    Outcome.REJECTED: State.REFUSED,
    Outcome.REFUSED: State.REFUSED,
    Outcome.REDIRECTED: State.REDIRECTED,
    Outcome.INTERNAL: State.INTERNAL,
}
_NUMBERS = {
    "received": None,
    "rejected": Outcome.REJECTED,
    "internal": Outcome.INTERNAL,
    "redirected": Outcome.REDIRECTED,
}


def facts_of(basis: Sources) -> Facts:
    """Return the rows of a round: bids with their grants, lines, contracts and income."""
    round = basis.decision.round
    offices, rule = round.body.offices, basis.limits[DelegationRule.Kind.GRANT]
    funnel = basis.reconciliation.funnel
    days = [(award.bid.starts_on, award.bid.ends_on) for award in basis.awards]
    return Facts(
        entries=list(_entries(basis)),
        allocation=round.allocation,
        allocation_by_year=_by_year(round.years, round.financial_year, round.allocation),
        limit=rule.limit if rule else None,
        years=list(dict.fromkeys(slot.year for slot in round.slots)),
        decided_by=(offices.decider, offices.decider_short),
        delegated_to=(offices.lead,),
        numbers={
            name: funnel[outcome].count if outcome else basis.reconciliation.received.count
            for name, outcome in _NUMBERS.items()
        },
        starts_on=min((starts for starts, _ in days), default=None),
        ends_on=max((ends for _, ends in days), default=None),
    )


def _entries(basis: Sources) -> Iterator[Entry]:
    spellings = basis.decision.spellings

    def names(*labels: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(spelled(name, spellings) for name in labels if name))

    for award in basis.awards:
        yield _grant(award, names(award.bid.recipient.name if award.bid.recipient else "", award.bid.title))
    granted = {award.bid.source_reference for award in basis.awards}
    for bid in basis.bids:
        if bid.reference not in granted:
            yield _bid(bid, names(bid.label or bid.reference))
    year = basis.decision.round.financial_year
    for line in basis.reconciliation.lines:
        by_year = _by_year(line.years, year, line.amount)
        yield Entry(Kind.LINE, names(line.label), line.amount, line.amount, by_year=by_year)
    for contract in basis.contracts:
        called = names(contract.supplier.name, contract.title)
        by_year = _by_year(contract.charged_years(basis.decision.round.slots), year, contract.amount)
        yield Entry(Kind.CONTRACT, called, contract.amount, contract.amount, by_year=by_year)
    for income in basis.reconciliation.income:
        by_year = _by_year(income.years, year, income.amount)
        called = names(income.grantor, income.agreement)
        yield Entry(Kind.INCOME, called, income.amount, income.amount, by_year=by_year)
    for item in basis.items:
        if item.amount is not None and item.item_kind.rule.takes:
            yield Entry(Kind.LINE, names(item.whom, item.title), item.amount, item.amount)
        elif item.amount is not None and item.item_kind is ItemKind.ACCEPT_MONEY and item.income is None:
            yield Entry(Kind.INCOME, names(item.whom, item.title), item.amount, item.amount)


def _grant(award: Award, names: tuple[str, ...]) -> Entry:
    bid = award.bid
    areas = award.round.body.areas
    return Entry(
        Kind.GRANT,
        names,
        award.amount,
        bid.amount,
        money.total([payment.amount for payment in fetched(award, "paid")]),
        _by_year(award.years, award.round.financial_year, award.amount),
        frozenset(tag.label for tag in fetched(bid, "labels") if tag.kind == Tag.Kind.THEME),
        frozenset(filter(None, (areas.names([code]) for code in bid.boroughs))),
        _SIDES.get(Award.Route(award.route)) if award.route else None,
        family=bid.family.name if bid.family else "",
        deferred=award.state == Award.State.DEFERRED,
        ends_on=bid.ends_on,
    )


def _bid(bid: BidEntry, names: tuple[str, ...]) -> Entry:
    """Return the entry of a bid without a grant; a bid without an outcome waits."""
    state = next((_STATES[outcome] for outcome in bid.outcomes if outcome in _STATES), State.DEFERRED)
    return Entry(Kind.GRANT, names, bid.agreed or money.ZERO, bid.amount, state=state)


def _by_year(profile: Iterable[tuple[object, Decimal]] | Profile, year: str, amount: Decimal) -> dict[str, Decimal]:
    """Return an amount by financial year, with capital and revenue as one."""
    by_year: dict[str, Decimal] = {}
    for slot, part in profile:
        name = getattr(slot, "year", year)
        by_year[name] = by_year.get(name, money.ZERO) + part
    return by_year or {year: amount}
